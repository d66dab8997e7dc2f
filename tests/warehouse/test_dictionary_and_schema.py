"""The dictionary and the DDL follow from the schemas; schemas only ever grow."""

import json
from pathlib import Path

import duckdb
import pyarrow as pa

from transforms.schemas import TABLES, Column, Table
from warehouse.checks import checks
from warehouse.ddl import column_types, comment_of, database_tables, definitions_hash, stored_values
from warehouse.dictionary import FILE, dictionary_markdown
from warehouse.statements import statements


def test_the_dictionary_is_current() -> None:
    """Write it anew with ``python -m warehouse.dictionary``."""
    assert FILE.read_text(encoding="utf-8") == dictionary_markdown()


def test_the_dictionary_names_everything() -> None:
    text = dictionary_markdown()
    for table in (*TABLES.values(), *database_tables()):
        assert f"### {table.name}\n" in text
        assert all(f"| `{column.name}` |" in text for column in table.columns)
    for view in statements("views"):
        assert f"### {view.name}\n\n{view.doc}\n" in text
    for macro in statements("macros"):
        assert f"### {macro.name}(" in text
    assert all(f"| `{check.name}` | {check.severity} |" in text for check in checks())


def test_types_are_duckdbs_own_reading_of_arrow_and_instants_have_no_zone() -> None:
    types = column_types(TABLES["articles"])
    assert types["text"] == "VARCHAR"
    assert types["authors"] == "VARCHAR[]"
    assert types["headings"] == 'STRUCT("start" INTEGER, "end" INTEGER)[]'
    assert types["published_date"] == "DATE"
    assert types["published_at"] == "TIMESTAMP"
    for table in database_tables():
        assert not [name for name, type_ in column_types(table).items() if "TIME ZONE" in type_]


def test_a_closed_list_is_part_of_the_comment() -> None:
    column = Column("kind", pa.string(), "What it is.", values=("name", "acronym"))
    assert comment_of(column) == "What it is. One of: name, acronym."


def test_stored_values_fill_what_is_lacking_and_leave_out_what_is_unknown() -> None:
    table = Table(
        name="things",
        doc="Things.",
        step="clean",
        key=("a",),
        columns=(Column("a", pa.string(), "A."), Column("at", pa.timestamp("us", tz="UTC"), "When.")),
    )
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE older AS SELECT 'x' AS a, 1 AS gone")
        result = connection.execute(stored_values(table, "older"))
        assert [name for name, *_ in result.description or ()] == ["a", "at"]
        assert result.fetchall() == [("x", None)]


def test_the_hash_of_the_definitions_is_the_same_each_time() -> None:
    before = definitions_hash()
    definitions_hash.cache_clear()
    assert definitions_hash() == before


def test_no_released_column_is_removed_or_retyped() -> None:
    """Parquet files of all releases must stay readable: a column that was released keeps its name and type.

    released_columns.json is written anew with each release and never changed otherwise.
    """
    released = json.loads(Path(__file__).with_name("released_columns.json").read_text(encoding="utf-8"))
    declared = {table.name: {column.name: str(column.type) for column in table.columns} for table in TABLES.values()}
    for table, columns in released.items():
        for column, type_ in columns.items():
            now = declared.get(table, {}).get(column)
            assert now == type_, f"{table}.{column} was {type_} and is {now}: the files of earlier releases have it so"
