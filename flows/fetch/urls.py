"""URLs from the web: which may be asked for, and of which host they are."""

import re

import httpx

from flows.fetch.results import Failure

WELL_KNOWN_PORTS = frozenset({80, 443})
"""Below 1024 only these: other services there may take a request for a command of theirs."""
_HOST_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,252})")


def parsed_url(url: str, *, max_length: int) -> httpx.URL | Failure:
    """The URL without its fragment, or why it must not be asked for."""
    if len(url) > max_length:
        return Failure("bad-url", f"{len(url)} characters, {max_length} allowed")
    try:
        parsed = httpx.URL(url.strip()).copy_with(fragment=None)
        problem = _problem(parsed)
    except (httpx.InvalidURL, UnicodeError, ValueError, TypeError) as error:
        return Failure("bad-url", f"no URL: {error}"[:500])
    problem = problem or ("it is too long when written out" if len(str(parsed)) > max_length else None)
    return parsed if problem is None else Failure("bad-url", problem)


def host_name(url: httpx.URL) -> str:
    """The host as it is asked for, in lower case and ASCII: names that IDNA forbids exist, and have no other form."""
    return url.raw_host.decode("ascii", "replace")


def host_of(url: str) -> str:
    """The host that a URL names; empty where it is none."""
    try:
        return host_name(httpx.URL(url))
    except (httpx.InvalidURL, UnicodeError, ValueError, TypeError):
        return ""


def _problem(url: httpx.URL) -> str | None:
    host, port = host_name(url), url.port
    if url.scheme not in {"http", "https"}:
        return f"{url.scheme or 'a relative URL'}: only http and https are fetched"
    if ":" not in host and not _HOST_NAME.fullmatch(host):
        return f"{host[:80]!r} is no host name"
    if url.userinfo:
        return "a URL with a user name"
    if port is not None and port not in WELL_KNOWN_PORTS and not 1024 <= port < 65536:
        return f"port {port} is not fetched from"
    return None
