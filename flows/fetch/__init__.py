"""Raw pages from wherever they are: every kind of source, and the only modules that open a socket."""
