"""The data dictionary: every view, macro, table and check, as a database made of today's definitions describes them.

``python -m warehouse.dictionary`` writes it to DICTIONARY.md beside this module.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from transforms.schemas import TABLES, Table
from warehouse.checks import checks
from warehouse.ddl import column_types, comment_of, database_tables, define
from warehouse.state import loaded_tables
from warehouse.statements import statements

FILE = Path(__file__).with_name("DICTIONARY.md")

_INTRODUCTION = """\
# Data dictionary

Made by `python -m warehouse.dictionary` from `transforms/schemas.py` and `warehouse/sql/`; a test says when it is old.
The same sentences are comments in the database: `SELECT * FROM duckdb_columns()`.

Instants are UTC, stored as TIMESTAMP without a zone. `start` and `end` count Unicode code points of an article's
`text` from 0, `end` exclusive: `substr(text, start + 1, "end" - start)` is the surface. What is not known is NULL.
"""


def dictionary_markdown() -> str:
    """The whole dictionary as Markdown."""
    with duckdb.connect() as connection:
        define(connection)
        sections = (
            _views(connection),
            _macros(connection),
            _tables(
                "Tables as loaded",
                "Schema `lake`: every version of every article, one to one with the Parquet files.",
                loaded_tables(),
            ),
            _tables(
                "Tables of the loader",
                "Schema `lake` too: what the database knows of itself.",
                tuple(table for table in database_tables() if table.name not in TABLES),
            ),
            _tables(
                "Only in the lake",
                "Parquet files that are not loaded.",
                tuple(table for table in TABLES.values() if not table.loaded),
            ),
            _checks(),
        )
        lines = [line for section in sections for line in section]
    return _INTRODUCTION + "\n" + "\n".join(lines) + "\n"


def _views(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    yield "## Views"
    yield ""
    yield "What to query first; they show each article in its latest version unless they say otherwise."
    yield ""
    for view in statements("views"):
        columns = connection.execute(
            "SELECT column_name, data_type, comment FROM duckdb_columns() "
            "WHERE schema_name = 'main' AND table_name = $view ORDER BY column_index",
            {"view": view.name},
        ).fetchall()
        yield from described(view.name, view.doc, columns)


def _macros(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    yield "## Macros"
    yield ""
    yield "Used like tables."
    yield ""
    for macro in statements("macros"):
        found = connection.execute(
            "SELECT parameters FROM duckdb_functions() WHERE function_name = $macro AND function_type = 'table_macro'",
            {"macro": macro.name},
        ).fetchone()
        parameters = ", ".join(found[0]) if found else ""
        yield f"### {macro.name}({parameters})"
        yield ""
        yield macro.doc
        yield ""


def _tables(title: str, introduction: str, tables: tuple[Table, ...]) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield introduction
    yield ""
    for table in tables:
        types = column_types(table)
        columns = [
            (column.name, types[column.name] + ("" if column.required else ", may be NULL"), comment_of(column))
            for column in table.columns
        ]
        yield from described(table.name, f"{table.doc} Key: {', '.join(table.key)}.", columns)


def _checks() -> Iterator[str]:
    yield "## Checks"
    yield ""
    yield "Asked before a state is published: `stop` keeps the old one published, `warn` is a row in `check_results`."
    yield ""
    yield "| check | severity | asks for |"
    yield "|---|---|---|"
    for check in checks():
        yield f"| `{check.name}` | {check.severity} | {_escaped(check.doc)} |"


def described(name: str, doc: str, columns: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """Lines of one table: its columns as name, type and meaning."""
    yield f"### {name}"
    yield ""
    yield doc
    yield ""
    yield "| column | type | meaning |"
    yield "|---|---|---|"
    for column, type_, meaning in columns:
        yield f"| `{column}` | {_escaped(type_)} | {_escaped(meaning)} |"
    yield ""


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    FILE.write_text(dictionary_markdown(), encoding="utf-8")
