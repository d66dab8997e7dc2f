"""How each type of source names its pages and brings them: the one place to add a type."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from flows.fetch.archives import ArchiveReader
from flows.fetch.captures.wayback import WaybackReader
from flows.fetch.discovery import NamesPages
from flows.fetch.documents import Documents
from flows.fetch.feeds.feed_reader import FeedReader
from flows.fetch.items import Memo
from flows.fetch.local.files import LocalFiles
from flows.fetch.local.json_lines import JsonLineLimits
from flows.fetch.local.local_archives import LocalArchives
from flows.fetch.local.url_list import UrlListReader
from flows.fetch.queue_run import BringsPages
from flows.fetch.sitemaps.sitemap_reader import SitemapReader
from flows.fetch.warc.warc_reader import WarcReader
from flows.fetch.web.addresses import Endpoint, Reach
from flows.fetch.web.fetcher import Fetcher
from flows.fetch.web.http import HttpClient, HttpSettings, Resolver
from flows.fetch.web.pace import Pace
from flows.sources import (
    ArchiveSource,
    CcNewsSource,
    FeedSource,
    FilesSource,
    PageSource,
    SitemapSource,
    Source,
    UrlsSource,
    WarcSource,
)
from transforms.identity import content_hash
from warehouse.catalogue import Catalogue


class PageReader(NamesPages, BringsPages, Protocol):
    """Which pages there are between two instants, and their content."""


@dataclass(frozen=True, slots=True)
class Readers:
    """What reads a source: its pages one by one, its archives record by record, or both."""

    pages: PageReader | None = None
    archives: ArchiveReader | None = None
    keep: Callable[[Memo], None] = lambda _: None
    """Remembers a document whose pages are recorded."""


@contextmanager
def open_readers(
    source: Source,
    *,
    catalogue: Catalogue,
    settings: HttpSettings,
    pace: Pace,
    clock: Callable[[], datetime],
    resolver: Resolver,
    forced: bool,
) -> Iterator[Readers]:
    """The readers for that type of source; their connections are closed in the end.

    Args:
        source: What is read.
        catalogue: Remembers documents.
        settings: Bounds and manners.
        pace: Whose turn it is at which host.
        clock: Tells the time, in UTC.
        resolver: Addresses of a host.
        forced: Whether documents are asked for even if they hardly can have changed.
    """
    if isinstance(source, FilesSource):
        files = LocalFiles(source.name, source.path, source.patterns, max_bytes=settings.max_body_bytes, clock=clock)
        limits = JsonLineLimits(body=settings.max_body_bytes, url=settings.max_url_length)
        yield Readers(files, LocalArchives(files, source.name, limits, clock))
        return
    reach = Reach(
        None if source.connect_to is None else Endpoint.parse(source.connect_to), frozenset(source.private_hosts)
    )
    delay = settings.delay if source.delay_seconds is None else source.delay_seconds
    with HttpClient(settings, reach=reach, pace=pace, clock=clock, resolver=resolver) as client:
        fetcher = Fetcher(
            client,
            settings,
            pace=pace,
            delay=delay,
            clock=clock,
            memory=catalogue.documents,
            respect_opt_outs=source.opt_outs == "respect",
        )
        documents = Documents(_remembered_as(source), fetcher, catalogue.documents, clock=clock)
        if isinstance(source, WarcSource | CcNewsSource):
            yield Readers(archives=WarcReader(source, fetcher, documents, settings, clock=clock))
        else:
            yield Readers(_pages(source, fetcher, documents, settings, clock=clock, forced=forced), keep=documents.keep)


def _remembered_as(source: PageSource | ArchiveSource) -> str:
    """What documents are remembered by: other filters want other pages of them, though they did not change."""
    undated = source.undated if isinstance(source, SitemapSource) else ""
    chosen = (source.include, source.exclude, undated)
    return f"{source.name} {content_hash(repr(chosen).encode())[:16]}" if any(chosen) else source.name


def _pages(
    source: PageSource,
    fetcher: Fetcher,
    documents: Documents,
    settings: HttpSettings,
    *,
    clock: Callable[[], datetime],
    forced: bool,
) -> PageReader:
    if isinstance(source, FeedSource):
        return FeedReader(source, fetcher, documents, settings, forced=forced)
    if isinstance(source, SitemapSource):
        return SitemapReader(source, fetcher, documents, settings)
    if isinstance(source, UrlsSource):
        return UrlListReader(source, fetcher, settings, clock=clock)
    return WaybackReader(source, fetcher, settings)
