"""The queue of pages that sources name, and what is remembered of documents and archives."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from transforms.schemas import FETCHES
from warehouse.catalogue import Catalogue, KnownUrl
from warehouse.home import Home
from warehouse.lake import Lake
from warehouse.parts import Part, PartFile
from warehouse.records import (
    ArchivePosition,
    Arrived,
    DocumentState,
    FoundPage,
    PageCounts,
    QueuedPage,
    Validators,
    Visited,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NIGHT = datetime(2026, 3, 3, tzinfo=UTC)
DAY = date(2026, 3, 2)
FEED = "https://courier.example/feed.xml"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def catalogue(home: Home) -> Iterator[Catalogue]:
    with Catalogue.open(home.catalogue_url, now=lambda: NOON) as catalogue:
        yield catalogue


def page(path: str, *, day: date = DAY, dated: datetime | None = None) -> FoundPage:
    url = f"https://courier.example/{path}"
    return FoundPage(url, url, FEED, day, title=path, dated=dated)


def due(catalogue: Catalogue, *, now: datetime = NOON, limit: int = 100) -> list[QueuedPage]:
    return catalogue.queue.due("courier", now=now, dated_before=NIGHT, limit=limit)


def paths(pages: list[QueuedPage]) -> list[str]:
    return [str(queued.page.title) for queued in pages]


def part_file(home: Home, number: int = 0) -> tuple[Part, list[PartFile]]:
    """A part with one attempt in it: the least that can be committed."""
    part = Part(DAY, "courier", number)
    row = {
        "fetch_id": f"f{number}",
        "source": "courier",
        "url": FEED,
        "purpose": "discovery",
        "started_at": NOON,
        "outcome": "ok",
        "part": part.name,
    }
    return part, [Lake(home.lake).write(part, "fetch", "fetches", FETCHES.rows([row]), "fetch 2")]


def test_a_page_is_queued_once_whoever_asks_again(catalogue: Catalogue) -> None:
    assert catalogue.queue.add("courier", [page("a"), page("b"), page("a")], found_at=NOON) == 2
    assert catalogue.queue.add("courier", [page("b"), page("c")], found_at=NIGHT) == 1
    assert catalogue.queue.add("ledger", [page("a")], found_at=NOON) == 1
    assert paths(due(catalogue, now=NIGHT)) == ["a", "b", "c"]
    assert catalogue.queue.waiting() == {"courier": 3, "ledger": 1}
    assert catalogue.queue.has("courier", page("a").key)
    assert not catalogue.queue.has("courier", "https://courier.example/z")


def test_more_pages_than_a_statement_takes(catalogue: Catalogue) -> None:
    many = [page(f"{number:04}") for number in range(1234)]
    assert catalogue.queue.add("courier", many, found_at=NOON) == 1234
    assert catalogue.queue.add("courier", many, found_at=NOON) == 0
    first = due(catalogue, limit=1000)
    rest = catalogue.queue.due("courier", now=NOON, dated_before=NIGHT, limit=1000, after=first[-1])
    assert (len(first), len(rest)) == (1000, 234)


def test_what_the_lake_has_already_counts_as_got(catalogue: Catalogue, home: Home) -> None:
    part, files = part_file(home)
    known = KnownUrl(page("a").key, "page-a", "ledger", NOON)
    catalogue.commit_fetch(part, files, "fetch 2", "run-1", [known])
    assert catalogue.queue.add("courier", [page("a"), page("b")], found_at=NOON) == 1
    assert paths(due(catalogue)) == ["b"]
    assert catalogue.queue.counts("courier", DAY, DAY) == {DAY: PageCounts(found=2, got=1, waiting=1)}
    assert catalogue.known_pages([page("a").key, page("b").key]) == {page("a").key: "page-a"}


def test_pages_come_by_day_and_then_as_they_were_found(catalogue: Catalogue) -> None:
    yesterday = date(2026, 3, 1)
    catalogue.queue.add(
        "courier", [page("new"), page("old", day=yesterday), page("older", day=yesterday)], found_at=NOON
    )
    assert paths(due(catalogue)) == ["old", "older", "new"]


def test_pages_after_the_window_are_left_but_not_those_that_claim_the_future(catalogue: Catalogue) -> None:
    evening = NOON + timedelta(hours=6)
    catalogue.queue.add(
        "courier",
        [page("in"), page("evening", dated=evening), page("2099", dated=NIGHT.replace(year=2099))],
        found_at=NOON,
    )
    waiting = catalogue.queue.due("courier", now=NIGHT, dated_before=NOON, limit=9)
    assert paths(waiting) == ["in", "2099"]


def test_what_became_of_a_page_is_committed_with_its_part(catalogue: Catalogue, home: Home) -> None:
    catalogue.queue.add("courier", [page("got"), page("later"), page("gone")], found_at=NOON)
    got, later, gone = due(catalogue)
    assert not got.asked
    part, files = part_file(home)
    hour = NOON + timedelta(hours=1)
    catalogue.commit_fetch(
        part,
        files,
        "fetch 2",
        "run-1",
        visits=[
            Visited(got.id, "got", "ok", NOON, 0, 1, hour, "page-got", Validators('"1"')),
            Visited(later.id, "waiting", "timeout", NOON, 1, 0, hour),
            Visited(gone.id, "refused", "http-4xx", NOON, 1, 0),
        ],
    )
    assert due(catalogue) == []
    revisit, again = due(catalogue, now=hour)
    assert (revisit.visits, revisit.validators, revisit.asked) == (1, Validators('"1"'), True)
    assert (again.visits, again.attempts) == (0, 1)
    assert catalogue.queue.counts("courier", DAY, DAY) == {DAY: PageCounts(found=3, got=1, waiting=1, refused=1)}
    (state,) = catalogue.day_states(["courier"], DAY, DAY)
    assert state.counts.found == 3


def test_records_of_archives_arrive_without_having_been_asked_for(catalogue: Catalogue, home: Home) -> None:
    part, files = part_file(home)
    position = ArchivePosition("news.warc.gz", "1", 1234)
    arrivals = [Arrived(page("a"), NOON, "got", "ok", "page-a"), Arrived(page("b"), NOON, "refused", "too-large")]
    catalogue.commit_fetch(part, files, "fetch 2", "run-1", arrivals=arrivals, position=position)
    assert due(catalogue) == []
    assert catalogue.queue.counts("courier", DAY, DAY) == {DAY: PageCounts(found=2, got=1, refused=1)}
    assert catalogue.documents.position("courier", "news.warc.gz") == position
    assert catalogue.documents.position("ledger", "news.warc.gz") is None
    finished = ArchivePosition("news.warc.gz", "1", 9999, finished=True)
    catalogue.documents.reach("courier", finished)
    assert catalogue.documents.position("courier", "news.warc.gz") == finished


def test_a_document_is_remembered_as_it_was_last(catalogue: Catalogue) -> None:
    assert catalogue.documents.recall(FEED) is None
    state = DocumentState(FEED, NOON, NOON, Validators('"1"', "yesterday"), None, NOON, 200, b"User-agent: *")
    catalogue.documents.remember(state)
    assert catalogue.documents.recall(FEED) == state
    catalogue.documents.still_the_same(FEED, checked_at=NIGHT, fresh_until=NIGHT)
    held = catalogue.documents.recall(FEED)
    assert held is not None
    assert (held.checked_at, held.changed_at, held.fresh_until, held.body) == (NIGHT, NOON, NIGHT, b"User-agent: *")


def test_a_catalogue_of_the_first_release_gets_what_it_lacks(home: Home) -> None:
    Catalogue.open(home.catalogue_url).close()
    engine = create_engine(home.catalogue_url)
    with engine.begin() as connection:
        for table in ("discoveries", "documents", "archives"):
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(text("CREATE TABLE validators (url_id TEXT PRIMARY KEY, url TEXT, etag TEXT)"))
        connection.execute(text("UPDATE catalogue_schema SET version = 1"))
    engine.dispose()
    with Catalogue.open(home.catalogue_url) as catalogue:
        assert catalogue.queue.add("courier", [page("a")], found_at=NOON) == 1
