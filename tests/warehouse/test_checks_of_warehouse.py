"""Checks find what is wrong in the parts that changed, show it, and name the parts."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.lake_builder import World, fill
from transforms.schemas import TABLES
from warehouse.checks import CheckResult, checks, run_checks
from warehouse.query import open_read_only
from warehouse.state import loaded_tables
from warehouse.statements import statements

MOVED_ACTORS = """
    UPDATE lake.event_mentions SET actors = list_transform(actors, lambda party: struct_update(party, start := 0))
    WHERE page_id = $page
"""

OTHER_LANGUAGE = """
    INSERT INTO lake.articles
    SELECT * REPLACE ('fi' AS language, observed_at + INTERVAL 30 DAY AS observed_at)
    FROM lake.articles WHERE part = '2026-03-02/ledger/0000';
    INSERT INTO lake.articles
    SELECT * REPLACE (observed_at + INTERVAL 60 DAY AS observed_at)
    FROM lake.articles WHERE source = 'ledger' AND language <> 'fi';
    INSERT INTO lake.articles
    SELECT * REPLACE (observed_at + INTERVAL 90 DAY AS observed_at)
    FROM lake.articles WHERE source = 'ledger' AND language <> 'fi'
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    world = World.at(tmp_path_factory.mktemp("checks") / "home")
    fill(world, days=2, articles=12)
    assert world.publish().published
    world.catalogue.close()
    return world.home.database


@pytest.fixture
def database(published: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the published database, to spoil."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{published}' AS published (READ_ONLY)")
        connection.execute("ATTACH ':memory:' AS spoiled")
        connection.execute("COPY FROM DATABASE published TO spoiled")
        connection.execute("USE spoiled")
        connection.execute("CREATE TEMP TABLE changed_parts AS SELECT DISTINCT part FROM lake.loaded_parts")
        yield connection


def failed(database: duckdb.DuckDBPyConnection) -> dict[str, CheckResult]:
    return {result.name: result for result in run_checks(database) if result.offending}


def test_right_data_passes_every_check(database: duckdb.DuckDBPyConnection) -> None:
    assert failed(database) == {}


@pytest.mark.parametrize(
    ("spoil", "check"),
    [
        ("UPDATE lake.articles SET text = NULL WHERE page_id = $page", "articles.required"),
        ("UPDATE lake.quotes SET quote_type = 'shouted' WHERE page_id = $page", "quotes.quote_type"),
        ("UPDATE lake.quotes SET speaker_start = speaker_start + 1 WHERE page_id = $page", "quotes.speaker_start"),
        ("UPDATE lake.quotes SET cue_end = NULL WHERE page_id = $page", "quotes.cue_start"),
        ("UPDATE lake.entity_mentions SET start = -start - 1 WHERE page_id = $page", "entity_mentions.start"),
        ("UPDATE lake.times SET surface = 'Friday' WHERE page_id = $page", "times.start"),
        (
            "UPDATE lake.articles SET headings = [{'start': 3, 'end': 90000}] WHERE page_id = $page",
            "articles.headings",
        ),
        (
            MOVED_ACTORS,
            "event_mentions.actors",
        ),
        ("DELETE FROM lake.articles WHERE page_id = $page", "entities.page_id"),
        ("INSERT INTO lake.entities SELECT * FROM lake.entities WHERE page_id = $page", "entities.key"),
        ("DELETE FROM lake.times WHERE page_id = $page", "times.rows"),
    ],
)
def test_what_the_schema_promises_is_checked(database: duckdb.DuckDBPyConnection, spoil: str, check: str) -> None:
    [[page, part]] = database.execute("SELECT page_id, part FROM articles ORDER BY page_id LIMIT 1").fetchall()
    database.execute(spoil, {"page": page})

    result = failed(database)[check]

    assert result.stops
    assert result.parts == (part,)
    assert 1 <= len(result.sample) <= 5
    assert part in result.sample[0]


def test_parts_that_did_not_change_are_not_looked_at_again(database: duckdb.DuckDBPyConnection) -> None:
    database.execute("UPDATE lake.quotes SET quote_type = 'shouted'")
    database.execute("DELETE FROM changed_parts")
    assert failed(database) == {}


@pytest.mark.parametrize(
    ("spoil", "check", "offending"),
    [
        (
            "UPDATE lake.articles SET published_date = '2031-01-01' WHERE source = 'courier'",
            "published_after_fetched",
            24,
        ),
        ("UPDATE lake.articles SET published_date = NULL WHERE source = 'courier'", "sources_without_dates", 1),
        ("UPDATE lake.articles SET authors = NULL", "sources_without_authors", 2),
        (
            OTHER_LANGUAGE,
            "source_days_in_other_language",
            1,
        ),
        ("DELETE FROM lake.entities", "sources_without_entities", 2),
        (
            "UPDATE lake.quotes SET speaker_entity_id = 'person:Nobody' WHERE sequence = 0",
            "speakers_without_entity",
            48,
        ),
        ("DELETE FROM lake.entities WHERE entity_id = 'country:NO'", "mentions_without_entity", None),
        (
            "UPDATE lake.loaded_parts SET rows = 13 WHERE table_name IN ('rejects', 'raw_pages') AND source = 'ledger'",
            "source_days_mostly_rejected",
            2,
        ),
        ("UPDATE lake.fetches SET outcome = 'timeout' WHERE source = 'ledger'", "source_days_mostly_failed", 2),
        (
            "UPDATE lake.loaded_parts SET rows = 1 WHERE table_name = 'articles' AND part = '2026-03-02/ledger/0000'",
            "source_days_far_below_usual",
            1,
        ),
        (
            "INSERT INTO lake.articles SELECT * REPLACE ('2026-03-09/courier/0000' AS part) FROM lake.articles",
            "pages_fetched_twice",
            48,
        ),
    ],
)
def test_oddities_are_warned_of(
    database: duckdb.DuckDBPyConnection, spoil: str, check: str, offending: int | None
) -> None:
    database.execute(spoil)
    result = failed(database)[check]
    assert not result.stops
    assert result.offending == (offending or result.offending)


def test_every_written_check_is_tried_above_and_says_how_severe_it_is() -> None:
    [parameters] = [
        mark.args[1]
        for mark in test_oddities_are_warned_of.pytestmark  # type: ignore[attr-defined]
        if mark.name == "parametrize"
    ]
    assert {check for _, check, _ in parameters} == {check.name for check in statements("checks")}
    assert all(check.severity for check in statements("checks"))


def test_every_promise_of_the_schema_has_a_check() -> None:
    names = {check.name for check in checks()}
    for table in loaded_tables():
        assert {f"{table.name}.rows", f"{table.name}.key", f"{table.name}.required"} <= names
        assert {f"{table.name}.{column.name}" for column in table.columns if column.values or column.span_of} <= names
    assert {f"{table.name}.page_id" for table in TABLES.values() if table.step == "annotate"} <= names


def test_results_can_be_read_in_the_database(published: Path) -> None:
    from warehouse.home import Home

    with open_read_only(Home(published.parent)) as connection:
        found = connection.execute("SELECT check_name, severity, offending FROM check_results").fetchall()
    assert found == [(check.name, check.severity, 0) for check in checks()]
