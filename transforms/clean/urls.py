"""An article's own address, under which all its copies on the outlet's site are one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

import courlan

from transforms.clean.document import Document
from transforms.clean.json_ld import first_text

MAX_CHARACTERS = 2_000
_CACHES = ("cdn.ampproject.org", "google.com", "webcache.googleusercontent.com", "web.archive.org")
"""Hosts that serve other outlets' pages, whose canonical address lies elsewhere by design."""
_NOT_AN_ADDRESS = re.compile(r"[\s<>{}\"\\^`|\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class AddressCandidate:
    """An address the page gives for itself, cleaned."""

    value: str
    origin: str
    accepted: bool


def addresses(document: Document) -> tuple[AddressCandidate, ...]:
    """Candidates for the canonical URL, the most trusted first; the last one, from the request, is always accepted.

    Accepted is an address on the same registered domain that is not the front page, unless the request asked for it.
    """
    request = document.address
    found: list[AddressCandidate] = []
    for written, origin in _stated(document):
        cleaned = _cleaned(written, request)
        if cleaned is not None:
            found.append(AddressCandidate(cleaned, origin, _plausible(cleaned, request)))
    own = request_address(request)
    found.append(AddressCandidate(_without_amp(own) if _is_amp(document) else own, "request", accepted=True))
    return tuple(found)


def canonical(candidates: tuple[AddressCandidate, ...]) -> AddressCandidate:
    """The first accepted candidate."""
    return next(candidate for candidate in candidates if candidate.accepted)


def request_address(address: str) -> str:
    """The request's own address without fragment and tracking parameters; a file's address stays as it is."""
    if not address.startswith(("http://", "https://")):
        return address
    return _cleaned(address, address) or address


def stated_address(written: str) -> str | None:
    """An address of the web that a text gives for itself, cleaned; None for anything else."""
    return _cleaned(written, "")


def absolute(written: str, document: Document) -> str | None:
    """An address found in the page, made absolute; None for what is not one of the web."""
    return _cleaned(written, document.address, keep_query=True)


def site_name(address: str) -> str:
    """Host without ``www.``; empty for a file."""
    host = _split(address).hostname or "" if address.startswith("http") else ""
    return host.removeprefix("www.")


def _is_amp(document: Document) -> bool:
    """Whether the page says that it is written in AMP (amp.dev, AMP HTML specification, required markup)."""
    root = document.tree
    return root.get("amp") is not None or root.get("⚡") is not None


def _without_amp(address: str) -> str:
    """The address of the page that an AMP page without canonical link is a twin of, by the usual ways to name one."""
    parts = _split(address)
    path = re.sub(r"(?i)(?:^/amp(?=/.)|/amp/?$|[./]amp(?=(?:\.html?)?$))", "", parts.path) or "/"
    query = "&".join(
        field for field in parts.query.split("&") if not re.match(r"(?i)(?:amp(?:=|$)|outputtype=amp$)", field)
    )
    return urlunsplit(parts._replace(path=path, query=query)) if parts.netloc else address


def _stated(document: Document) -> Iterator[tuple[str, str]]:
    if document.canonical:
        yield document.canonical, "link canonical"
    for name in ("og:url", "twitter:url", "parsely-link"):
        for written in document.meta.get(name, ())[:1]:
            yield written, f"meta {name}"
    article = document.json_ld.article
    for key in ("mainEntityOfPage", "url"):
        value = article.get(key)
        if isinstance(value, dict):
            value = value.get("@id") or value.get("url")
        if written := first_text(value):
            yield written, f"JSON-LD {key}"


def _split(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("", "", "", "", "")


def _cleaned(written: str, base: str, *, keep_query: bool = False) -> str | None:
    written = written.strip()
    if not written or len(written) > MAX_CHARACTERS or _NOT_AN_ADDRESS.search(written):
        return None
    try:
        joined = urljoin(base, written) if base.startswith("http") else written
        parts = urlsplit(joined)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host or "." not in host:
        return None
    whole = urlunsplit(parts._replace(fragment=""))
    if keep_query:
        return whole
    cleaned = courlan.clean_url(whole) or whole
    return cleaned if isinstance(cleaned, str) and len(cleaned) <= MAX_CHARACTERS else None


def _plausible(address: str, request: str) -> bool:
    if not request.startswith(("http://", "https://")):
        return True
    own, asked = _split(address), _split(request)
    if own.path.strip("/") == "" and own.query == "" and asked.path.strip("/") != "":
        return False
    domain, asked_domain = _registered_domain(address), _registered_domain(request)
    host = asked.hostname or ""
    return domain == asked_domain or any(host == cache or host.endswith("." + cache) for cache in _CACHES)


def _registered_domain(address: str) -> str:
    return courlan.extract_domain(address) or _split(address).hostname or ""
