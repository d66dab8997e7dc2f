"""Captures of pages in the Wayback Machine and archives like it."""
