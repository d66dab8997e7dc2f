"""The whole way, on the demo site: what is in the lake and in the database afterwards."""

import json
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.console import PlainProgress
from flows.erase import erase_pages
from flows.ingest import ingest
from flows.report import RunReport
from flows.run_steps import PlainRunner
from flows.settings import Settings
from flows.sources import load_sources
from transforms.schemas import TABLES
from warehouse.catalogue import Catalogue
from warehouse.home import Home
from warehouse.lake import Lake

EIGHT = datetime(2026, 3, 3, 8, tzinfo=UTC)
NINE = datetime(2026, 3, 3, 9, tzinfo=UTC)
TEXT = """BERLIN, March 3 (Example News) - The mayor of Berlin met the mayor of Paris on Tuesday.

"We will build the line together," said Mayor Anna Keller after the talks in Berlin.

The two cities agreed to share the cost of the railway line, which is to open in 2031.
"""


def rows(home: Home, table: str) -> list[dict[str, Any]]:
    lake = Lake(home.lake)
    with Catalogue.open(home.catalogue_url) as catalogue:
        return [row for file in catalogue.files(table=table) for row in lake.read(file).to_pylist()]


def ask(home: Home, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home.database), read_only=True) as connection:
        return connection.sql(query).fetchall()


def ingest_files(home: Home, at: datetime, **settings: Any) -> RunReport:
    runner = PlainRunner(PlainProgress(), concurrency=1)
    chosen = Settings(workers=1, **settings)
    return ingest(home, chosen, load_sources(home.sources_file), runner=runner, clock=lambda: at)


@pytest.fixture
def files_home(tmp_path: Path) -> Home:
    """A home with one source of local files."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "railway.txt").write_text(TEXT)
    (tmp_path / "sources.toml").write_text('[[source]]\nname = "texts"\ntype = "files"\npath = "texts"\n')
    return Home(tmp_path)


def test_every_page_is_an_article_or_a_reject(demo_home: Home) -> None:
    pages = {row["page_id"] for row in rows(demo_home, "raw_pages")}
    articles = {row["page_id"] for row in rows(demo_home, "articles")}
    rejects = {row["page_id"] for row in rows(demo_home, "rejects")}

    assert len(pages) == 41
    assert articles | rejects == pages
    assert not articles & rejects


def test_what_the_demo_refuses_is_refused_for_the_right_reason(demo_home: Home) -> None:
    assert ask(demo_home, "SELECT source, reason FROM rejects ORDER BY source") == [
        ("harbour-courier", "wall"),
        ("kilindini-gazette", "too-short"),
    ]


def test_what_could_not_be_fetched_is_a_row(demo_home: Home) -> None:
    failed = ask(
        demo_home,
        "SELECT source, outcome, count(*) FROM fetches WHERE failed GROUP BY ALL ORDER BY ALL",
    )

    assert failed == [
        ("danube-ledger", "robots", 1),
        ("harbour-courier", "http-4xx", 1),
        ("harbour-courier", "robots", 1),
        ("kilindini-gazette", "http-4xx", 1),
        ("kilindini-gazette", "robots", 1),
    ]


def test_all_tables_have_rows_and_every_offset_gives_its_surface(demo_home: Home) -> None:
    texts = {row["page_id"]: row["text"] for row in rows(demo_home, "articles")}

    for table in TABLES.values():
        found = rows(demo_home, table.name)
        assert found, table.name
        for column in table.columns:
            if column.span_of is None:
                continue
            end = column.name.replace("start", "end")
            for row in found:
                if row[column.name] is not None:
                    assert texts[row["page_id"]][row[column.name] : row[end]] == row[column.span_of]


def test_two_versions_of_an_article_are_one_article_and_the_later_one_counts(demo_home: Home) -> None:
    [(article_id, modified_at)] = ask(demo_home, "SELECT article_id, modified_at FROM articles WHERE versions > 1")

    versions = ask(demo_home, f"SELECT modified_at FROM article_versions WHERE article_id = '{article_id}'")
    assert len(versions) == 2
    assert modified_at == max(version for (version,) in versions)


def test_a_day_without_news_is_recorded_as_empty(demo_home: Home) -> None:
    with Catalogue.open(demo_home.catalogue_url) as catalogue:
        days = [day for day in catalogue.source_days(source="archive") if day.status == "done"]

    assert len(days) == 14
    assert sorted(day.pages for day in days) == [0] * 13 + [2]


def test_a_second_run_adds_nothing_and_says_so(files_home: Home) -> None:
    first = ingest_files(files_home, EIGHT)
    before = {table: rows(files_home, table) for table in TABLES}
    second = ingest_files(files_home, NINE)

    assert (first.pages, second.pages) == (1, 0)
    assert second.summary == "Nothing new in 1 sources; the database is up to date."
    assert {table: rows(files_home, table) for table in TABLES} == before


def test_a_window_never_ends_in_the_future(files_home: Home) -> None:
    runner = PlainRunner(PlainProgress(), concurrency=1)
    sources = load_sources(files_home.sources_file)

    ingest(files_home, Settings(workers=1), sources, runner=runner, clock=lambda: EIGHT, until=NINE)

    with Catalogue.open(files_home.catalogue_url) as catalogue:
        assert catalogue.last_success("texts") == EIGHT


def test_a_run_that_another_one_has_overtaken_has_nothing_to_do(files_home: Home) -> None:
    ingest_files(files_home, EIGHT)
    instants = chain([EIGHT - timedelta(minutes=1)], repeat(NINE))  # it began before the other one's window ended

    runner = PlainRunner(PlainProgress(), concurrency=1)
    sources = load_sources(files_home.sources_file)
    report = ingest(files_home, Settings(workers=1), sources, runner=runner, clock=lambda: next(instants))

    assert report.status == "completed"
    assert report.pages == 0


def test_the_same_input_gives_the_same_rows_in_another_lake(files_home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    other.root.mkdir()
    other.sources_file.write_text(f'[[source]]\nname = "texts"\ntype = "files"\npath = "{files_home.root / "texts"}"\n')

    ingest_files(files_home, EIGHT)
    ingest_files(other, EIGHT)

    assert {table: rows(files_home, table) for table in TABLES} == {table: rows(other, table) for table in TABLES}


def test_a_source_that_cannot_be_read_does_not_hold_up_the_others(files_home: Home) -> None:
    with files_home.sources_file.open("a") as registry:
        registry.write('[[source]]\nname = "gone"\ntype = "feed"\nurl = "http://gone.invalid/feed.xml"\n')

    report = ingest_files(files_home, EIGHT)

    assert report.status == "completed with failures"
    [(step, source, error)] = report.failures
    assert (step, source) == ("fetch", "gone")
    assert "dns" in error
    assert ask(files_home, "SELECT count(*) FROM articles") == [(1,)]


def test_the_report_is_kept_with_the_run(files_home: Home) -> None:
    report = ingest_files(files_home, EIGHT)

    with Catalogue.open(files_home.catalogue_url) as catalogue:
        [run] = catalogue.runs()
    assert run.status == "completed"
    assert run.report == json.loads(json.dumps(report.as_json()))
    assert "| texts | 1 | 0 | 1 | 1 | 0 |" in report.as_markdown()


def test_raw_pages_are_emptied_when_their_time_is_over_and_nothing_else_changes(files_home: Home) -> None:
    assert ingest_files(files_home, EIGHT).failures == ()
    before = ask(files_home, "SELECT title, text, page_id FROM articles")
    assert ingest_files(files_home, EIGHT + timedelta(days=7), keep_raw_days=7).failures == ()
    assert [row["body"] for row in rows(files_home, "raw_pages")] == [TEXT.encode()]
    assert ingest_files(files_home, EIGHT + timedelta(days=8), keep_raw_days=7).failures == ()
    assert [row["body"] for row in rows(files_home, "raw_pages")] == [b""]
    assert ask(files_home, "SELECT title, text, page_id FROM articles") == before
    assert ask(files_home, "SELECT expected, got, pages FROM coverage WHERE pages > 0") == [(1, 1, 1)]
    assert ingest_files(files_home, EIGHT + timedelta(days=9), keep_raw_days=7).pages == 0


def test_texts_are_reduced_before_anybody_sees_them(files_home: Home) -> None:
    report = ingest_files(files_home, EIGHT, keep_text="quotes")
    assert report.status == "completed"
    [(text,)] = ask(files_home, "SELECT text FROM articles")
    assert "We will build the line together" in text
    assert "agreed" in text  # the word that reports an event
    assert "which is to open" not in text
    assert [row["body"] for row in rows(files_home, "raw_pages")] == [b""]
    assert ask(files_home, "SELECT content FROM quotes") != []

    assert ingest_files(files_home, NINE, keep_text="none").status == "completed"
    assert ask(files_home, "SELECT text_kept, text LIKE '%e%' FROM articles") == [("none", False)]
    assert ask(files_home, "SELECT count(*) FROM quotes WHERE content LIKE '%together%'") == [(0,)]
    assert ("Anna Keller",) in ask(files_home, "SELECT speaker_name FROM quotes")


def test_an_erased_file_does_not_come_back_and_is_told(files_home: Home) -> None:
    assert ingest_files(files_home, EIGHT).status == "completed"
    erase_pages(files_home, ["file://texts/railway.txt"], clock=lambda: NINE)
    tables = [name for name, table in TABLES.items() if table.step == "annotate"]
    assert all(ask(files_home, f"SELECT count(*) FROM lake.{name}") == [(0,)] for name in ("articles", *tables))
    assert ask(files_home, "SELECT reason, url LIKE 'erased:%' FROM rejects") == [("erased", True)]
    assert ask(files_home, "SELECT expected, got, refused FROM coverage WHERE pages > 0") == [(1, 0, 1)]
    (files_home.root / "texts" / "railway.txt").write_text(TEXT.replace("2031", "2032"))
    assert ingest_files(files_home, NINE + timedelta(days=1)).pages == 0
    assert ask(files_home, "SELECT count(*) FROM fetches WHERE outcome = 'erased'") == [(1,)]


def test_what_was_named_and_what_is_missing_are_queries(demo_home: Home) -> None:
    missing = ask(demo_home, "SELECT source, last_outcome FROM missing_pages ORDER BY ALL")
    assert len(missing) == 5
    assert {outcome for _, outcome in missing} == {"robots", "http-4xx"}
    ((expected, got, waiting, refused),) = ask(
        demo_home, "SELECT sum(expected), sum(got), sum(waiting), sum(refused) FROM coverage"
    )
    assert (expected, got) == (46, 41)
    assert waiting + refused == 5
