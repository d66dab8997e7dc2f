"""Feeds that an HTML page names. Reads bytes, asks nobody, builds no tree.

``trafilatura.feeds.determine_feed`` knows the media types, but takes ``rel`` for one word, resolves relative URLs
against the site's root whatever ``base`` says, and takes every JSON alternate for a feed, as which each WordPress page
names its own data.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from lxml import etree

from flows.fetch.results import Failure
from flows.fetch.urls import parsed_url
from transforms.clean.decode import decode
from transforms.clean.records import Reject

LONGEST_PAGE = 2 * 1024 * 1024
"""Bytes that are looked at: feeds are named in the head."""
MOST_FEEDS = 20
LONGEST_URL = 4096
LONGEST_ENDING = 200
"""Characters at the end of a link that are looked at."""
MOST_CONSIDERED = 1000
"""Links of a page that are looked at closely."""
_FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/rss",
        "application/atom",
        "application/x-rss+xml",
        "application/x-atom+xml",
        "text/rss+xml",
        "text/atom+xml",
    }
)
"""Those of the RSS, Atom and JSON Feed autodiscovery conventions, and frequent misspellings of them."""
_GENERAL_TYPES = frozenset({"application/json", "application/xml", "text/xml"})
"""JSON Feed 1.0 asked for ``application/json``; others are sent as any XML."""
_NO_FEED = re.compile(r"/wp-json(?:/|$)|oembed|sitemap|opensearch|/manifest", re.IGNORECASE)
"""What is named with a general type and is no feed."""
_COMMENTS = re.compile(r"\bcomments?\b", re.IGNORECASE)
_FEED_PLACE = re.compile(
    r"(?:^|/)(?:feeds?|rss|atom|(?:feed|rss|atom|index)\.(?:rss|atom|rdf)|(?:feed|rss|atom)\.(?:xml|json))/?$"
    r"|\?(?:.{0,100}&)?feed=(?:rss2?|atom|rdf)$",
    re.IGNORECASE,
)
"""How a link ends that leads to where many sites have their feed; it may say nothing of what it leads to."""


@dataclass(frozen=True, slots=True)
class _Named:
    """A feed as a page names it."""

    url: str
    rank: int
    """0 for what says that it is a feed, 1 for what may be one, 2 for comments."""


@dataclass(slots=True)
class _Collector:
    """Target of the parser: looks at start tags and keeps nothing else."""

    base: str
    linked: list[_Named] = field(default_factory=list)
    in_text: list[str] = field(default_factory=list)
    based: bool = False
    considered: int = 0
    """Links that looked like a feed's."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        href = attributes.get("href")
        if href is None or len(href) > LONGEST_URL or self.considered >= MOST_CONSIDERED:
            return
        if tag == "base" and not self.based:
            # The first one counts (HTML standard, 4.2.3).
            self.base, self.based = self._joined(href) or self.base, True
        elif tag == "link" and (rank := _rank(attributes, href)) is not None:
            url = self._joined(href)
            if url is not None and len(self.linked) < MOST_FEEDS:
                self.linked.append(_Named(url, rank))
        elif tag == "a" and _FEED_PLACE.search(href[-LONGEST_ENDING:]) and not _COMMENTS.search(href):
            url = self._joined(href)
            if url is not None and len(self.in_text) < MOST_FEEDS:
                self.in_text.append(url)

    def end(self, tag: str) -> None:
        """Nothing."""

    def data(self, data: str) -> None:
        """Nothing."""

    def comment(self, text: str) -> None:
        """Nothing."""

    def close(self) -> "_Collector":
        return self

    def _joined(self, href: str) -> str | None:
        """The link as an absolute URL that may be asked for."""
        self.considered += 1
        try:
            url = urljoin(self.base, href.strip())
        except ValueError:
            return None
        parsed = parsed_url(url, max_length=LONGEST_URL)
        return None if isinstance(parsed, Failure) else str(parsed)


def feed_links(page: bytes, base_url: str, content_type: str | None) -> tuple[str, ...]:
    """URLs of the feeds that the page names, the most likely main one first, each once; none where it is no HTML.

    They come in the page's order, as sites name their main feed first; feeds of comments come last. Only where no
    ``link`` names any, links in the text that lead to the usual place of a feed on the same host are taken.

    Args:
        page: The body.
        base_url: Where it was got from; ``base`` in the page may say otherwise.
        content_type: As served.
    """
    decoded = decode(page[:LONGEST_PAGE], content_type)
    if isinstance(decoded, Reject):
        return ()
    collector = _Collector(base_url)
    parser = etree.HTMLParser(
        target=collector,  # type: ignore[arg-type]  # in the stubs, tags and attributes may be bytes
        encoding="utf-8",
        huge_tree=False,
        no_network=True,
    )
    # What was seen before the parser gave up counts.
    with suppress(etree.LxmlError):
        etree.fromstring(decoded.text.encode("utf-8", "replace"), parser)
    linked = sorted(collector.linked, key=lambda named: named.rank)
    host = urlsplit(base_url).hostname
    links = [named.url for named in linked] or [url for url in collector.in_text if urlsplit(url).hostname == host]
    return tuple(dict.fromkeys(url for url in links if url != base_url))


def _rank(attributes: Mapping[str, str], href: str) -> int | None:
    """How likely the link leads to the site's main feed; None where it leads to none."""
    relations = attributes.get("rel", "").lower().split()
    if not {"alternate", "feed"} & set(relations) or "stylesheet" in relations:
        return None
    media_type = attributes.get("type", "").partition(";")[0].strip().lower()
    if media_type not in _FEED_TYPES and "feed" not in relations:
        if media_type not in _GENERAL_TYPES or _NO_FEED.search(href):
            return None
        return 1
    return 2 if _COMMENTS.search(href) or _COMMENTS.search(attributes.get("title", "")) else 0
