"""Asking a web that may be hostile, politely: the client, its bounds and its manners."""
