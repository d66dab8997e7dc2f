"""Sitemaps and their indexes: what they name for a window of time."""
