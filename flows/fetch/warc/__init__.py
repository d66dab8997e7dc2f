"""WARC files, wherever they lie and whatever state they are in."""
