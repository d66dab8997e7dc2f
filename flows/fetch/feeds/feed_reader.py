"""The pages that a feed links to, and the feed that a home page names."""

from collections.abc import Iterator
from dataclasses import replace

from flows.fetch.documents import Documents
from flows.fetch.feeds.autodiscovery import feed_links
from flows.fetch.feeds.feed_process import read_feed_in_time
from flows.fetch.items import Finding, Item
from flows.fetch.results import Failure
from flows.fetch.web.fetcher import Fetcher
from flows.fetch.web.http_settings import HttpSettings
from flows.fetch.web.pages import WebPages
from flows.fetch.window import Window
from flows.sources import FeedSource
from transforms.addresses import known_key

FEEDS_TRIED = 3
"""Feeds of a home page that are tried until one of them can be read."""


class FeedReader(WebPages):
    """The pages that a feed links to. A feed cannot look back: it names what it names now."""

    def __init__(
        self, source: FeedSource, fetcher: Fetcher, documents: Documents, settings: HttpSettings, *, forced: bool
    ) -> None:
        self._source = source
        super().__init__(fetcher)
        self._documents = documents
        self._settings = settings
        self._forced = forced

    def discover(self, window: Window) -> Iterator[Finding]:  # noqa: ARG002 - a feed names what it names
        """Items of the feed; none where it has not changed since all of them were recorded."""
        url = self._source.url
        reason = None if self._forced else self._documents.put_off(url)
        if reason is not None:
            yield Finding(put_off=reason)
            return
        finding, links = self._read(url)
        yield finding
        for link in links[:FEEDS_TRIED]:
            finding, _ = self._read(link)
            yield replace(finding, failure=None) if finding.failure and link != links[:FEEDS_TRIED][-1] else finding
            if finding.failure is None:
                return

    def _read(self, url: str) -> tuple[Finding, tuple[str, ...]]:
        """What the document names: pages, or feeds where it is no feed but an HTML page."""
        visit = self._documents.read(url, since=None)
        answer = visit.result
        if isinstance(answer, Failure):
            return Finding(attempts=visit.attempts, failure=answer), ()
        if answer.not_modified:
            return Finding(attempts=visit.attempts, unchanged=True), ()
        most = self._settings.max_feed_items
        entries = read_feed_in_time(answer, max_items=most + 1, seconds=self._settings.feed_seconds)
        if isinstance(entries, Failure):
            links = feed_links(answer.body, answer.final_url, answer.content_type)
            if links and url == self._source.url:
                return Finding(attempts=visit.attempts), links
            *before, last = visit.attempts
            broken = replace(last, outcome=entries.kind, detail=entries.detail)
            return Finding(attempts=(*before, broken), failure=entries), ()
        items = tuple(
            Item(entry.url, known_key(entry.url), url, entry.title, entry.published, entry.dated)
            for entry in entries[:most]
        )
        attempts = visit.attempts
        if len(entries) > most:
            attempts = (*attempts[:-1], replace(attempts[-1], detail=f"only its first {most} items were read"))
        return Finding(items, attempts, self._documents.memo(url, answer, since=None)), ()
