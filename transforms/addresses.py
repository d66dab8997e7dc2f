"""Addresses of pages: which are the same page, written differently."""

from urllib.parse import urlsplit

from courlan import normalize_url

_DEFAULT_PORTS = {"http": 80, "https": 443}


def known_key(url: str) -> str:
    """What a web page is remembered by: its URL without fragment and tracking parameters.

    courlan drops a query's items without a value, which some sites name their articles by (``?12345``): such URLs are
    kept as they are.
    """
    bare = url.partition("#")[0]
    try:
        query = urlsplit(bare).query
        if query and not all(item.partition("=")[2] for item in query.split("&")):
            return bare
        return str(normalize_url(bare)) or bare
    except ValueError:
        return bare


def page_name(url: str) -> str:
    """A coarser name, for which it does not matter how a page was asked: without scheme, ``www.`` and last slash.

    Other addresses than those of the web lose their fragment only.
    """
    key = known_key(url.strip())
    try:
        parts = urlsplit(key)
        host, port = web_host(key), parts.port
    except ValueError:
        return key
    if not host:
        return key
    place = host.removeprefix("www.")
    if port not in {None, _DEFAULT_PORTS[parts.scheme.lower()]}:
        place += f":{port}"
    return f"{place}{parts.path.rstrip('/')}" + (f"?{parts.query}" if parts.query else "")


def web_host(url: str) -> str:
    """Host of an address of the web, in lower case; empty for any other."""
    try:
        parts = urlsplit(url.strip())
        return (parts.hostname or "").rstrip(".") if parts.scheme.lower() in _DEFAULT_PORTS else ""
    except ValueError:
        return ""
