"""Entries of a sitemap (https://www.sitemaps.org/protocol.html, 0.9), in XML or as lines of text. Asks nobody.

Tags are known by their local names, as many sitemaps have a wrong namespace or none. Only dates of publication by
Google's news extension count as such (https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap);
``lastmod`` is a date of change.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from itertools import islice
from urllib.parse import urljoin, urlsplit

from flows.fetch.feeds.feed_dates import iso_date
from flows.fetch.feeds.feed_process import read_feed_in_time
from flows.fetch.results import Failure, Response
from flows.fetch.sitemaps.sitemap_xml import Kind, RawEntry, Root, as_utf8, read_xml, root_of
from flows.fetch.sitemaps.spans import Span
from flows.fetch.web.decoding import decode
from flows.fetch.web.http_settings import MEBIBYTE, HttpSettings
from transforms.clean.date_values import in_address

MAX_ENTRIES = 50_000
"""In one sitemap, by the protocol."""
MAX_BYTES = 50 * MEBIBYTE
"""Of one sitemap once it is unpacked, by the protocol."""
LINES_READ = 2 * MAX_ENTRIES
"""Of a list; what lies behind is counted only."""
LONGEST_TITLE = 1000
MAX_GZIP_LAYERS = 2
"""A file that is packed and served by a server that packs everything again."""
_FIRST_BYTES = 512
_GZIP = b"\x1f\x8b"
_FEED_ROOTS = frozenset({"rss", "feed", "rdf"})
_SITEMAP_ROOTS = frozenset({"urlset", "sitemapindex"})
_DAY_IN_PATH = re.compile(
    r"/(?:19|20)\d\d(?:/(?:\d{1,2}|[a-z]{3})/\d{1,2}(?=/|$)|-\d\d-\d\d(?=[/_.-]|$)|_\d\d_\d\d(?=[/_.-]|$)|\d{4}(?=/|$))",
    re.IGNORECASE,
)
_LINE_BREAKS = str.maketrans("", "", "\t\r\n")
_CHANGE_SLACK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a sitemap says about a page, or an index about a sitemap."""

    url: str
    title: str | None = None
    published: str | None = None
    """Date of publication, ISO 8601 as precise as given; None where only a change or the URL dates the page."""
    dated: str | None = None
    """Publication, else the day that the URL's path states, else the last change; ISO 8601 as precise as that."""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What could be read of a sitemap."""

    pages: tuple[Entry, ...] = ()
    """Each URL once, in the sitemap's order."""
    sitemaps: tuple[Entry, ...] = ()
    """Of an index; dated by their last change."""
    unreadable: int = 0
    """Entries without a web address."""
    failure: Failure | None = None
    """Why there is nothing, or not all of it."""


def read_sitemap(answer: Response, settings: HttpSettings) -> Sitemap:
    """Entries of the document: sitemap, index, lines of URLs, RSS, Atom or JSON Feed, each plain or in gzip."""
    body = _unpacked(answer.body)
    if isinstance(body, Failure):
        return Sitemap(failure=body)
    plain = as_utf8(body)
    if not plain[:_FIRST_BYTES].strip():
        return Sitemap(failure=Failure("wrong-type", "an empty document"))
    root = root_of(plain)
    if isinstance(root, Failure):
        return Sitemap(failure=root)
    if plain[:_FIRST_BYTES].lstrip().startswith(b"{") or (root is not None and root.name in _FEED_ROOTS):
        return _from_feed(replace(answer, body=body), settings)
    return _from_lines(plain, settings) if root is None else _from_xml(plain, root, answer.final_url, settings)


def _unpacked(body: bytes) -> bytes | Failure:
    """Without gzip, which is known by its first bytes, as servers call it by many names."""
    for _ in range(MAX_GZIP_LAYERS):
        if not body.startswith(_GZIP):
            break
        plain = decode(body, ["gzip"], MAX_BYTES)
        if isinstance(plain, Failure):
            return plain
        body = plain
    return body


def web_address(base: str, link: str, *, max_length: int) -> str | None:
    """The link as an absolute http or https URL without its fragment; None where it is none."""
    try:
        # Some sites escape once more than XML needs: no URL has "&amp;" in its query.
        url = link.strip().translate(_LINE_BREAKS).replace("&amp;", "&").partition("#")[0]
        if not url.startswith(("http://", "https://")):
            url = urljoin(base, url)
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return None
    # No database and no server takes a NUL.
    return url if usable and len(url) <= max_length and "\0" not in url else None


def day_in_path(url: str) -> str | None:
    """The day that the URL's path states: /2026/03/02/, /2026/mar/02/, /2026-03-02-ferry, /20260302/.

    Only where it begins a segment of the path: elsewhere it may be the day that an article is about, or an article's
    number. /2026/03/15-recipes has no day.
    """
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    match = _DAY_IN_PATH.search(path)
    value = None if match is None else in_address(match[0])
    return None if value is None else value.iso


def _from_xml(body: bytes, root: Root, base: str, settings: HttpSettings) -> Sitemap:
    if root.name == "html":
        return Sitemap(failure=Failure("wrong-type", "an HTML page, no sitemap"))
    content = read_xml(body, root.start, max_entries=MAX_ENTRIES)
    failure = None
    if content.problem is not None:
        failure = Failure("wrong-type", f"{content.problem}; {len(content.entries)} entries could be read")
    elif content.left_out:
        failure = _too_many(len(content.entries) + content.left_out)
    elif not content.entries and root.name not in _SITEMAP_ROOTS:
        failure = Failure("wrong-type", f"<{root.name}> is no sitemap")
    return _sitemap(content.entries, base, settings, failure)


def _sitemap(entries: Iterable[RawEntry], base: str, settings: HttpSettings, failure: Failure | None) -> Sitemap:
    found: dict[Kind, dict[str, Entry]] = {"url": {}, "sitemap": {}}
    unreadable = 0
    for raw in entries:
        link = raw.fields.get("loc", "")
        url = web_address(base, link, max_length=settings.max_url_length) if link else None
        if url is None:
            unreadable += 1
        else:
            found[raw.kind].setdefault(url, _page(url, raw.fields) if raw.kind == "url" else _child(url, raw.fields))
    return Sitemap(tuple(found["url"].values()), tuple(found["sitemap"].values()), unreadable, failure)


def _child(url: str, fields: Mapping[str, str]) -> Entry:
    return Entry(url, dated=iso_date(fields.get("lastmod", "")))


def _page(url: str, fields: Mapping[str, str]) -> Entry:
    published = iso_date(fields.get("publication_date", ""))
    changed = None if published else iso_date(fields.get("lastmod", ""))
    title = " ".join(fields.get("title", "").split())[:LONGEST_TITLE] or None
    return Entry(url, title, published, published or _believable_day(url, changed) or changed)


def _believable_day(url: str, changed: str | None) -> str | None:
    """The day in the path, unless the page was changed last before it: then it is the day of an event to come."""
    day = day_in_path(url)
    if day is None or changed is None:
        return day
    stated, last = Span.of(day), Span.of(changed)
    return None if stated is not None and last is not None and last.end <= stated.start - _CHANGE_SLACK else day


def _from_lines(body: bytes, settings: HttpSettings) -> Sitemap:
    """One full URL a line, as the protocol has it for text files."""
    urls: dict[str, None] = {}
    unreadable = left_out = 0
    for number, line in enumerate(filter(bytes.strip, BytesIO(body))):
        if number >= LINES_READ:
            left_out += 1
            continue
        text = line[: settings.max_url_length * 4].decode("utf-8", "replace")
        url = web_address("", text, max_length=settings.max_url_length)
        if url is None or " " in url:
            unreadable += 1
        elif len(urls) >= MAX_ENTRIES and url not in urls:
            left_out += 1
        else:
            urls[url] = None
    if not urls:
        return Sitemap(failure=Failure("wrong-type", "neither XML nor a list of URLs"))
    pages = tuple(Entry(url, dated=day_in_path(url)) for url in urls)
    return Sitemap(pages, (), unreadable, _too_many(len(urls) + left_out) if left_out else None)


def _from_feed(answer: Response, settings: HttpSettings) -> Sitemap:
    limit = settings.max_feed_items
    items = read_feed_in_time(answer, max_items=limit + 1, seconds=settings.feed_seconds)
    if isinstance(items, Failure):
        return Sitemap(failure=items)
    pages = tuple(
        Entry(
            item.url,
            item.title,
            item.published,
            item.published or (None if item.dated is None else item.dated.isoformat()),
        )
        for item in islice(items, limit)
    )
    failure = Failure("too-large", f"a feed of more than {limit} items") if len(items) > limit else None
    return Sitemap(pages, failure=failure)


def _too_many(count: int) -> Failure:
    return Failure(
        "too-large", f"{count - MAX_ENTRIES} of {count} entries left out: a sitemap has {MAX_ENTRIES} at most"
    )
