"""Questions are read-only, and answers are safe to print and to open in a spreadsheet."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warehouse.lake_builder import World, fill
from warehouse.home import Home
from warehouse.query import (
    NoDatabaseError,
    QueryError,
    QueryResult,
    format_json,
    format_table,
    open_read_only,
    run_query,
    stream_query,
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    world = World.at(tmp_path_factory.mktemp("query") / "home")
    fill(world, days=1)
    world.publish()
    world.catalogue.close()
    return world.home


@pytest.fixture
def connection(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_read_only(home) as connection:
        yield connection


def test_before_the_first_publication_the_error_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoDatabaseError, match="the first `newslake run` makes it"):
        open_read_only(Home(tmp_path))


def test_a_query_gives_columns_and_rows(connection: duckdb.DuckDBPyConnection) -> None:
    result = run_query(connection, "SELECT source, count(*) AS articles FROM articles GROUP BY source ORDER BY source")
    assert result == QueryResult(("source", "articles"), (("courier", 6), ("ledger", 6)))


def test_rows_can_be_limited(connection: duckdb.DuckDBPyConnection) -> None:
    assert run_query(connection, "SELECT 1 FROM articles", limit=3).truncated
    assert len(run_query(connection, "SELECT 1 FROM articles", limit=3).rows) == 3
    assert not run_query(connection, "SELECT 1 FROM articles", limit=12).truncated


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM lake.articles",
        "CREATE VIEW mine AS SELECT 1",
        "DROP VIEW articles",
        "COPY (SELECT 1) TO 'stolen.csv'",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
        "ATTACH 'other.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "RESET lock_configuration",
        "EXPORT DATABASE 'copy'",
        "SELEC 1",
    ],
)
def test_a_query_that_is_wrong_or_reaches_out_is_refused(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    with pytest.raises(QueryError):
        run_query(connection, query)


def test_temporary_tables_and_several_statements_are_fine(connection: duckdb.DuckDBPyConnection) -> None:
    result = run_query(connection, "CREATE TEMP TABLE mine AS SELECT 1 AS one; SELECT * FROM mine")
    assert result.rows == ((1,),)


def test_instants_with_a_zone_are_shown_in_utc(connection: duckdb.DuckDBPyConnection) -> None:
    result = run_query(connection, "SELECT TIMESTAMPTZ '2026-03-01 12:00:00+02' AS at")
    assert "2026-03-01 10:00:00+00:00" in format_table(result)


def test_the_views_can_be_described(connection: duckdb.DuckDBPyConnection) -> None:
    tables = {row[0] for row in run_query(connection, "SHOW TABLES").rows}
    assert {"articles", "quotes", "events", "coverage"} <= tables
    assert run_query(connection, "DESCRIBE articles").columns[0] == "column_name"


def test_a_writer_in_another_program_is_named(tmp_path: Path) -> None:
    import subprocess
    import sys

    home = Home(tmp_path)
    script = "import sys, duckdb; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", script, str(home.database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        with pytest.raises(QueryError, match=f"PID {writer.pid}"):
            open_read_only(home)
        writer.communicate("")


VALUES = QueryResult(
    ("name", "number", "list", "at", "name"),
    (
        ("Tove Ås", 3, [{"start": 1, "text": "a"}], datetime(2026, 3, 1, 9), None),  # noqa: DTZ001
        ("港口", Decimal(12), [], date(2026, 3, 1), "\x1b[31mred\u202e"),
        ("=HYPERLINK(1)", -1.5, None, timedelta(hours=1), b"\x00\xff"),
    ),
)


def test_a_table_is_aligned_and_cannot_steer_the_terminal() -> None:
    text = format_table(VALUES)
    assert text.splitlines() == [
        "name           number  list                         at                   name",
        "─────────────  ──────  ───────────────────────────  ───────────────────  ─────────",
        'Tove Ås             3  [{"start": 1, "text": "a"}]  2026-03-01 09:00:00',
        "港口               12  []                           2026-03-01           �[31mred�",
        "=HYPERLINK(1)    -1.5                               1:00:00              00ff",
    ]


def test_a_table_wider_than_the_terminal_has_a_line_for_each_value() -> None:
    wide = QueryResult(
        ("speaker_name", "content"), (("Tove Ås", "We will build the line together, all of us"), (None, "Yes"))
    )

    assert format_table(wide, width=40).splitlines() == [
        "speaker_name  Tove Ås",
        "content       We will build the line",
        "              together, all of us",
        "",
        "content       Yes",
    ]


def test_a_table_without_rows_is_its_header() -> None:
    assert format_table(QueryResult(("a", "b"), ())) == "a  b\n─  ─\n"


def test_json_has_every_value_under_a_name_of_its_own() -> None:
    rows = json.loads(format_json(VALUES))
    assert rows[0] == {
        "name": "Tove Ås",
        "number": 3,
        "list": [{"start": 1, "text": "a"}],
        "at": "2026-03-01 09:00:00",
        "name_2": None,
    }
    assert rows[1]["number"] == 12
    assert json.loads(format_json(QueryResult(("x",), ((float("nan"),),)))) == [{"x": None}]


@given(st.lists(st.lists(st.text() | st.integers() | st.none(), min_size=2, max_size=2), max_size=5))
def test_json_gives_back_any_text(rows: list[list[str | int | None]]) -> None:
    result = QueryResult(("a", "b"), tuple(tuple(row) for row in rows))
    assert [list(row.values()) for row in json.loads(format_json(result))] == rows


def test_rows_can_be_streamed(connection: duckdb.DuckDBPyConnection) -> None:
    columns, rows = stream_query(connection, "SELECT range AS number FROM range(2500)")
    assert columns == ("number",)
    assert [number for (number,) in rows] == list(range(2500))


def test_a_stream_that_fails_on_the_way_says_so(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(QueryError):
        list(stream_query(connection, "SELECT (3000 - range)::UTINYINT FROM range(3000)")[1])
    with pytest.raises(QueryError, match="nothing"):
        stream_query(connection, "SELECT nothing")


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_a_table_has_a_line_for_each_row_whatever_the_text(values: list[str]) -> None:
    text = format_table(QueryResult(("value",), tuple((value,) for value in values)))
    assert len(text.split("\n")) == len(values) + 3
