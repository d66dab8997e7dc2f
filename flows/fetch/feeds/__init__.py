"""Feeds: what they name, and how they are found."""
