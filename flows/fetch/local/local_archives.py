"""Files of a folder that hold many pages: lines of JSON, and WARC files."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from flows.fetch.archives import Archive, Gap, Listing, Passed, Record
from flows.fetch.feeds.feed_dates import instant_of
from flows.fetch.local.byte_lines import open_file
from flows.fetch.local.files import LocalFiles, holds_many
from flows.fetch.local.json_lines import JsonLineLimits, LinePage, LineProblem, read_json_lines
from flows.fetch.results import Attempt, Failure, Response
from flows.fetch.warc.warc_pages import PageLimits
from flows.fetch.warc.warc_places import LocalFile
from flows.fetch.warc.warc_records import warc_records
from flows.fetch.window import Window

WARC = (".warc", ".warc.gz")
WARC_HEADER_BYTES = 64 * 1024
"""Of the HTTP headers of an archived answer."""


@dataclass(frozen=True, slots=True)
class LocalArchives:
    """The archives among a folder's files; how far a file of JSON lines was read is counted in lines.

    A file that changed is read again from its beginning, and only what it has not brought before is stored.
    """

    files: LocalFiles
    source: str
    limits: JsonLineLimits
    clock: Callable[[], datetime]

    def archives(self, window: Window) -> Iterator[Archive | Listing]:  # noqa: ARG002 - files have no date to go by
        """Every archive, by its relative path in the order of code points."""
        for url, path in self.files.paths(holds_many):
            try:
                state = path.stat()
            except OSError as error:
                failure = Failure("file", f"{path} cannot be read: {error.strerror or error}")
                yield Listing((self._attempt(url, failure.kind, failure.detail),), failure)
                continue
            yield Archive(url, f"{state.st_size} {state.st_mtime_ns}")

    def records(self, archive: Archive, start: int) -> Iterator[Record | Passed | Gap | Failure]:
        """Records of one file."""
        path = self.files.path_of(archive.name)
        if path.name.lower().endswith(WARC):
            limits = PageLimits(self.limits.url, WARC_HEADER_BYTES, self.limits.body, self.limits.body)
            yield from warc_records(archive.name, LocalFile(path), start=start, limits=limits, clock=self.clock)
        else:
            yield from self._lines(archive, path, start)

    def attempt(self, archive: Archive, outcome: str, detail: str | None = None) -> Attempt:
        """What ``fetches`` says of a file."""
        return self._attempt(archive.name, outcome, detail)

    def _lines(self, archive: Archive, path: Path, start: int) -> Iterator[Record | Passed | Gap | Failure]:
        stream = open_file(path)
        if isinstance(stream, Failure):
            yield stream
            return
        with closing(stream):
            for page in read_json_lines(stream, limits=self.limits, after=start):
                if isinstance(page, LineProblem):
                    yield Gap(f"line {page.line}: {page.detail}", page.line)
                else:
                    yield self._record(archive, page)

    def _record(self, archive: Archive, page: LinePage) -> Record:
        url = page.url or f"{archive.name}/{quote(page.id or str(page.line), safe='')}"
        answer = Response(
            url,
            url,
            None,
            page.body,
            media_type=page.content_type,
            started_at=self.clock(),
            archived_at=f"{archive.name}#line={page.line}",
        )
        dated = instant_of(page.published) if page.published else None
        return Record(url, answer, dated, page.line, page.title, page.published)

    def _attempt(self, url: str, outcome: str, detail: str | None) -> Attempt:
        return Attempt(url, "discovery", self.clock(), 0.0, outcome, detail)
