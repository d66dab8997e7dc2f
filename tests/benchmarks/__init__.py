"""Newslake beside its peers, on the same pages and the same machine."""
