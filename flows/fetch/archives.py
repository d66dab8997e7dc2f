"""Archives, read record by record into parts; and how far they have been read, so that a stop loses nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from flows.fetch.discovery import Discovered
from flows.fetch.erased_pages import ErasedPages
from flows.fetch.part_writer import PartWriter
from flows.fetch.results import Attempt, Failure, Response
from flows.fetch.window import Window
from transforms.addresses import known_key
from transforms.erasure import ERASED
from transforms.identity import content_hash
from warehouse.catalogue import Catalogue
from warehouse.records import ArchivePosition, Arrived, FoundPage


@dataclass(frozen=True, slots=True)
class Archive:
    """A file that holds pages."""

    name: str
    """Path or URL."""
    version: str
    """Of the file and of what is chosen from it: another version is read from its beginning."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What looking for archives came to, where that took requests or failed."""

    attempts: tuple[Attempt, ...] = ()
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A page that an archive holds, or why it cannot be had."""

    url: str
    content: Response | Failure | None
    """None: not wanted, for its language, its type or the patterns of URLs."""
    dated: datetime | None
    """When it was captured, or is said to have been published."""
    next_offset: int
    """Where to go on behind it."""
    title: str | None = None
    published: str | None = None
    """Date of publication as given beside it, ISO 8601."""


@dataclass(frozen=True, slots=True)
class Passed:
    """So far an archive has been read without anything that is wanted."""

    next_offset: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of an archive that cannot be read; an unknown number of pages is lost in it."""

    detail: str
    """What and where, for a person."""
    next_offset: int


READ_AGAIN_AT_MOST = 256 * 1024 * 1024
"""Bytes of an archive after which what was found in them is committed, be it little."""


class ArchiveReader(Protocol):
    """Which archives hold pages of a window, and their records."""

    def archives(self, window: Window) -> Iterator[Archive | Listing]:
        """Archives in the order in which they are read; more than the window needs do no harm."""
        ...

    def records(self, archive: Archive, start: int) -> Iterator[Record | Passed | Gap | Failure]:
        """Records from that offset on, and now and then how far reading has come.

        The last one is a failure where the archive cannot be opened or breaks off.
        """
        ...

    def attempt(self, archive: Archive, outcome: str, detail: str | None = None) -> Attempt:
        """What ``fetches`` says of an archive, or of a record that was read from it."""
        ...


def read_archives(
    reader: ArchiveReader,
    window: Window,
    *,
    source: str,
    catalogue: Catalogue,
    writer: PartWriter,
    erased: ErasedPages,
    total: Discovered,
) -> int:
    """Store every record of the window's archives that the lake has not.

    How far an archive was read is committed together with the pages of it. An archive that was read to its end is not
    opened again until its version changes.

    Args:
        reader: Has the archives.
        window: The time asked about.
        source: Name of the source; its lock must be held.
        catalogue: Knows what was read before.
        writer: Stores the pages.
        erased: Knows what must not be stored.
        total: Is added what was found, left out and failed.

    Returns:
        Records that the lake had already.
    """
    known = 0
    for archive in reader.archives(window):
        if isinstance(archive, Listing):
            writer.set_aside(archive.attempts)
            total.failure = total.failure or archive.failure
            continue
        position = catalogue.documents.position(source, archive.name)
        same = position is not None and position.version == archive.version
        if position is not None and same and position.finished:
            continue
        reading = _Reading(reader, archive, window, source, catalogue, writer, erased)
        failure = reading.read(position.offset if position is not None and same else 0)
        total.found += reading.found
        total.new += reading.found - reading.known
        total.excluded += reading.excluded
        total.failure = total.failure or failure
        known += reading.known
    return known


class _Reading:
    """One archive being read."""

    def __init__(
        self,
        reader: ArchiveReader,
        archive: Archive,
        window: Window,
        source: str,
        catalogue: Catalogue,
        writer: PartWriter,
        erased: ErasedPages,
    ) -> None:
        self._reader = reader
        self._archive = archive
        self._window = window
        self._source = source
        self._catalogue = catalogue
        self._writer = writer
        self._erased = erased
        self.found = 0
        self.known = 0
        self.excluded = 0

    def read(self, start: int) -> Failure | None:
        """Store the records from that offset on; the failure that kept it from the end."""
        offset = committed = start
        for record in self._reader.records(self._archive, start):
            if isinstance(record, Failure):
                self._writer.add_attempts(
                    self._window.last_day, [self._reader.attempt(self._archive, record.kind, record.detail)]
                )
                self._writer.commit_all(position=self._position(offset, finished=False))
                return record
            offset = record.next_offset
            if isinstance(record, Passed):
                pass
            elif isinstance(record, Gap):
                attempt = self._reader.attempt(self._archive, "damaged", record.detail)
                self._writer.add_failure(self._window.last_day, "damaged", [attempt])
            elif record.content is None:
                self.excluded += 1
            else:
                self._store(record, record.content)
            far = isinstance(record, Passed) and (
                self._writer.has_nothing_open or offset - committed >= READ_AGAIN_AT_MOST
            )
            if far or self._writer.has_full_batch:
                self._writer.commit_all(position=self._position(offset, finished=False))
                committed = offset
        self._writer.commit_all(position=self._position(offset, finished=True))
        return None

    def _store(self, record: Record, content: Response | Failure) -> None:
        self.found += 1
        key = known_key(record.url)
        if isinstance(content, Response):
            key = f"{key}#sha256={content_hash(content.body)}"
        elif record.dated is not None:
            key = f"{key}#capture={record.dated:%Y%m%d%H%M%S}"
        found = FoundPage(
            record.url,
            key,
            self._archive.name,
            self._window.last_day if record.dated is None else record.dated.astimezone(UTC).date(),
            record.title,
            record.published,
            record.dated,
        )
        if self._erased.bars_record(found, content):
            self._erased.refuse_record(found, self._reader.attempt(self._archive, ERASED))
            return
        if self._writer.stored_as(key) or self._catalogue.queue.has(self._source, key):
            self.known += 1
            return
        if isinstance(content, Failure):
            attempt = self._reader.attempt(self._archive, content.kind, content.detail)
            about = replace(attempt, url=record.url, purpose="page", status=content.status)
            self._writer.add_failure(found.day, content.kind, [about])
            self._writer.note_arrival(Arrived(found, attempt.started_at, "refused", content.kind))
            return
        attempt = self._reader.attempt(self._archive, "ok")
        about = replace(attempt, url=record.url, purpose="page", status=content.status, size=len(content.body))
        page_id, _ = self._writer.add_page(found, content, [key], [about])
        self._writer.note_arrival(Arrived(found, attempt.started_at, "got", "ok", page_id))

    def _position(self, offset: int, *, finished: bool) -> ArchivePosition:
        return ArchivePosition(self._archive.name, self._archive.version, offset, finished)
