"""How each type of source names its pages and brings them: the one place to add a type."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from flows.fetch.addresses import Endpoint, Reach
from flows.fetch.feed_process import read_feed_in_time
from flows.fetch.fetcher import PAGE_TYPES, Fetcher
from flows.fetch.files import LocalFiles
from flows.fetch.http import HttpClient, HttpSettings, Resolver
from flows.fetch.items import Discovery, Item, Memo
from flows.fetch.pace import Pace
from flows.fetch.results import Failure, Response, Visit
from flows.fetch.urls import known_key
from flows.fetch.window import Window
from flows.sources import FeedSource, FilesSource, Source
from warehouse.catalogue import Catalogue
from warehouse.records import Validators


class SourceReader(Protocol):
    """Which pages there are between two instants, and their content."""

    def discover(self, window: Window) -> Discovery:
        """Everything that the source names now and that may belong to the window; more than that does no harm."""
        ...

    def load(self, item: Item) -> Visit:
        """Content of one of the items discovered."""
        ...

    def keys(self, item: Item, page: Response) -> tuple[str, ...]:
        """What the page is known by once it is stored."""
        ...


@contextmanager
def open_reader(
    source: Source,
    *,
    catalogue: Catalogue,
    settings: HttpSettings,
    pace: Pace,
    clock: Callable[[], datetime],
    resolver: Resolver,
) -> Iterator[SourceReader]:
    """The reader for that type of source; its connections are closed in the end."""
    if isinstance(source, FilesSource):
        yield LocalFiles(source.name, source.path, source.patterns, max_bytes=settings.max_body_bytes, clock=clock)
        return
    reach = Reach(
        None if source.connect_to is None else Endpoint.parse(source.connect_to), frozenset(source.private_hosts)
    )
    delay = settings.delay if source.delay_seconds is None else source.delay_seconds
    with HttpClient(settings, reach=reach, pace=pace, clock=clock, resolver=resolver) as client:
        fetcher = Fetcher(client, settings, pace=pace, delay=delay, clock=clock)
        yield FeedReader(source, fetcher, catalogue, settings)


class FeedReader:
    """The pages that a feed links to. A feed cannot look back: it names what it names now."""

    def __init__(self, source: FeedSource, fetcher: Fetcher, catalogue: Catalogue, settings: HttpSettings) -> None:
        self._source = source
        self._fetcher = fetcher
        self._catalogue = catalogue
        self._settings = settings

    def discover(self, window: Window) -> Discovery:  # noqa: ARG002 - a feed names what it names
        """Items of the feed; none where it has not changed since everything in it was dealt with."""
        # By source, as two sources may read one feed and each must see it.
        memo_key = f"{self._source.name} {self._source.url}"
        visit = self._fetcher.visit(self._source.url, "discovery", validators=self._catalogue.validators(memo_key))
        answer = visit.result
        if isinstance(answer, Failure):
            return Discovery(attempts=visit.attempts, failure=answer)
        if answer.not_modified:
            return Discovery(attempts=visit.attempts)
        entries = read_feed_in_time(
            answer, max_items=self._settings.max_feed_items, seconds=self._settings.feed_seconds
        )
        if isinstance(entries, Failure):
            *before, last = visit.attempts
            broken = replace(last, outcome=entries.kind, detail=entries.detail)
            return Discovery(attempts=(*before, broken), failure=entries)
        items = tuple(
            Item(entry.url, known_key(entry.url), self._source.url, entry.title, entry.published, entry.dated)
            for entry in entries
        )
        validators = Validators(answer.headers.get("etag"), answer.headers.get("last-modified"))
        memos = () if validators == Validators() else (Memo(memo_key, validators),)
        return Discovery(items, visit.attempts, memos, only_latest=True)

    def load(self, item: Item) -> Visit:
        """The page, if it may be fetched and is one."""
        return self._fetcher.visit(item.url, "page", accepted=PAGE_TYPES)

    def keys(self, item: Item, page: Response) -> tuple[str, ...]:
        """The URL asked for and the one it led to."""
        return tuple(dict.fromkeys((item.key, known_key(page.final_url))))
