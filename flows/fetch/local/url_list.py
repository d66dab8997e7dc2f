"""A list of URLs in a local file: one a line, or a CSV file with a column for them."""

import csv
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from pathlib import PurePath
from typing import BinaryIO
from urllib.parse import quote

from flows.fetch.feeds.feed_dates import instant_of, iso_date
from flows.fetch.items import Finding, Item
from flows.fetch.local.byte_lines import Line, LineProblem, byte_lines, open_file
from flows.fetch.results import Attempt, Failure
from flows.fetch.urls import parsed_url
from flows.fetch.web.fetcher import Fetcher
from flows.fetch.web.http_settings import HttpSettings
from flows.fetch.web.pages import WebPages
from flows.fetch.window import Window
from flows.sources import UrlsSource
from transforms.addresses import known_key

LINES_A_FINDING = 1000
LINES_A_RECORD = 20
"""Lines over which one record of a CSV file may go: a quotation mark too many must not swallow the rest of the file."""
LONGEST_TITLE = 1000
_COLUMNS = {
    "url": ("url", "link"),
    "title": ("title", "headline"),
    "published": ("published", "date"),
}
"""Headings by what they mean, in any case; the first of them that the file has."""
_DELIMITERS = "\t;,"
_UNCLOSED = "unexpected end of data"
"""What the csv module says of a record that goes on in the next line."""
_TABLES = frozenset({".csv", ".tsv"})
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_UTF_8 = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a line or record says."""

    line: int
    url: str
    title: str | None = None
    published: str | None = None


@dataclass(slots=True)
class _Found:
    """What the lines of one finding came to so far."""

    items: list[Item] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    lines: int = 0


_Entries = Iterator[_Entry | LineProblem]


class UrlListReader(WebPages):
    """The pages of a list; those with a date belong to the window that it falls into, all others to every window.

    A file whose name ends in ``.csv`` or ``.tsv``, or whose first line is a heading with a column ``url`` (or
    ``link``), is a table; its first column holds the URLs where it has no heading. Lines that begin with ``#`` are
    comments. UTF-8, or Latin-1 where a line is no UTF-8; ``.gz`` or not. For many threads at once.
    """

    def __init__(
        self, source: UrlsSource, fetcher: Fetcher, settings: HttpSettings, *, clock: Callable[[], datetime]
    ) -> None:
        self._source = source
        super().__init__(fetcher)
        self._settings = settings
        self._clock = clock
        self._name = f"file://{source.name}/{quote(source.path.name)}"

    def discover(self, window: Window) -> Iterator[Finding]:
        """One finding for a thousand lines; a line that is no URL is an attempt that failed."""
        stream = open_file(self._source.path)
        if isinstance(stream, Failure):
            yield self._failed(_Found(), stream)
            return
        with closing(stream):
            yield from self._findings(stream, window)

    def _findings(self, stream: BinaryIO, window: Window) -> Iterator[Finding]:
        entries = self._entries(stream)
        if isinstance(entries, Failure):
            yield self._failed(_Found(), entries)
            return
        found = _Found()
        for entry in entries:
            if isinstance(entry, LineProblem) and entry.final:
                yield self._failed(found, Failure("file", f"line {entry.line}: {entry.detail}"))
                return
            self._add(entry, window, found)
            if found.lines >= LINES_A_FINDING:
                yield Finding(tuple(found.items), tuple(found.attempts))
                found = _Found()
        yield Finding(tuple(found.items), tuple(found.attempts))

    def _entries(self, stream: BinaryIO) -> _Entries | Failure:
        """What the lines say, or why they cannot be read as a list at all."""
        lines = byte_lines(stream, longest=4 * self._settings.max_url_length)
        opening: list[Line | LineProblem] = []
        first = ""
        for line in lines:
            if isinstance(line, Line) and line.number == 1:
                if line.content.startswith(_UTF_16):
                    return Failure("file", f"{self._source.path} is in UTF-16; only UTF-8 and Latin-1 are read")
                line = Line(1, line.content.removeprefix(_UTF_8))  # noqa: PLW2901 - without the byte order mark
            opening.append(line)
            first = _decoded(line.content).strip() if isinstance(line, Line) else ""
            if (first and not first.startswith("#")) or len(opening) >= LINES_A_FINDING:
                break
        everything = chain(opening, lines)
        ending = _ending(self._source.path)
        delimiter = "\t" if ending == ".tsv" else max(_DELIMITERS, key=first.count)
        heading = _heading(first, delimiter)
        if heading is None and ending not in _TABLES:
            return _lines(everything)
        if heading is None and first and self._problem(first.split(delimiter)[0].strip(' "')) is not None:
            return Failure("file", f"{self._source.path} has no column url: its first line is {first[:200]!r}")
        return _records(everything, delimiter, heading)

    def _problem(self, url: str) -> Failure | None:
        """Why the URL must not be asked for."""
        checked = parsed_url(url, max_length=self._settings.max_url_length)
        return checked if isinstance(checked, Failure) else None

    def _add(self, entry: _Entry | LineProblem, window: Window, found: _Found) -> None:
        found.lines += 1
        if isinstance(entry, LineProblem):
            found.attempts.append(self._attempt("bad-url", f"line {entry.line}: {entry.detail}"))
            return
        problem = self._problem(entry.url)
        if problem is not None:
            found.attempts.append(self._attempt("bad-url", f"line {entry.line}: {entry.url[:200]!r}: {problem.detail}"))
            return
        published = iso_date(entry.published) if entry.published else None
        dated = instant_of(published) if published else None
        if dated is None or dated in window:
            url = entry.url.partition("#")[0]
            found.items.append(Item(url, known_key(url), self._name, entry.title, published, dated))

    def _failed(self, found: _Found, failure: Failure) -> Finding:
        attempt = self._attempt(failure.kind, failure.detail)
        return Finding(tuple(found.items), (*found.attempts, attempt), failure=failure)

    def _attempt(self, outcome: str, detail: str) -> Attempt:
        return Attempt(self._name, "discovery", self._clock(), 0.0, outcome, detail)


def _lines(lines: Iterator[Line | LineProblem]) -> _Entries:
    for line in lines:
        if isinstance(line, LineProblem):
            yield line
        elif (text := _decoded(line.content).strip()) and not text.startswith("#"):
            yield _Entry(line.number, text)


def _records(lines: Iterator[Line | LineProblem], delimiter: str, heading: Sequence[str] | None) -> _Entries:
    """The records of a table, without its heading; one may go over several lines (RFC 4180, 2.6)."""
    columns = {meaning: _position(heading or ("url",), names) for meaning, names in _COLUMNS.items()}
    headed = heading is None
    waiting: deque[Line | LineProblem] = deque()
    while waiting or (waiting := deque(islice(lines, 1))):
        first = waiting[0]
        if isinstance(first, LineProblem):
            yield first
            waiting.popleft()
            continue
        fields, used = _record(waiting, lines, delimiter)
        for _ in range(used):
            waiting.popleft()
        if isinstance(fields, str):
            yield LineProblem(first.number, fields)
        elif not any(field.strip() for field in fields) or fields[0].lstrip().startswith("#"):
            continue
        elif not headed:
            headed = True
        else:
            values = {meaning: _field(fields, position) for meaning, position in columns.items()}
            title = " ".join((values["title"] or "").split())[:LONGEST_TITLE]
            yield _Entry(first.number, values["url"] or "", title or None, values["published"])


def _record(
    waiting: deque[Line | LineProblem], lines: Iterator[Line | LineProblem], delimiter: str
) -> tuple[list[str] | str, int]:
    """Fields of the record that begins with the first waiting line, or why there is none; and lines that it takes."""
    text: list[str] = []
    problem = ""
    for count in range(LINES_A_RECORD):
        if count == len(waiting):
            waiting.extend(islice(lines, 1))
        if count == len(waiting) or isinstance(line := waiting[count], LineProblem):
            break
        text.append(_decoded(line.content) + "\n")
        try:
            return next(csv.reader(text, delimiter=delimiter, strict=True)), count + 1
        except csv.Error as error:
            problem = str(error)
            if _UNCLOSED not in problem:
                break
    return f"it cannot be read as a record: {problem}", 1


def _heading(line: str, delimiter: str) -> tuple[str, ...] | None:
    """Column names in lower case, where one of them is that of the URLs."""
    names = tuple(name.strip().strip('"').strip().lower() for name in line.split(delimiter))
    return names if any(name in names for name in _COLUMNS["url"]) else None


def _position(heading: Sequence[str], names: Sequence[str]) -> int | None:
    return next((heading.index(name) for name in names if name in heading), None)


def _field(fields: Sequence[str], position: int | None) -> str | None:
    if position is None or position >= len(fields):
        return None
    return fields[position].replace("\0", "").strip() or None


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _ending(path: PurePath) -> str:
    return (PurePath(path.stem).suffix if path.suffix.lower() == ".gz" else path.suffix).lower()
