import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from tests.warehouse.lake_samples import (
    DAY,
    NOON,
    PART,
    articles,
    clean_part,
    fetch_part,
    known_of,
    raw_pages,
    url_of,
)
from warehouse.catalogue import (
    Catalogue,
    CatalogueTooNewError,
    KnownUrl,
    PartTakenError,
    StepNotDoneError,
)
from warehouse.catalogue_tables import METADATA, SCHEMA_VERSION
from warehouse.home import Home
from warehouse.lake import Lake
from warehouse.parts import Part

LATER = NOON + timedelta(hours=3)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "100% lake?")


@pytest.fixture
def catalogue(home: Home) -> Iterator[Catalogue]:
    with Catalogue.open(home.catalogue_url, now=lambda: LATER) as opened:
        yield opened


def test_a_fetched_part_lacks_cleaning_then_annotation_then_nothing(home: Home, catalogue: Catalogue) -> None:
    fetch_part(home, catalogue)
    assert catalogue.parts_lacking("clean") == [PART]
    assert catalogue.parts_lacking("annotate") == []

    clean_part(home, catalogue)
    assert catalogue.parts_lacking("clean") == []
    assert catalogue.parts_lacking("annotate") == [PART]

    catalogue.commit_step(PART, "annotate", [], "annotate 1", "run")
    assert catalogue.parts_lacking("annotate") == []


def test_lacking_parts_come_oldest_day_first_and_can_be_asked_for_one(catalogue: Catalogue) -> None:
    parts = [Part(date(2026, 3, day), source, number) for day in (1, 2) for source in ("a", "b") for number in (9, 10)]
    for part in reversed(parts):
        catalogue.commit_fetch(part, [], "fetch 1", "run")
    assert catalogue.parts_lacking("clean") == parts
    assert catalogue.parts_lacking("clean", part=parts[3]) == [parts[3]]
    assert catalogue.parts_lacking("annotate", part=parts[3]) == []
    with pytest.raises(ValueError, match="before fetch"):
        catalogue.parts_lacking("fetch")


def test_files_are_found_by_table_part_and_step_in_the_order_of_the_steps(home: Home, catalogue: Catalogue) -> None:
    fetched, cleaned = fetch_part(home, catalogue), clean_part(home, catalogue)
    assert catalogue.files() == [*fetched, *cleaned]
    assert [file.table for file in catalogue.files(part=PART)] == ["raw_pages", "articles", "rejects"]
    assert catalogue.files(step="fetch") == list(fetched)
    assert [file.table for file in catalogue.files(table="rejects")] == ["rejects"]
    assert catalogue.files(part=Part(DAY, "another", 0)) == []


def test_cleaning_again_replaces_the_files_and_drops_what_was_made_from_them(home: Home, catalogue: Catalogue) -> None:
    fetched, first = fetch_part(home, catalogue), clean_part(home, catalogue)
    catalogue.commit_step(PART, "annotate", [], "annotate 1", "run")

    second = clean_part(home, catalogue, word="quay")

    assert set(first) != set(second)
    assert catalogue.files() == [*fetched, *second]
    assert catalogue.parts_lacking("annotate") == [PART]
    assert [(record.step, record.generation) for record in catalogue.steps()] == [("fetch", 1), ("clean", 4)]


def test_fetching_again_by_replacement_starts_the_part_over(home: Home, catalogue: Catalogue) -> None:
    fetch_part(home, catalogue)
    clean_part(home, catalogue)
    shorter = Lake(home.lake).write(PART, "fetch", "raw_pages", raw_pages(count=1), "fetch 1", generation=3)
    catalogue.commit_step(PART, "fetch", [shorter], "fetch 1", "run")
    assert catalogue.files() == [shorter]
    assert catalogue.parts_lacking("clean") == [PART]


def test_a_step_is_not_committed_before_the_one_it_reads(home: Home, catalogue: Catalogue) -> None:
    with pytest.raises(StepNotDoneError, match="never fetched"):
        catalogue.commit_step(PART, "clean", [], "clean 1", "run")
    fetch_part(home, catalogue)
    with pytest.raises(StepNotDoneError, match="clean is not done"):
        catalogue.commit_step(PART, "annotate", [], "annotate 1", "run")
    assert catalogue.next_generation(PART) == 2


def test_files_of_another_part_or_step_are_refused_and_nothing_changes(home: Home, catalogue: Catalogue) -> None:
    fetched = fetch_part(home, catalogue)
    with pytest.raises(ValueError, match="belongs to fetch"):
        catalogue.commit_step(PART, "clean", fetched, "clean 1", "run")
    with pytest.raises(ValueError, match="harbour-courier/0000"):
        catalogue.commit_fetch(Part(DAY, "another", 0), fetched, "fetch 1", "run")
    assert catalogue.files() == list(fetched)
    assert catalogue.parts_lacking("clean") == [PART]


def test_pages_of_a_part_are_not_written_over_by_another_fetch(home: Home, catalogue: Catalogue) -> None:
    fetched = fetch_part(home, catalogue)
    clean_part(home, catalogue)
    catalogue.commit_fetch(PART, fetched, "fetch 1", "run", known_of(PART))  # the same again: nothing to do
    assert catalogue.parts_lacking("annotate") == [PART]

    other = Lake(home.lake).write(PART, "fetch", "raw_pages", raw_pages(word="quay"), "fetch 1")
    with pytest.raises(PartTakenError, match="exists with other files"):
        catalogue.commit_fetch(PART, [other], "fetch 1", "run", [KnownUrl("https://new.example/", "p", "a", NOON)])
    assert catalogue.known_urls(["https://new.example/"]) == set()


def test_numbers_count_up_by_day_and_source(home: Home, catalogue: Catalogue) -> None:
    assert catalogue.next_number(DAY, "harbour-courier") == 0
    fetch_part(home, catalogue)
    assert catalogue.next_number(DAY, "harbour-courier") == 1
    assert catalogue.next_number(DAY, "another") == 0
    assert catalogue.next_number(DAY + timedelta(days=1), "harbour-courier") == 0


def test_a_failed_attempt_is_kept_until_the_step_succeeds(home: Home, catalogue: Catalogue) -> None:
    fetch_part(home, catalogue)
    catalogue.fail_step(PART, "clean", "worker died", "run-1")
    catalogue.fail_step(PART, "clean", "worker died again", "run-2")
    [failed] = catalogue.steps(status="failed")
    assert (failed.part, failed.step, failed.failures, failed.error) == (PART, "clean", 2, "worker died again")
    assert catalogue.parts_lacking("clean") == [PART]
    assert catalogue.parts_lacking("annotate") == []

    clean_part(home, catalogue)
    [done] = catalogue.steps(step="clean")
    assert (done.status, done.failures, done.error, done.rows) == ("done", 0, None, 3)
    assert done.finished_at == LATER


def test_a_failed_replay_leaves_the_earlier_result(home: Home, catalogue: Catalogue) -> None:
    fetch_part(home, catalogue)
    cleaned = clean_part(home, catalogue)
    catalogue.fail_step(PART, "clean", "new rules crash", "run")
    assert catalogue.files(step="clean") == list(cleaned)
    assert catalogue.parts_lacking("annotate") == [PART]
    assert catalogue.steps(part=PART, step="clean")[0].error == "new rules crash"


def test_a_failure_of_no_part_is_an_error(catalogue: Catalogue) -> None:
    with pytest.raises(KeyError, match="harbour-courier/0000"):
        catalogue.fail_step(PART, "clean", "?", "run")


def test_known_urls_are_those_whose_pages_were_committed(home: Home, catalogue: Catalogue) -> None:
    fetch_part(home, catalogue, count=3)
    unknown = [f"https://unknown.example/{number}" for number in range(2000)]
    assert catalogue.known_urls([*unknown, url_of(PART, 0), url_of(PART, 2)]) == {url_of(PART, 0), url_of(PART, 2)}
    assert catalogue.known_urls([]) == set()


def test_urls_of_any_length_and_kind_are_kept_apart(catalogue: Catalogue) -> None:
    urls = [
        "https://a.example/" + "x" * 100_000,
        "https://a.example/Ü",
        "https://a.example/u",
        "https://a.example/\ud800",
    ]
    storable = [KnownUrl(url, "p", "a", NOON) for url in urls[:2]]
    catalogue.commit_fetch(Part(DAY, "a", 0), [], "fetch 1", "run", storable)
    assert catalogue.known_urls(urls) == set(urls[:2])


def test_runs_are_listed_latest_first_with_their_reports(catalogue: Catalogue) -> None:
    catalogue.start_run("one", kind="ingest", started_at=NOON)
    catalogue.start_run("two", kind="backfill", started_at=LATER)
    catalogue.finish_run("one", finished_at=LATER, status="completed", report={"pages": 3, "sources": ["ä"]})
    two, one = catalogue.runs()
    assert (two.run_id, two.kind, two.status, two.finished_at, two.report) == ("two", "backfill", "running", None, None)
    assert (one.status, one.started_at, one.finished_at) == ("completed", NOON, LATER)
    assert one.report == {"pages": 3, "sources": ["ä"]}
    assert [run.run_id for run in catalogue.runs(limit=1)] == ["two"]
    with pytest.raises(KeyError, match="three"):
        catalogue.finish_run("three", finished_at=LATER, status="failed", report={})


def test_times_come_back_in_utc_whatever_zone_they_went_in_with(catalogue: Catalogue) -> None:
    tokyo = timezone(timedelta(hours=9))
    catalogue.start_run("one", kind="ingest", started_at=datetime(2026, 3, 2, 21, 0, 0, 123456, tokyo))
    [run] = catalogue.runs()
    assert run.started_at == datetime(2026, 3, 2, 12, 0, 0, 123456, UTC)
    assert run.started_at.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(Exception, match="has no time zone"):
        catalogue.start_run("one", kind="ingest", started_at=datetime(2026, 3, 2))  # noqa: DTZ001


def test_what_was_committed_is_there_when_opened_again(home: Home) -> None:
    with Catalogue.open(home.catalogue_url) as first:
        files = fetch_part(home, first)
    with Catalogue.open(home.catalogue_url) as second:
        assert second.files() == list(files)
        assert second.known_urls([url_of(PART, 1)]) == {url_of(PART, 1)}


def test_a_catalogue_of_a_newer_release_is_not_opened(home: Home) -> None:
    Catalogue.open(home.catalogue_url).close()
    database = sqlite3.connect(home.root / "catalogue.db")
    with database:
        database.execute("UPDATE catalogue_schema SET version = version + 1")
    database.close()
    with pytest.raises(CatalogueTooNewError, match=rf"schema version {SCHEMA_VERSION + 1}, this release knows"):
        Catalogue.open(home.catalogue_url)


def test_commits_are_flushed_and_readers_do_not_block(home: Home, catalogue: Catalogue) -> None:
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    with catalogue._reading.begin() as connection:
        assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in expected} == expected
        fetch_part(home, catalogue)  # while the other connection reads


def test_the_tables_can_be_created_on_postgresql() -> None:
    for table in METADATA.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]


def test_a_part_may_have_one_file_for_each_table_only(home: Home, catalogue: Catalogue) -> None:
    fetch_part(home, catalogue)
    lake = Lake(home.lake)
    twice = [lake.write(PART, "clean", "articles", articles(word=word), "clean 1") for word in ("harbour", "quay")]
    with pytest.raises(Exception, match="UNIQUE"):
        catalogue.commit_step(PART, "clean", twice, "clean 1", "run")
    assert catalogue.files(step="clean") == []
