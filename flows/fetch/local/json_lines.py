"""Pages in a file of JSON lines, in the shape that ``newslake clean`` and ``newslake annotate`` take. Asks nobody."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from flows.fetch.feeds.feed_dates import iso_date
from flows.fetch.local.byte_lines import MOST_BYTES, Line, LineProblem, byte_lines
from flows.fetch.results import Failure
from flows.fetch.urls import parsed_url

__all__ = ["JsonLineLimits", "LinePage", "LineProblem", "read_json_lines"]

HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
LONGEST_TITLE = 1000
LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class JsonLineLimits:
    """Bounds, in bytes."""

    body: int = 10 * 1024 * 1024
    line: int = 32 * 1024 * 1024
    """Of JSON: a body with many quotes and line breaks is longer there."""
    file: int = MOST_BYTES
    """Unpacked."""
    url: int = 4096
    """Characters."""


@dataclass(frozen=True, slots=True)
class LinePage:
    """A page as its line gives it."""

    url: str | None
    id: str | None
    """What the line's owner calls it."""
    body: bytes
    content_type: str
    title: str | None
    published: str | None
    """ISO 8601, as precise as given."""
    line: int


def read_json_lines(stream: BinaryIO, *, limits: JsonLineLimits, after: int = 0) -> Iterator[LinePage | LineProblem]:
    """The pages of a file, each line a JSON object; blank lines are passed over.

    An object has ``html`` or else ``text``, and may have ``url``, ``id``, ``title`` (or ``item_title``) and
    ``published`` (or ``item_published``). ``file`` is not read here: it could name any file of the machine.

    Args:
        stream: Binary, at its beginning; packed by gzip or not.
        limits: Bounds.
        after: Number of the last line that need not be read again.
    """
    for line in byte_lines(stream, longest=limits.line, most=limits.file):
        if isinstance(line, LineProblem):
            if line.final or line.line > after:
                yield line
        elif line.number > after and (page := _page(line, limits)) is not None:
            yield page


def _page(line: Line, limits: JsonLineLimits) -> LinePage | LineProblem | None:
    content = line.content.removeprefix(b"\xef\xbb\xbf") if line.number == 1 else line.content
    if not content.strip():
        return None
    try:
        record = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        return LineProblem(line.number, f"it is not JSON: {error}"[:300])
    if not isinstance(record, dict):
        return LineProblem(line.number, "it is not a JSON object")
    return _of_record(record, line.number, limits)


def _of_record(record: Mapping[str, Any], number: int, limits: JsonLineLimits) -> LinePage | LineProblem:
    content_type = HTML if isinstance(record.get("html"), str) else TEXT
    content = record.get("html") if content_type == HTML else record.get("text")
    if not isinstance(content, str):
        hint = "; a file that it names is not read here" if "file" in record else ""
        return LineProblem(number, f"it has neither html nor text{hint}")
    body = content.encode("utf-8", "replace")
    if len(body) > limits.body:
        return LineProblem(number, f"{len(body)} bytes of content, {limits.body} allowed")
    url = record.get("url") or None
    if url is not None:
        checked = parsed_url(url, max_length=limits.url) if isinstance(url, str) else Failure("bad-url", "no text")
        if isinstance(checked, Failure):
            return LineProblem(number, f"its url is none: {checked.detail}"[:300])
        url = str(checked)
    published = _text(record, "published", "item_published")
    return LinePage(
        url=url,
        id=_id(record),
        body=body,
        content_type=content_type,
        title=_shortened(_text(record, "title", "item_title"), LONGEST_TITLE),
        published=iso_date(published) if published else None,
        line=number,
    )


def _id(record: Mapping[str, Any]) -> str | None:
    found = record.get("id")
    if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 10**18:
        return str(found)
    return _shortened(_text(record, "id"), LONGEST_ID)


def _text(record: Mapping[str, Any], *names: str) -> str | None:
    """The first of the values that is a text, without what no Parquet file can hold."""
    for name in names:
        value = record.get(name)
        if isinstance(value, str):
            return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "").strip() or None
    return None


def _shortened(text: str | None, length: int) -> str | None:
    return None if text is None else " ".join(text[: 10 * length].split())[:length] or None
