"""Documents that are asked for again and again: only when they may have changed, and only for what changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from flows.fetch.documents import LONGEST_FRESHNESS, LONGEST_QUIET, Documents
from flows.fetch.results import Response
from tests.web.clients import NOON, ToldTime, fetcher_for
from tests.web.hostile import conditional
from tests.web.server import Reply, Web, serve
from warehouse.catalogue import Catalogue
from warehouse.home import Home

FEED = "http://news.example/feed.xml"
DAY = 24 * 3600.0


@pytest.fixture
def web() -> Iterator[Web]:
    with serve() as web:
        web.put("/feed.xml", conditional(b"<rss/>", etag='"1"'))
        yield web


@contextmanager
def documents(web: Web, time: ToldTime, root: Path, *, source: str = "courier") -> Iterator[Documents]:
    with (
        Catalogue.open(Home(root).catalogue_url) as catalogue,
        fetcher_for(web, time, memory=catalogue.documents) as fetcher,
    ):
        yield Documents(source, fetcher, catalogue.documents, clock=time.clock)


def read(documents: Documents, *, days_back: int | None = None) -> Response:
    """Read the feed as one who records pages of the last days, or all pages, and remember it."""
    since = None if days_back is None else NOON - timedelta(days=days_back)
    answer = documents.read(FEED, since=since).result
    assert isinstance(answer, Response)
    memo = documents.memo(FEED, answer, since=since)
    if memo is not None:
        documents.keep(memo)
    return answer


def test_an_unchanged_document_costs_a_304(web: Web, tmp_path: Path) -> None:
    with documents(web, ToldTime(), tmp_path) as held:
        assert not read(held).not_modified
        assert read(held).not_modified
    assert web.paths() == ["/robots.txt", "/feed.xml", "/feed.xml"]


def test_every_source_sees_the_document_for_itself(web: Web, tmp_path: Path) -> None:
    with documents(web, ToldTime(), tmp_path) as held:
        read(held)
    with documents(web, ToldTime(), tmp_path, source="second") as held:
        assert not read(held).not_modified


def test_a_document_that_was_read_for_some_days_is_read_in_full_for_more(web: Web, tmp_path: Path) -> None:
    with documents(web, ToldTime(), tmp_path) as held:
        read(held, days_back=2)
        assert read(held, days_back=1).not_modified
        assert not read(held, days_back=30).not_modified
        assert read(held, days_back=2).not_modified
        assert not read(held).not_modified


def test_what_was_not_recorded_is_not_remembered(web: Web, tmp_path: Path) -> None:
    with documents(web, ToldTime(), tmp_path) as held:
        held.read(FEED, since=None)
        answer = held.read(FEED, since=None).result
    assert isinstance(answer, Response)
    assert not answer.not_modified


def test_a_document_is_left_alone_while_its_server_calls_it_fresh(web: Web, tmp_path: Path) -> None:
    web.put("/feed.xml", Reply(b"<rss/>", headers={"Cache-Control": "max-age=600"}))
    time = ToldTime()
    with documents(web, time, tmp_path) as held:
        assert held.put_off(FEED) is None
        read(held)
        assert held.put_off(FEED) == "its server says that it will not change before 2026-03-02 12:10 UTC"
        time.seconds = 601
        assert held.put_off(FEED) is None


def test_no_server_is_believed_for_long(web: Web, tmp_path: Path) -> None:
    web.put("/feed.xml", Reply(b"<rss/>", headers={"Cache-Control": "max-age=31536000"}))
    time = ToldTime()
    with documents(web, time, tmp_path) as held:
        read(held)
        time.seconds = LONGEST_FRESHNESS.total_seconds() + 1
        assert held.put_off(FEED) is None


def test_a_feed_that_rarely_changes_is_asked_more_rarely(web: Web, tmp_path: Path) -> None:
    time = ToldTime()
    with documents(web, time, tmp_path) as held:
        read(held)
        time.seconds = 4 * 3600
        assert held.put_off(FEED) is None
        read(held)
        assert held.put_off(FEED) == "it has not changed since 2026-03-02 12:00 UTC; next asked after 17:00"
        time.seconds = 5 * 3600
        assert held.put_off(FEED) is None
        time.seconds = 30 * DAY
        read(held)
        time.seconds += LONGEST_QUIET.total_seconds()
        assert held.put_off(FEED) is None
        web.put("/feed.xml", conditional(b"<rss>news</rss>", etag='"2"'))
        read(held)
        time.seconds += 60
        assert held.put_off(FEED) is None


def test_an_index_is_asked_for_by_its_validators_and_comes_back_as_it_was(web: Web, tmp_path: Path) -> None:
    with documents(web, ToldTime(), tmp_path) as held:
        answer = held.read(FEED, since=NOON).result
        assert isinstance(answer, Response)
        memo = held.memo(FEED, answer, since=NOON, is_index=True)
        assert memo is not None
        held.keep(memo)
        again = held.read(FEED, since=NOON - timedelta(days=400))
    assert isinstance(again.result, Response)
    assert (again.result.not_modified, again.result.body) == (False, b"<rss/>")
    assert again.attempts[-1].outcome == "not-modified"


def test_no_word_on_freshness_is_too_large(web: Web, tmp_path: Path) -> None:
    web.put("/feed.xml", Reply(b"<rss/>", headers={"Cache-Control": "max-age=99999999999999999999"}))
    with documents(web, ToldTime(), tmp_path) as held:
        read(held)
        assert held.put_off(FEED) is not None
