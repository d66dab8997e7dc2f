"""The pages of one WARC file, whatever state it is in: what can be read is, and what cannot is said.

FastWARC reads the records. It says nothing about a file that breaks off and stops for good where one is damaged, so
here every end is looked at, and a search goes on from every damage. An offset behind a record is one from which a
later reading continues without it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import cast

from fastwarc.stream_io import WarcReader
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from flows.fetch.archives import Gap, Passed, Record
from flows.fetch.results import Failure, Response
from flows.fetch.urls import parsed_url
from flows.fetch.warc.warc_members import (
    LARGEST_FILE,
    LARGEST_RECORD,
    LONGEST_HEAD,
    Ahead,
    ArchiveStream,
    Extent,
    OpensAt,
    Packing,
    UnpackedAt,
    extent_of,
    find_record,
    packing_of,
)
from flows.fetch.warc.warc_pages import PageLimits, archived_page, matches_digest

MOST_GAPS = 100
"""Damaged stretches of a file that are read past in one go."""
TOLD_EVERY = 64 * 1024 * 1024
"""Bytes of a file after which it is told how far reading has come, where nothing in them is wanted."""
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No page is older than the web; other dates of capture are mistakes."""
_CLOCK_SKEW = timedelta(days=1)
_NO_RECORD = "no record that can be read"
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z")
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records of an archive become pages."""

    wanted: Callable[[str, datetime | None], bool] = lambda _url, _captured_at: True
    """By URL and time of capture; asked before the content is read, and what is not wanted is not mentioned. Bad URLs
    are asked about as well, and impossible times as None."""
    judged: Callable[[Response], Response | Failure | None] = lambda page: page
    """By content; None for a page that is not wanted."""


EVERYTHING = Selection()


def warc_records(
    name: str,
    open_at: OpensAt,
    *,
    start: int,
    limits: PageLimits,
    clock: Callable[[], datetime],
    selection: Selection = EVERYTHING,
) -> Iterator[Record | Passed | Gap | Failure]:
    """The pages of a WARC file from an offset on.

    Answers that are no pages come as failures. Requests, metadata, revisits and what is not HTTP are passed over.

    Args:
        name: Path or URL of the file.
        open_at: Opens it.
        start: 0, or a ``next_offset`` of an earlier reading.
        limits: Bounds of a page.
        clock: Tells the time, in UTC.
        selection: Which pages are wanted.
    """
    with open_at(0) as stream:
        if isinstance(stream, Failure):
            yield stream
            return
        ahead = Ahead(stream, 0)
        if ahead.at_end:
            yield ahead.failure or Gap("the file is empty", 0)
            return
        packing = packing_of(ahead)
        failure = ahead.failure or (packing if isinstance(packing, Failure) else None)
    if failure is not None:
        yield failure
        return
    packing = cast("Packing", packing)
    opens = UnpackedAt(open_at) if packing == "one-member" else open_at
    yield from _Reading(name, opens, packing, limits, clock, selection).run(start)


class _Feed:
    """A stream as FastWARC wants it. An error must not reach its native code: the stream ends there instead."""

    def __init__(self, stream: ArchiveStream) -> None:
        self._stream = stream
        self._taken = 0
        self.failure: Failure | None = None

    def read(self, size: int = -1) -> bytes:
        if self.failure is not None:
            return b""
        piece = self._stream.read(size if size > 0 else LONGEST_HEAD)
        if isinstance(piece, Failure):
            self.failure = piece
            return b""
        self._taken += len(piece)
        return piece

    def tell(self) -> int:
        return self._taken

    def seek(self, offset: int, whence: int = 0) -> int:
        raise OSError(f"a stream cannot go to {offset} ({whence})")

    def close(self) -> None:
        """Nothing: who opened the stream closes it."""


@dataclass(slots=True)
class _Stretch:
    """What reading from one offset on has come to."""

    begun: int
    last: int | None = None
    """Offset of the last record that was seen."""
    pending: Record | None = None
    """That record's page, of which the end is not known yet."""
    problem: str | None = None
    """What is wrong."""
    broken: bool = False
    """Whether it is wrong with that record itself; else with what follows it."""
    following: int | None = None
    """Where to go on; None where the file ends."""
    failure: Failure | None = None


class _Reading:
    """One file being read."""

    def __init__(
        self,
        name: str,
        open_at: OpensAt,
        packing: Packing,
        limits: PageLimits,
        clock: Callable[[], datetime],
        selection: Selection,
    ) -> None:
        self._name = name
        self._open_at = open_at
        self._packing = packing
        self._limits = limits
        self._clock = clock
        self._selection = selection
        self._bytes = 0

    def run(self, start: int) -> Iterator[Record | Passed | Gap | Failure]:
        """Records, and the gaps between stretches that can be read."""
        stretch = _Stretch(start)
        found: Record | Gap | None = None
        gaps = 0
        while True:
            yield from self._intact(stretch)
            if stretch.failure is None:
                for found in self._ended(stretch):
                    yield found
                    gaps += isinstance(found, Gap)
            if stretch.failure is not None:
                yield stretch.failure
                return
            if stretch.following is None:
                opened = self._open_at
                broken = isinstance(opened, UnpackedAt) and opened.broken and stretch.begun < opened.reached
                if broken and not isinstance(found, Gap):
                    # Packed as one member, a file can end between two records and be broken all the same.
                    yield Gap("the packed file breaks off behind its last record", cast("UnpackedAt", opened).reached)
                return
            if gaps >= MOST_GAPS:
                yield Failure("damaged", f"{MOST_GAPS} stretches are damaged; the rest is left to the next run")
                return
            stretch = _Stretch(stretch.following)

    def _intact(self, stretch: _Stretch) -> Iterator[Record | Passed]:
        """Pages up to the first damage or the end, all but the last one."""
        with self._open_at(stretch.begun) as stream:
            if isinstance(stream, Failure):
                stretch.failure = stream
                return
            feed = _Feed(stream)
            records = ArchiveIterator(
                cast("WarcReader", feed), parse_http=False, stream_detect=self._packing == "members"
            )
            told = stretch.begun
            while stretch.problem is None:
                try:
                    record = next(records, None)
                    if record is None:
                        break
                    offset = stretch.begun + record.stream_pos
                    if stretch.pending is not None:
                        yield replace(stretch.pending, next_offset=offset)
                        told = offset
                    elif offset - told >= TOLD_EVERY:
                        yield Passed(offset)
                        told = offset
                    stretch.last, stretch.pending, stretch.broken = offset, None, True
                    page = self._read(record, offset)
                    if self._bytes > LARGEST_FILE:
                        detail = f"its records have more than {LARGEST_FILE} bytes; the rest is left to the next run"
                        stretch.failure = Failure("too-large", detail)
                        return
                except (OSError, ValueError) as error:
                    stretch.problem = str(error)
                    break
                if isinstance(page, str):
                    stretch.problem = page
                else:
                    stretch.pending, stretch.broken = page, False
            stretch.failure = feed.failure

    def _ended(self, stretch: _Stretch) -> Iterator[Record | Gap]:
        """The last page of a stretch if it is whole, and the gap up to the next record if there is anything behind."""
        begun = stretch.begun if stretch.last is None else stretch.last
        with self._open_at(begun) as stream:
            if isinstance(stream, Failure):
                stretch.failure = stream
                return
            ahead = Ahead(stream, begun)
            extent = None if stretch.last is None else extent_of(ahead, self._packing)
            over = False
            if extent is not None:
                yield from self._behind(stretch, extent, ahead)
                over = True
            elif stretch.last is None:
                ahead.skip_blanks()
                over = ahead.at_end
            stretch.failure = ahead.failure
        if not over and stretch.failure is None:
            yield from self._search(stretch, begun)

    def _behind(self, stretch: _Stretch, extent: Extent, ahead: Ahead) -> Iterator[Record | Gap]:
        """What follows a last record of which the end is known."""
        if stretch.broken or not extent.sound:
            detail = stretch.problem if stretch.broken else "its length is not the one that it states"
            yield Gap(f"the record at offset {stretch.last}: {detail}", extent.end)
            stretch.following = None if ahead.at_end else extent.end
            return
        if stretch.pending is not None:
            yield replace(stretch.pending, next_offset=extent.end)
        ahead.skip_blanks()
        if ahead.at_end:
            return
        begun = ahead.offset
        found = find_record(ahead, self._packing)
        if found != begun and ahead.failure is None:
            yield Gap(f"from offset {begun} to {ahead.offset}: {_NO_RECORD}", ahead.offset)
        stretch.following = None if ahead.at_end else ahead.offset

    def _search(self, stretch: _Stretch, begun: int) -> Iterator[Gap]:
        """The gap from a broken record to the next one."""
        with self._open_at(begun + 1) as stream:
            if isinstance(stream, Failure):
                stretch.failure = stream
                return
            ahead = Ahead(stream, begun + 1)
            find_record(ahead, self._packing)
            stretch.failure = ahead.failure
            if ahead.failure is None:
                detail = _NO_RECORD if stretch.last is None else stretch.problem or "the record is broken"
                yield Gap(f"from offset {begun} to {ahead.offset}: {detail}", ahead.offset)
                stretch.following = None if ahead.at_end else ahead.offset

    def _read(self, record: WarcRecord, offset: int) -> Record | str | None:
        """A record's page; None for one that is none or not wanted, text where the record is damaged."""
        stated = record.headers.get_multiple("Content-Length")
        length = record.content_length
        if (
            len(stated) != 1
            or not (stated[0].isascii() and stated[0].isdigit())
            or stated[0].lstrip("0") != (str(length) if length else "")
        ):
            return f"its Content-Length cannot be {', '.join(stated)[:80] or 'missing'}"
        if length > LARGEST_RECORD:
            return f"{length} bytes, {LARGEST_RECORD} allowed"
        self._bytes += length
        if record.record_type != WarcRecordType.response or not record.is_http:
            return None
        return self._answer(record, offset, length)

    def _answer(self, record: WarcRecord, offset: int, length: int) -> Record | str | None:
        stated = (record.headers.get("WARC-Target-URI") or "").strip().removeprefix("<").removesuffix(">")
        url = parsed_url(stated, max_length=self._limits.url)
        captured_at = _instant(record.headers.get("WARC-Date"), self._clock())
        shown = _UNPRINTABLE.sub("", stated)[: self._limits.url] if isinstance(url, Failure) else str(url)
        if not self._selection.wanted(shown, captured_at):
            return None
        if isinstance(url, Failure):
            return Record(shown, url, captured_at, offset)
        if captured_at is None:
            said = (record.headers.get("WARC-Date") or "")[:40]
            return Record(str(url), Failure("damaged", f"captured at no possible time: {said!r}"), None, offset)
        content = self._content(record, str(url), captured_at, offset, length)
        return content if isinstance(content, str) else Record(str(url), content, captured_at, offset)

    def _content(
        self, record: WarcRecord, url: str, captured_at: datetime, offset: int, length: int
    ) -> Response | Failure | str | None:
        limit = self._limits.headers + self._limits.transfer
        if length > limit:
            return Failure("too-large", f"a record of {length} bytes, {limit} allowed")
        block = _block(record, length)
        if len(block) < length:
            return f"the record breaks off after {len(block)} of {length} bytes"
        cut = record.headers.get("WARC-Truncated")
        if cut is not None:
            return Failure("too-large" if cut == "length" else "damaged", f"cut off by its crawler: {cut[:80]}")
        if record.headers.get("WARC-Segment-Number") is not None:
            return Failure("damaged", "the record goes on in another one")
        # Members of gzip have a checksum of their own, which is not left behind when a tool changes records.
        if self._packing == "plain" and not matches_digest(block, record.headers.get("WARC-Block-Digest")):
            return Failure("damaged", "the record does not have the digest that it states")
        page = archived_page(
            block,
            url,
            captured_at=captured_at,
            archived_at=f"{self._name}#offset={offset}",
            started_at=self._clock(),
            limits=self._limits,
        )
        return self._judged(page)

    def _judged(self, page: Response | Failure) -> Response | Failure | None:
        if isinstance(page, Failure):
            # Pictures and styles lie between the pages of a crawl; to name each of them would hide what matters.
            return None if page.kind == "wrong-type" else page
        return self._selection.judged(page)


def _block(record: WarcRecord, length: int) -> bytes:
    block = bytearray()
    while len(block) < length and (piece := record.reader.read(length - len(block))):
        block += piece
    return bytes(block)


def _instant(text: str | None, now: datetime) -> datetime | None:
    """The time of capture; None where there is none, or none that is possible."""
    if text is None or not _INSTANT.fullmatch(text):
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant.astimezone(UTC) if EARLIEST <= instant <= now + _CLOCK_SKEW else None
