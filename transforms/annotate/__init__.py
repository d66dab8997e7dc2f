"""An article's text in, its entities, quotes, events and times out."""
