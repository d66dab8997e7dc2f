"""DuckDB's tables, views, macros and comments, derived from the schemas and the SQL files.

Instants are stored as TIMESTAMP in UTC, without a zone. TIMESTAMP WITH TIME ZONE would print, and fall on a day, by
the zone of whoever asks, and Python's client reads it only where pytz is installed.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cache

import duckdb

from transforms.schemas import INSTANT, Column, Table
from warehouse.state import STATE, loaded_tables
from warehouse.statements import Statement, statements

STORAGE_VERSION = "v1.5.0"
"""Storage format of the file: the newest that DuckDB 1.5 opens."""


def database_tables() -> tuple[Table, ...]:
    """Every table of the schema ``lake``: the loaded ones and the loader's own."""
    return (*loaded_tables(), *STATE.values())


def quoted(name: str) -> str:
    """Name as an SQL identifier."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def literal(text: str) -> str:
    """Text as an SQL string."""
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


@cache
def column_types(table: Table) -> Mapping[str, str]:
    """DuckDB's type of each column, by DuckDB's own reading of the Arrow schema."""
    connection = duckdb.connect()
    try:
        connection.register("empty", table.schema.empty_table())
        described = connection.execute("DESCRIBE SELECT * FROM empty").fetchall()
    finally:
        connection.close()
    types = {str(name): str(type_) for name, type_, *_ in described}
    return {column.name: "TIMESTAMP" if is_instant(column) else types[column.name] for column in table.columns}


def is_instant(column: Column) -> bool:
    """Whether the column is an instant: with a zone in Arrow, without one in DuckDB."""
    return bool(column.type == INSTANT)


def stored_values(table: Table, relation: str) -> str:
    """SELECT of the relation's rows with the table's columns as DuckDB stores them.

    A column that the relation lacks is NULL, one that is not declared is left out: files are older or newer than the
    schema.
    """
    arrow = {column.name: "TIMESTAMPTZ" if is_instant(column) else None for column in table.columns}
    types = column_types(table)
    empty = ", ".join(f"NULL::{arrow[name] or type_} AS {quoted(name)}" for name, type_ in types.items())
    chosen = ", ".join(
        f"{quoted(column.name)} AT TIME ZONE 'UTC' AS {quoted(column.name)}"
        if is_instant(column)
        else quoted(column.name)
        for column in table.columns
    )
    return f"SELECT {chosen} FROM (SELECT {empty} WHERE false UNION ALL BY NAME SELECT * FROM {relation})"


@cache
def definitions_hash() -> str:
    """Hash of everything that shapes the database: another hash means views, comments and checks are made anew."""
    digest = hashlib.sha256(STORAGE_VERSION.encode())
    for table in database_tables():
        digest.update(repr((table.name, table.doc, table.key)).encode())
        for column in table.columns:
            digest.update(repr((column.name, str(column.type), comment_of(column), column.required)).encode())
            digest.update(repr(column.span_of).encode())
    for kind in ("views", "macros", "checks", "load"):
        for each in statements(kind):
            digest.update(repr((kind, each.name, each.sql)).encode())
    return digest.hexdigest()


def comment_of(column: Column) -> str:
    """The column's sentence, and its values where they are a closed list."""
    return f"{column.doc} One of: {', '.join(column.values)}." if column.values else column.doc


def fits(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the tables of the current database can be brought to today's schemas by adding columns."""
    present = _present_columns(connection)
    return all(
        types.get(column) == type_
        for table in database_tables()
        for types in [column_types(table)]
        for column, type_ in present.get(table.name, {}).items()
    )


def define(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring tables, views, macros and comments of the current database to today's definitions.

    Tables keep their rows: what they lack is added as NULL. Views and macros are dropped, whoever made them, and made
    anew.
    """
    connection.execute("CREATE SCHEMA IF NOT EXISTS lake")
    present = _present_columns(connection)
    for table in database_tables():
        _define_table(connection, table, present.get(table.name))
    _drop_views_and_macros(connection)
    _create_in_any_order(connection, statements("views"))
    for view in statements("views"):
        _comment_view(connection, view)
    for macro in statements("macros"):
        connection.execute(macro.sql)
        connection.execute(f"COMMENT ON MACRO TABLE {quoted(macro.name)} IS {literal(macro.doc)}")


def _present_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Columns and types of the tables that are there."""
    rows = connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = current_database() AND schema_name = 'lake'"
    ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for table, column, type_ in rows:
        tables.setdefault(table, {})[column] = type_
    return tables


def _define_table(connection: duckdb.DuckDBPyConnection, table: Table, present: Mapping[str, str] | None) -> None:
    name = f"lake.{quoted(table.name)}"
    types = column_types(table)
    # No keys and no NOT NULL: keys double the file, and a column that is added later could not have them.
    columns = ", ".join(f"{quoted(column)} {type_}" for column, type_ in types.items())
    connection.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns})")
    for column, type_ in types.items():
        if present is not None and column not in present:
            connection.execute(f"ALTER TABLE {name} ADD COLUMN {quoted(column)} {type_}")
    connection.execute(f"COMMENT ON TABLE {name} IS {literal(table.doc)}")
    for each in table.columns:
        connection.execute(f"COMMENT ON COLUMN {name}.{quoted(each.name)} IS {literal(comment_of(each))}")


def _drop_views_and_macros(connection: duckdb.DuckDBPyConnection) -> None:
    views = connection.execute(
        "SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = current_database() AND NOT internal"
    ).fetchall()
    macros = connection.execute(
        "SELECT DISTINCT schema_name, function_name, function_type FROM duckdb_functions() "
        "WHERE database_name = current_database() AND NOT internal"
    ).fetchall()
    for schema, view in views:
        connection.execute(f"DROP VIEW {quoted(schema)}.{quoted(view)} CASCADE")
    for schema, macro, type_ in macros:
        kind = "MACRO TABLE" if type_ == "table_macro" else "MACRO"
        connection.execute(f"DROP {kind} {quoted(schema)}.{quoted(macro)}")


def _create_in_any_order(connection: duckdb.DuckDBPyConnection, views: Iterable[Statement]) -> None:
    """Create views that may read each other: those that another one waits for come first."""
    waiting = sorted(views, key=lambda view: view.name)
    while waiting:
        names = {view.name for view in waiting}
        ready = [view for view in waiting if not (_relations(view.sql) & names - {view.name})]
        if not ready:
            raise ValueError(f"views read each other in a circle: {sorted(names)}")
        for view in ready:
            connection.execute(view.sql)
        waiting = [view for view in waiting if view not in ready]


def _relations(sql: str) -> set[str]:
    """Names without a schema that the statement reads from."""
    return set(re.findall(r"\b(?:FROM|JOIN)\s+(\w+)\b(?!\.)", sql))


def _comment_view(connection: duckdb.DuckDBPyConnection, view: Statement) -> None:
    connection.execute(f"COMMENT ON VIEW {quoted(view.name)} IS {literal(view.doc)}")
    described = connection.execute(f"DESCRIBE {quoted(view.name)}").fetchall()
    inherited = _inherited_comments(view)
    for name, *_ in described:
        comment = view.columns.get(name) or inherited.get(name)
        if comment is None:
            raise ValueError(f"views/{view.name}.sql: no sentence for the column {name}")
        connection.execute(f"COMMENT ON COLUMN {quoted(view.name)}.{quoted(name)} IS {literal(comment)}")


def _inherited_comments(view: Statement) -> dict[str, str]:
    """Sentences by column name, of the tables and views that the view reads, the first one named counting most."""
    tables = {table.name: table for table in database_tables()}
    views = {each.name: each for each in statements("views") if each.name != view.name}
    comments: dict[str, str] = {}
    for schema, name in re.findall(r"\b(?:FROM|JOIN)\s+(?:(lake)\.)?(\w+)", view.sql):
        if schema and name in tables:
            found = {column.name: comment_of(column) for column in tables[name].columns}
        elif name in views:
            found = {**_inherited_comments(views[name]), **views[name].columns}
        else:
            continue
        comments = {**found, **comments}
    return comments
