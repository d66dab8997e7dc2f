"""WARC files as a source: which there are, and which of their pages are wanted."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from flows.fetch.archives import Archive, Gap, Listing, Passed, Record
from flows.fetch.discovery import UrlFilter
from flows.fetch.documents import Documents
from flows.fetch.results import Attempt, Failure, Response
from flows.fetch.urls import host_of
from flows.fetch.warc.cc_news import NewsFile, file_url, files_of_window, listing_url, months_of, read_listing
from flows.fetch.warc.warc_members import LARGEST_FILE
from flows.fetch.warc.warc_pages import PageLimits
from flows.fetch.warc.warc_places import BucketObject, LocalFile, RemoteFile, local_paths, name_of
from flows.fetch.warc.warc_records import Selection, warc_records
from flows.fetch.web.fetcher import Fetcher
from flows.fetch.web.http_settings import HttpSettings
from flows.fetch.web.opt_outs import opt_outs
from flows.fetch.web.streams import ByteStream
from flows.fetch.window import Window
from flows.sources import CcNewsSource, WarcSource
from transforms.clean.page_language import page_language
from transforms.identity import content_hash

_WEB = ("http://", "https://")
_BUCKET = "s3://"
_NOT_THERE = frozenset({403, 404})
"""What Common Crawl's servers say of a listing that does not exist; S3 says 403 where lists are not public."""


class WarcReader:
    """WARC files of a source, and their pages by host, time, language and pattern.

    The window chooses among the files of a news archive, as their names tell when they were begun; other files are all
    read, as nothing tells it. A file is read whole: what it holds of other days is filed under those.

    Args:
        source: Says where the files are and what is wanted of them.
        fetcher: Asks for what is on the network.
        documents: Asks for listings, and remembers them.
        settings: Bounds of a page.
        clock: Tells the time, in UTC.
    """

    def __init__(
        self,
        source: WarcSource | CcNewsSource,
        fetcher: Fetcher,
        documents: Documents,
        settings: HttpSettings,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._source = source
        self._fetcher = fetcher
        self._documents = documents
        self._settings = settings
        self._clock = clock
        self._hosts = tuple(host.lower().rstrip(".") for host in source.hosts)
        self._since, self._until = _bounds(source)
        self._urls = UrlFilter(source.include, source.exclude)
        self._asked: list[Attempt] = []
        """For the rules of the archives' own sites, not yet handed on."""

    def archives(self, window: Window) -> Iterator[Archive | Listing]:
        """The source's files in the order in which it names them; a news archive's by the time of their beginning."""
        found = self._news(window) if isinstance(self._source, CcNewsSource) else self._named(self._source)
        for archive in found:
            yield archive
            if self._asked:
                yield Listing(tuple(self._asked))
                self._asked.clear()

    def records(self, archive: Archive, start: int) -> Iterator[Record | Passed | Gap | Failure]:
        """Pages of one file from an offset on."""
        limits = PageLimits(
            self._settings.max_url_length,
            self._settings.max_header_bytes,
            self._settings.max_transfer_bytes,
            self._settings.max_body_bytes,
        )
        selection = Selection(self._is_wanted, self._judged)
        place = self._place(archive.name)
        return warc_records(archive.name, place, start=start, limits=limits, clock=self._clock, selection=selection)

    def attempt(self, archive: Archive, outcome: str, detail: str | None = None) -> Attempt:
        """What ``fetches`` says of a file or of a record in it."""
        return self._attempt(archive.name, outcome, detail)

    def _named(self, source: WarcSource) -> Iterator[Archive | Listing]:
        for path in source.paths:
            if path.startswith((*_WEB, _BUCKET)):
                yield self._archive(path)
                continue
            paths = local_paths(path)
            if isinstance(paths, Failure):
                yield self._failed(path, paths)
                continue
            for one in paths:
                name = name_of(one)
                yield self._failed(path, name) if isinstance(name, Failure) else self._archive(name)

    def _archive(self, name: str) -> Archive | Listing:
        version = self._place(name).version()
        return self._failed(name, version) if isinstance(version, Failure) else self._chosen(name, version)

    def _chosen(self, name: str, version: str) -> Archive:
        """The file in its version; with other filters it is another one, as other pages of it are wanted then."""
        wanted = (self._hosts, self._source.languages, self._since, self._until, self._urls)
        return Archive(name, f"{version} {content_hash(repr(wanted).encode())[:16]}")

    def _news(self, window: Window) -> Iterator[Archive | Listing]:
        archive_url = self._source.url if isinstance(self._source, CcNewsSource) else ""
        files: list[NewsFile] = []
        for month in months_of(window):
            url = listing_url(archive_url, month)
            visit = self._documents.read(url, since=None)
            answer = visit.result
            if isinstance(answer, Failure):
                yield Listing(visit.attempts, None if self._may_be_missing(answer, month) else answer)
                continue
            listing = read_listing(answer.body)
            if isinstance(listing, Failure):
                yield Listing((*visit.attempts, self._attempt(url, listing.kind, listing.detail)), listing)
                continue
            yield Listing(visit.attempts)
            # Kept, as a file that it names may still have to be read though it has not changed.
            memo = self._documents.memo(url, answer, since=None, is_index=True)
            if memo is not None:
                self._documents.keep(memo)
            if listing.bad_lines:
                detail = f"{listing.bad_lines} lines name no file of the archive, such as {listing.first_bad!r}"
                yield self._failed(url, Failure("wrong-type", detail))
            files += listing.files
        ordered = sorted(set(files), key=lambda file: (file.begun, file.path))
        for file in files_of_window(ordered, window):
            # A file of the news archive does not change once it is listed.
            yield self._chosen(file_url(archive_url, file), "listed")

    def _may_be_missing(self, failure: Failure, month: date) -> bool:
        """Whether there need not be a listing: in the first days of a month none may have been written."""
        now = self._clock()
        return failure.status in _NOT_THERE and (month.year, month.month) >= (now.year, now.month)

    def _place(self, name: str) -> LocalFile | RemoteFile | BucketObject:
        if name.startswith(_WEB):
            return RemoteFile(name, self._open_remote)
        return BucketObject(name) if name.startswith(_BUCKET) else LocalFile(Path(name))

    def _open_remote(self, url: str, start: int) -> AbstractContextManager[ByteStream | Failure]:
        return self._fetcher.open_stream(url, start, max_bytes=LARGEST_FILE, attempts=self._asked)

    def _is_wanted(self, url: str, captured_at: datetime | None) -> bool:
        if captured_at is not None:
            if self._since and captured_at < self._since:
                return False
            if self._until and captured_at >= self._until:
                return False
        if not self._hosts:
            return True
        host = host_of(url).rstrip(".")
        return any(host == wanted or host.endswith(f".{wanted}") for wanted in self._hosts)

    def _judged(self, page: Response) -> Response | Failure | None:
        if not self._urls.admits(page.url):
            return None
        languages = self._source.languages
        if languages and page_language(page.body, page.content_type) not in languages:
            return None
        said = opt_outs(page.headers, page.body, product=self._settings.product)
        if said and self._source.opt_outs == "respect":
            return Failure("opted-out", f"the page says {', '.join(said)}", status=page.status)
        return replace(page, opt_outs=said) if said else page

    def _failed(self, name: str, failure: Failure) -> Listing:
        return Listing((self._attempt(name, failure.kind, failure.detail),), failure)

    def _attempt(self, url: str, outcome: str, detail: str | None) -> Attempt:
        return Attempt(url, "discovery", self._clock(), 0.0, outcome, detail)


def _bounds(source: WarcSource | CcNewsSource) -> tuple[datetime | None, datetime | None]:
    if not isinstance(source, WarcSource):
        return None, None
    since, until = (
        None if day is None else datetime.combine(day, time.min, UTC) for day in (source.since, source.until)
    )
    return since, until
