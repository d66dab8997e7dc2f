"""What an analyst finds: names that read naturally, a comment on everything, and right answers."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from tests.warehouse.lake_builder import COUNTRIES, World, later, part_tables, parts_of, with_column
from transforms.identity import content_hash
from warehouse.parts import Part
from warehouse.query import open_read_only
from warehouse.statements import parse, statements

FIRST = Part(date(2026, 3, 1), "courier", 0)
COPIED = "The harbour 🚢 reopens in 100% of cases, said_Lund.\n\nThe “ÉTAT” agreed."


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Three days of two sources with a gap, two versions of an article, and one text in both sources."""
    world = World.at(tmp_path_factory.mktemp("views") / "home")
    for part in [*parts_of(days=2), Part(date(2026, 3, 4), "courier", 0), later(FIRST, 1)]:
        tables = part_tables(part, articles=4)
        world.add(part, tables)
    for source in ("courier", "ledger"):
        part = Part(date(2026, 3, 2), source, 7)
        tables = part_tables(part, articles=1, returning=0)
        copied = with_text(tables["articles"], COPIED)
        world.add(part, {**tables, "articles": copied}, annotated=False)
    world.publish()
    world.catalogue.close()
    with open_read_only(world.home) as connection:
        yield connection


def with_text(articles: pa.Table, text: str) -> pa.Table:
    return with_column(with_column(articles, "text", [text]), "text_hash", [content_hash(text.encode())])


def rows(database: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return database.execute(query).fetchall()


@pytest.mark.parametrize("view", [view.name for view in statements("views")])
def test_every_view_answers(database: duckdb.DuckDBPyConnection, view: str) -> None:
    found = rows(database, f"SELECT * FROM {view}")
    assert found or view in {"runs", "held_back"}


def test_everything_has_a_comment(database: duckdb.DuckDBPyConnection) -> None:
    for catalogue, name in (("tables", "table_name"), ("views", "view_name"), ("functions", "function_name")):
        bare = (
            f"SELECT {name} FROM duckdb_{catalogue}() WHERE database_name = 'news' AND NOT internal AND comment IS NULL"
        )
        assert rows(database, bare) == []
    assert (
        rows(
            database,
            "SELECT table_name, column_name FROM duckdb_columns() "
            "WHERE database_name = 'news' AND NOT internal AND comment IS NULL",
        )
        == []
    )
    [[views, macros]] = rows(
        database,
        "SELECT (SELECT count(*) FROM duckdb_views() WHERE database_name = 'news' AND NOT internal), "
        "(SELECT count(*) FROM duckdb_functions() WHERE database_name = 'news' AND NOT internal)",
    )
    assert (views, macros) == (len(statements("views")), len(statements("macros")))


@pytest.mark.parametrize("statement", [*statements("views"), *statements("macros")], ids=lambda each: each.name)
def test_a_file_is_named_like_what_it_makes(statement: Any) -> None:
    kind = {"views": "VIEW", "macros": "MACRO"}[statement.kind]
    assert f"\nCREATE {kind} {statement.name}" in statement.sql


def test_offsets_cut_out_the_surface(database: duckdb.DuckDBPyConnection) -> None:
    wrong = """
        SELECT count(*) FROM entity_mentions AS mention JOIN articles USING (page_id, part)
        WHERE substr(text, mention.start + 1, mention."end" - mention.start) <> surface
    """
    assert rows(database, wrong) == [(0,)]
    assert rows(database, "SELECT count(*) > 20 FROM entity_mentions") == [(True,)]


def test_articles_shows_the_latest_version_and_article_versions_all(database: duckdb.DuckDBPyConnection) -> None:
    [[latest, versions]] = rows(
        database, "SELECT observed_at, versions FROM articles WHERE url = 'https://courier.example/updated-0'"
    )
    assert (latest.date(), versions) == (date(2026, 3, 4), 4)
    found = rows(
        database,
        "SELECT version, is_latest, text_changed, previous_page_id IS NULL FROM article_versions "
        "WHERE url = 'https://courier.example/updated-0' ORDER BY version",
    )
    assert found == [(1, False, None, True), (2, False, True, False), (3, False, True, False), (4, True, True, False)]


def test_a_text_in_two_outlets_is_one_story(database: duckdb.DuckDBPyConnection) -> None:
    [[articles, sources, first]] = rows(database, "SELECT articles, sources, first_day FROM stories")
    assert (articles, sources, first) == (2, ["courier", "ledger"], date(2026, 3, 2))
    assert rows(database, "SELECT copies, copied_by FROM articles_unique WHERE copies > 1") == [
        (2, ["courier", "ledger"])
    ]
    [[all_articles, unique]] = rows(
        database, "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM articles_unique)"
    )
    assert all_articles == unique + 1


def test_an_event_is_counted_over_its_articles(database: duckdb.DuckDBPyConnection) -> None:
    assert rows(database, "SELECT sum(n_articles), sum(n_mentions) FROM events") == rows(
        database, "SELECT count(*), sum(mentions) FROM event_reports"
    )
    shared = rows(database, "SELECT n_sources, len(article_ids), n_articles FROM events WHERE n_sources > 1")
    assert shared
    assert all(len_ids == n_articles for _, len_ids, n_articles in shared)


def test_copies_of_a_text_are_one_story_in_every_count(database: duckdb.DuckDBPyConnection) -> None:
    for counted in ("events", "statements", "canonical_entities"):
        [[less, never_more]] = rows(
            database, f"SELECT count(*) FILTER (n_stories < 1), bool_and(n_stories <= n_articles) FROM {counted}"
        )
        assert (less, never_more) == (0, True)


def test_a_statement_is_there_once_whoever_prints_it(database: duckdb.DuckDBPyConnection) -> None:
    [[quotes, statements_, printed]] = rows(
        database,
        "SELECT (SELECT count(*) FROM quotes), count(*), sum(len(quote_ids)) FROM statements",
    )
    assert printed == quotes
    assert statements_ < quotes
    [[speaker, sources]] = rows(
        database, "SELECT speaker_name, sources FROM statements WHERE n_sources > 1 ORDER BY ALL LIMIT 1"
    )
    assert (speaker is not None, sources) == (True, ["courier", "ledger"])


def test_canonical_entities_sum_up_all_articles(database: duckdb.DuckDBPyConnection) -> None:
    [[name, country, articles, mentions]] = rows(
        database,
        "SELECT name, country, n_articles, n_mentions FROM canonical_entities WHERE entity_id = 'country:NO'",
    )
    assert (name, country) == ("Norway", "NO")
    assert rows(database, "SELECT n_articles, n_mentions FROM entity('country:NO')") == [(articles, mentions)]


def test_coverage_has_a_row_for_a_day_without_anything(database: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        database,
        "SELECT day, status, pages, articles, rejects, annotated, fetch_failures, len(gaps) FROM coverage "
        "WHERE source = 'courier' ORDER BY day",
    )
    assert found == [
        (date(2026, 3, 1), "done", 10, 8, 2, 8, 2, 0),
        (date(2026, 3, 2), "done", 7, 5, 2, 4, 2, 0),
        (date(2026, 3, 3), "missing", 0, 0, 0, 0, 0, 1),
        (date(2026, 3, 4), "done", 5, 4, 1, 4, 1, 0),
    ]
    assert rows(database, "SELECT days, days_done, articles FROM sources WHERE source = 'courier'") == [(4, 3, 17)]


@pytest.mark.parametrize(
    ("phrase", "found"),
    [("reopens in 100%", 2), ("REOPENS", 2), ("état", 2), ("said_lund", 2), ("saidxlund", 0), ("", 0), ("(", 0)],
)
def test_search_takes_the_phrase_literally_in_any_case(
    database: duckdb.DuckDBPyConnection, phrase: str, found: int
) -> None:
    hits = database.execute("SELECT snippet, rank FROM search($phrase)", {"phrase": phrase}).fetchall()
    assert len(hits) == found
    assert all(phrase.casefold() in snippet.casefold() and rank >= 1 for snippet, rank in hits)


def test_search_puts_headlines_first(database: duckdb.DuckDBPyConnection) -> None:
    titles = [title for title, _ in rows(database, "SELECT title, rank FROM search('Ada Lund')")]
    named = ["Ada Lund" in title for title in titles]
    assert any(named)
    assert named == sorted(named, reverse=True)


def test_quotes_by_finds_a_speaker_by_a_part_of_the_name_or_by_id(database: duckdb.DuckDBPyConnection) -> None:
    speakers = rows(database, "SELECT DISTINCT speaker_name FROM quotes_by('okafor')")
    assert speakers == [("Mireille Okafor",)]
    assert rows(database, "SELECT count(*) FROM quotes_by('okafor')") == rows(
        database, "SELECT count(*) FROM quotes_by('person:Mireille Okafor')"
    )
    assert rows(database, "SELECT count(*) FROM quotes_by('')") == [(0,)]


def test_entity_sums_up_what_is_known(database: duckdb.DuckDBPyConnection) -> None:
    for wanted in ("country:NO", "norway", "Norw"):
        [[entity, type_, country, mentions, surfaces]] = rows(
            database, f"SELECT entity_id, type, country, n_mentions, surfaces FROM entity('{wanted}')"
        )
        assert (entity, type_, country, surfaces) == ("country:NO", "country", "NO", ["Norway"])
        assert [(mentions,)] == rows(database, "SELECT count(*) FROM entity_mentions WHERE surface = 'Norway'")


def test_timeline_counts_an_entity_by_day(database: duckdb.DuckDBPyConnection) -> None:
    counted = rows(database, "SELECT day, n_articles FROM timeline('norway')")
    assert counted == rows(
        database,
        "SELECT day, count(DISTINCT article_id) FROM entities WHERE entity_id = 'country:NO' GROUP BY day ORDER BY day",
    )


def test_co_mentions_are_articles_with_both(database: duckdb.DuckDBPyConnection) -> None:
    found = rows(database, "SELECT page_id FROM co_mentions('country:NO', 'Kenya') ORDER BY page_id")
    expected = rows(
        database,
        "SELECT page_id FROM entities WHERE entity_id = 'country:NO' INTERSECT "
        "SELECT page_id FROM entities WHERE entity_id = 'country:KE' ORDER BY page_id",
    )
    assert found
    assert found == expected


def test_events_between_two_countries_in_either_direction(database: duckdb.DuckDBPyConnection) -> None:
    both = rows(database, "SELECT event_id, actor_names[1], recipient_names[1] FROM events_between('NO', 'jp')")
    assert {frozenset(parties) for _, *parties in both} == {frozenset({"Norway", "Japan"})}
    total = sum(
        len(rows(database, f"SELECT event_id FROM events_between('{one}', '{other}')"))
        for one in COUNTRIES.values()
        for other in COUNTRIES.values()
        if one < other
    )
    assert rows(database, "SELECT count(*) FROM events") == [(total,)]


def test_as_of_shows_articles_as_they_stood(database: duckdb.DuckDBPyConnection) -> None:
    counts = "SELECT count(*), max(observed_at)::DATE FROM as_of('2026-03-01 23:00')"
    assert rows(database, counts) == [(11, date(2026, 3, 1))]
    assert rows(database, "SELECT count(*) FROM as_of('2026-02-01')") == [(0,)]
    assert rows(database, "SELECT count(*) FROM as_of('2030-01-01')") == rows(database, "SELECT count(*) FROM articles")


def test_context_shows_the_characters_around_a_span(database: duckdb.DuckDBPyConnection) -> None:
    [[page, article]] = rows(database, "SELECT page_id, article_id FROM search('reopens') WHERE source = 'courier'")
    for named in (page, article):
        found = rows(database, f"SELECT before, surface, after FROM context('{named}', 4, 13)")
        assert found == [("The ", "harbour 🚢", " reopens in 100% of cases, said_Lund. The “ÉTAT” agreed.")]
    assert rows(database, f"SELECT before, surface, after FROM context('{page}', 0, 3)")[0][:2] == ("", "The")
    assert rows(database, f"SELECT surface FROM context('{page}', 60000, 70000)") == [("",)]
    assert rows(database, f"SELECT surface FROM context('{page}', -5, 3)") == []


def test_a_file_without_documentation_or_with_an_unknown_severity_is_refused() -> None:
    with pytest.raises(ValueError, match="first line must be a comment"):
        parse("checks", "odd", "SELECT 1")
    with pytest.raises(ValueError, match="severity is stop or warn"):
        parse("checks", "odd", "-- Odd rows.\n-- severity: panic\nSELECT 1")


def test_a_long_sentence_in_a_file_may_go_on_in_the_next_line() -> None:
    statement = parse("views", "v", "-- One.\n-- Two.\n-- column a: First\n--    half.\nCREATE VIEW v AS SELECT 1 AS a")
    assert statement.doc == "One. Two."
    assert statement.columns == {"a": "First half."}
