"""Rows of an archive's index of captures (CDX), as the Internet Archive and pywb give them. Reads text, asks nobody.

The Internet Archive answers with one JSON list of lists whose first names the columns, and ends it with an empty list
and the key to go on with where there is more (https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server,
"Output Format" and "Resumption Key"). pywb answers with a JSON object a line, and has no such key
(https://pywb.readthedocs.io/en/latest/manual/cdxserver_api.html).
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flows.fetch.results import Failure
from flows.fetch.urls import host_name, parsed_url

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_COLUMNS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
"""Of the Internet Archive where it is not asked for others; lists without a heading have these."""
_OTHER_NAMES = {"url": "original", "mime": "mimetype", "status": "statuscode"}
"""pywb's names for the same columns."""
_TIMESTAMP = re.compile(r"[0-9]{14}")
_DIGEST = re.compile(r"(?:sha1:)?(?P<digest>[A-Za-z0-9+/=_-]{16,128})")
_RESUME_KEY = re.compile(r"[!-~]{1,8192}")
_LIST_OF_LISTS = re.compile(r"\s*\[\s*(?=[\[\]])")
_BETWEEN = re.compile(r"[\s,]*")
_END = re.compile(r"\s*\]\s*")
_WWW = re.compile(r"www[0-9]*\.")


@dataclass(frozen=True, slots=True)
class Capture:
    """A page as an archive captured it."""

    url: str
    timestamp: str
    """YYYYMMDDhhmmss in UTC, as replays are addressed by it."""
    at: datetime
    digest: str | None
    """Of the body as sent; None where the index has none."""


@dataclass(frozen=True, slots=True)
class IndexPage:
    """What one answer of the index holds."""

    captures: tuple[Capture, ...] = ()
    rows: int = 0
    """Rows in the answer, those of other types and the bad ones included."""
    resume_key: str | None = None
    """What to ask for the rest with."""
    bad_rows: int = 0
    first_bad: str | None = None
    """What is wrong with the first of them."""
    failure: Failure | None = None
    """Why the rest of the answer cannot be read."""


def read_index_page(text: str, *, host: str, max_rows: int, max_url_length: int) -> IndexPage:
    """The captures of pages that the answer lists; an empty answer lists none.

    Args:
        text: The answer's body.
        host: Of the URLs asked for; rows of others are bad. ``www.`` makes no difference to an index.
        max_rows: Rows that were asked for; an answer with more is not read further.
        max_url_length: Longest URL of a capture.
    """
    captures: list[Capture] = []
    problems: list[str] = []
    columns: Sequence[str] | None = None
    rows = 0
    ended = False
    try:
        for row in _values(text):
            if ended:
                return IndexPage(tuple(captures), rows, _resume_key(row), len(problems), _first(problems))
            if row == []:
                ended = True
            elif columns is None and isinstance(row, list) and "timestamp" in row:
                columns = [str(name) for name in row]
            elif rows >= max_rows:
                return _broken(captures, rows, problems, f"more than the {max_rows} rows asked for")
            else:
                rows += 1
                capture = _capture(row, columns or _COLUMNS, host, max_url_length)
                if isinstance(capture, Capture):
                    captures.append(capture)
                elif capture is not None:
                    problems.append(capture)
    except (ValueError, RecursionError) as error:
        return _broken(captures, rows, problems, str(error))
    return IndexPage(tuple(captures), rows, None, len(problems), _first(problems))


def _broken(captures: Sequence[Capture], rows: int, problems: Sequence[str], reason: str) -> IndexPage:
    failure = Failure("protocol", f"the index cannot be read after {rows} rows: {reason}"[:500], retryable=True)
    return IndexPage(tuple(captures), rows, None, len(problems), _first(problems), failure)


def _first(problems: Sequence[str]) -> str | None:
    return problems[0][:300] if problems else None


def _values(text: str) -> Iterator[Any]:
    """The members of the one list, or the values that follow each other, decoded one by one.

    Raises:
        ValueError: what follows is no JSON, or the list is not closed.
        RecursionError: a value is nested too deeply.
    """
    decoder = json.JSONDecoder()
    text = text.removeprefix("\ufeff")
    opening = _LIST_OF_LISTS.match(text)
    position = opening.end() if opening else 0
    while (position := _end_of(_BETWEEN, text, position)) < len(text):
        if opening and text[position] == "]":
            if _END.fullmatch(text, position) is None:
                raise ValueError("something follows the list")
            return
        value, position = decoder.raw_decode(text, position)
        yield value
    if opening:
        raise ValueError("it breaks off")


def _end_of(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return position if match is None else match.end()


def _resume_key(row: object) -> str | None:
    if isinstance(row, list) and len(row) == 1 and isinstance(row[0], str) and _RESUME_KEY.fullmatch(row[0]):
        return str(row[0])
    raise ValueError("no key follows the empty row")


def _capture(row: object, columns: Sequence[str], host: str, max_url_length: int) -> Capture | str | None:
    """The row's capture; or what is wrong with the row; None where it is right but of no page."""
    named = _named(row, columns)
    if named is None:
        return f"a row is not of {len(columns)} texts"
    media_type, status = named.get("mimetype", "-"), named.get("statuscode", "-")
    # What the site answered is in every row of a page; revisits of a capture known already have neither.
    if media_type.partition(";")[0].strip().lower() not in HTML_TYPES or status != "200":
        return None
    timestamp = named.get("timestamp", "")
    at = instant_of_timestamp(timestamp)
    if at is None:
        return f"{timestamp[:40]!r} is no timestamp"
    url = parsed_url(named.get("original", ""), max_length=max_url_length)
    if isinstance(url, Failure):
        return f"{named.get('original', '')[:200]!r}: {url.detail}"
    if _bare(host_name(url)) != _bare(host):
        return f"{host_name(url)[:100]!r} is not the host asked for"
    digest = _DIGEST.fullmatch(named.get("digest", ""))
    return Capture(str(url), timestamp, at, None if digest is None else digest["digest"])


def _named(row: object, columns: Sequence[str]) -> Mapping[str, str] | None:
    if isinstance(row, Mapping):
        texts = {str(name): str(value) for name, value in row.items() if isinstance(value, str | int)}
        return {_OTHER_NAMES.get(name, name): value for name, value in texts.items()}
    if isinstance(row, list) and len(row) == len(columns) and all(isinstance(value, str) for value in row):
        return dict(zip(columns, row, strict=True))
    return None


def instant_of_timestamp(timestamp: str) -> datetime | None:
    """Instant of YYYYMMDDhhmmss in UTC."""
    if not _TIMESTAMP.fullmatch(timestamp):
        return None
    try:
        return datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _bare(host: str) -> str:
    lowered = host.lower().rstrip(".")
    match = _WWW.match(lowered)
    return lowered[match.end() :] if match else lowered
