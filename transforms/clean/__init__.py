"""A page in, an article or the reason why there is none out."""
