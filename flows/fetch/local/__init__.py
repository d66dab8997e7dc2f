"""Files of this machine: pages, lists, lines of JSON, archives."""
