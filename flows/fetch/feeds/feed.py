"""Items of a feed: RSS, Atom and RDF by feedparser, JSON Feed by the standard library. Reads bytes, asks nobody."""

import html
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import urljoin

import feedparser

from flows.fetch.feeds.feed_dates import instant_of, iso_date
from flows.fetch.results import Failure, Response

LONGEST_TITLE = 1000
_TAG = re.compile(r"<[^<>]{0,2000}>")
_FIRST_BYTES = 512
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,500}>")
_EXTENSION = re.compile(r"</?(?!(?:rdf|rss|atom|atom10|a10|dc|dcterms|content|feedburner):)[\w.-]{1,50}:[^<>]{0,5000}>")
"""A tag of another vocabulary than those in which feeds give links, titles and dates."""
_REFERENCE = re.compile(rb"&#([0-9]{1,20}|[xX][0-9a-fA-F]{1,20});?")
"""A reference to a character by its number; one of more digits is let stand, as it breaks nothing."""


@dataclass(frozen=True, slots=True)
class FeedItem:
    """What a feed says about one page."""

    url: str
    title: str | None
    published: str | None
    """ISO 8601, as precise as given; None where the feed gives only the date of the last change."""
    dated: datetime | None
    """Publication, else the last change, as an instant."""


def read_feed(answer: Response, *, max_items: int) -> tuple[FeedItem, ...] | Failure:
    """Items in the feed's order, each URL once; what can be read of a broken feed.

    Returns:
        A failure ``wrong-type`` where the bytes are no feed, or break the parser.
    """
    start = answer.body[:_FIRST_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    entries = _json_entries(answer) if start.startswith(b"{") else _xml_entries(answer)
    if isinstance(entries, Failure):
        return entries
    items: dict[str, FeedItem] = {}
    for entry in entries:
        if len(items) >= max_items:
            break
        items.setdefault(entry.url, entry)
    return tuple(items.values())


def _xml_entries(answer: Response) -> list[FeedItem] | Failure:
    headers = {"content-location": answer.final_url}
    if answer.content_type is not None:
        headers["content-type"] = answer.content_type
    try:
        try:
            parsed = _parsed(answer.body, headers)
        except Exception:  # noqa: BLE001 - as below
            # It trusts every reference to a character, every encoding's name, and every extension's elements.
            parsed = _parsed(_plain(answer.body), {**headers, "content-type": "application/xml; charset=utf-8"})
        entries = [item for entry in parsed["entries"] if (item := _xml_item(entry, answer, parsed)) is not None]
    except Exception as error:  # noqa: BLE001 - hostile bytes make the parser raise almost anything; the failure is recorded
        return Failure("wrong-type", f"the feed breaks the parser: {type(error).__name__}: {error}"[:500])
    if not entries and not parsed.get("version"):
        return Failure("wrong-type", "neither RSS nor Atom nor JSON Feed")
    return entries


def _parsed(body: bytes, headers: Mapping[str, str]) -> Any:  # noqa: ANN401 - feedparser's own type
    # A stream, as feedparser takes bytes for the name of a file where there is one.
    return feedparser.parse(BytesIO(body), response_headers=headers, resolve_relative_uris=False, sanitize_html=False)


def _plain(body: bytes) -> bytes:
    """The feed in UTF-8, with what makes parsers fail taken out.

    That is its declaration, NUL, references to what is no character, and the marks of extensions' elements, of which
    nothing is wanted here; their texts stay.
    """
    bare = body.removeprefix(b"\xef\xbb\xbf")
    try:
        text = bare.decode("utf-8")
    except UnicodeDecodeError:
        text = bare.decode("windows-1252", "replace")
    text = _EXTENSION.sub("", _DECLARATION.sub("", text.replace("\0", ""), count=1))
    return _REFERENCE.sub(_possible, text.encode("utf-8", "replace"))


def _possible(reference: re.Match[bytes]) -> bytes:
    """The reference, or one to the replacement character where there is no character of that number."""
    digits = reference[1].lower()
    number = int(digits[1:], 16) if digits.startswith(b"x") else int(digits)
    return reference[0] if number < 0xD800 or 0xDFFF < number <= sys.maxunicode else b"&#xFFFD;"


def _xml_item(entry: Mapping[str, Any], answer: Response, feed: Mapping[str, Any]) -> FeedItem | None:
    url = _web_url(answer.final_url, _text(entry, "link")) or _web_url("", _text(entry, "id"))
    if url is None:
        return None
    published = iso_date(_text(entry, "published") or "", entry.get("published_parsed"))
    # The dictionary's own keys: feedparser answers a question for a missing "updated" with "published".
    own = dict(entry.items())
    changed = iso_date(_text(own, "updated") or "", own.get("updated_parsed"))
    if published is None and not str(feed.get("version", "")).startswith("atom"):
        # RSS knows no date of change: what feedparser calls so there is dc:date.
        published = changed
    dated = published or changed
    title = _text(entry, "title")
    detail = entry.get("title_detail") or {}
    marked_up = detail.get("type") in {"text/html", "application/xhtml+xml"}
    return FeedItem(url, _title(title, marked_up=marked_up), published, instant_of(dated) if dated else None)


def _json_entries(answer: Response) -> list[FeedItem] | Failure:
    try:
        feed = json.loads(answer.body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        return Failure("wrong-type", f"no JSON: {error}"[:500])
    entries = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(entries, list):
        return Failure("wrong-type", "JSON without a list of items")
    return list(_json_items(entries, answer.final_url))


def _json_items(entries: list[Any], base: str) -> Iterator[FeedItem]:
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        url = _web_url(base, _text(entry, "url")) or _web_url(base, _text(entry, "external_url"))
        url = url or _web_url("", _text(entry, "id"))
        if url is None:
            continue
        published = iso_date(_text(entry, "date_published") or "")
        dated = published or iso_date(_text(entry, "date_modified") or "")
        yield FeedItem(
            url, _title(_text(entry, "title"), marked_up=False), published, instant_of(dated) if dated else None
        )


def _text(entry: Mapping[str, Any], name: str) -> str | None:
    """The value, if it is a text, without what no Parquet file can hold."""
    value = entry.get(name)
    if not isinstance(value, str):
        return None
    return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "").strip() or None


def _web_url(base: str, link: str | None) -> str | None:
    """The link as an absolute http or https URL, without its fragment."""
    if link is None:
        return None
    try:
        url = urljoin(base, link).partition("#")[0]
    except ValueError:
        return None
    return url if url[:8].lower().startswith(("http://", "https://")) else None


def _title(title: str | None, *, marked_up: bool) -> str | None:
    if title is None:
        return None
    if marked_up:
        title = html.unescape(_TAG.sub("", title[: 10 * LONGEST_TITLE]))
    return " ".join(title.split())[:LONGEST_TITLE] or None
