"""What goes into a snapshot: each table or query as one SELECT that gives the same rows whenever the state is the same.

The SELECT names its columns, so that columns added later do not change it, and has only types that Parquet keeps:
HUGEINT becomes DECIMAL(38,0), any other type that Parquet lacks becomes text.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.ddl import literal, quoted
from warehouse.query import QueryError
from warehouse.slots import NAME
from warehouse.snapshot.column_origins import column_docs, known_columns

_KEPT = frozenset(
    {
        "boolean", "tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger", "ubigint", "float",
        "double", "decimal", "varchar", "blob", "date", "time", "timestamp", "timestamp_s", "timestamp_ms",
        "timestamp_ns", "timestamp with time zone",
    }
)  # fmt: skip
_NESTED = frozenset({"list", "array", "struct", "map"})
_WHOLE = frozenset({"hugeint", "uhugeint"})
_RESOURCE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*")
_RESERVED = frozenset({"readme", "dictionary", "datapackage"})


class SelectionError(ValueError):
    """What was asked for cannot be exported as it was said; the message says what can."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows of a table are wanted, by its columns ``day`` and ``source``; all by default."""

    since: date | None = None
    """First day."""
    until: date | None = None
    """Day after the last one."""
    sources: tuple[str, ...] = ()

    def condition(self) -> str:
        """As an SQL expression."""
        terms = [f"day >= DATE '{self.since}'"] if self.since else []
        terms += [f"day < DATE '{self.until}'"] if self.until else []
        terms += [f"source IN ({', '.join(map(literal, self.sources))})"] if self.sources else []
        return " AND ".join(terms) or "true"

    def told(self) -> str:
        """For a person."""
        days = [f"from {self.since}"] if self.since else []
        days += [f"before {self.until}"] if self.until else []
        sources = f"sources {', '.join(self.sources)}" if self.sources else "all sources"
        return f"{sources}, {'days ' + ' '.join(days) if days else 'all days'}"


@dataclass(frozen=True, slots=True)
class ResourceColumn:
    """A column of a resource."""

    name: str
    type: str
    """As DuckDB names it."""
    doc: str | None
    """None where it is computed by a query: then the query is its documentation."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One table or query to be exported."""

    name: str
    sql: str
    """The SELECT of its rows."""
    columns: tuple[ResourceColumn, ...]
    doc: str
    query: str | None = None
    """As it was given; None for a table or view."""

    @property
    def ordered(self) -> str:
        """The SELECT with its rows sorted by all columns, the first one first."""
        return f"SELECT * FROM (\n{self.sql}\n) ORDER BY ALL NULLS LAST"


def table_resource(connection: duckdb.DuckDBPyConnection, table: str, rows: Rows) -> Resource:
    """A view, or a table as ``lake.NAME``.

    Raises:
        SelectionError: there is no such table, or it lacks the column that rows are chosen by.
    """
    schema, _, name = table.rpartition(".")
    schema = schema or "main"
    columns = known_columns(connection).get((schema, name))
    if columns is None:
        known = ", ".join(sorted(name for schema, name in known_columns(connection) if schema == "main"))
        raise SelectionError(f"there is no table {table}; there are {known}, and the tables of the schema lake")
    for column, wanted in (("day", rows.since or rows.until), ("source", rows.sources)):
        if wanted and column not in columns:
            option = "--since and --until choose" if column == "day" else "--source chooses"
            raise SelectionError(f"{table} has no column {column}, which {option} by: ask for it by --query")
    place = f"{quoted(schema)}.{quoted(name)}"
    where = "" if rows == Rows() else f" WHERE {rows.condition()}"
    [(comment,)] = connection.execute(
        "SELECT comment FROM (SELECT schema_name, view_name AS name, comment, database_name FROM duckdb_views() "
        "UNION ALL SELECT schema_name, table_name, comment, database_name FROM duckdb_tables()) "
        "WHERE schema_name = $schema AND name = $name AND database_name = $database",
        {"schema": schema, "name": name, "database": NAME},
    ).fetchall()
    return _resource(
        connection,
        table,
        f"FROM {place}{where}",
        docs={name: doc for name, (_, doc) in columns.items() if doc},
        doc=comment or "",
    )


def query_resource(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> Resource:
    """The rows of a query.

    Raises:
        SelectionError: it is no single SELECT, or the name is none for a file.
        QueryError: the query is wrong; DuckDB's message says where.
    """
    if not _RESOURCE_NAME.fullmatch(name) or name in _RESERVED:
        raise SelectionError(f"{name!r} is no name for a query: small letters, digits, _ and -, such as 'most-quoted'")
    text = single_select(query)
    try:
        docs = column_docs(connection, text)
        return _resource(connection, name, f"FROM (\n{text}\n)", docs=docs, doc="A query.", query=text)
    except duckdb.Error as error:
        raise QueryError(f"{name}: {error}") from error


def single_select(query: str) -> str:
    """The query without the semicolon at its end.

    Raises:
        SelectionError: it is no single SELECT.
        QueryError: it is no SQL.
    """
    try:
        found = duckdb.extract_statements(query)
    except duckdb.Error as error:
        raise QueryError(str(error)) from error
    if len(found) != 1 or found[0].type != duckdb.StatementType.SELECT:
        raise SelectionError("a query to be exported is one SELECT")
    return found[0].query.strip().removesuffix(";").strip()


def checked_names(resources: Sequence[Resource]) -> None:
    """Raise SelectionError where two resources have one name."""
    names = [resource.name for resource in resources]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SelectionError(f"two tables or queries are called {', '.join(twice)}: give each its own --name")


def _resource(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    source: str,
    *,
    docs: Mapping[str, str],
    doc: str,
    query: str | None = None,
) -> Resource:
    relation = connection.sql(f"SELECT * {source}")
    # DuckDB numbers the names of a subquery's columns where two are equal.
    kept = ", ".join(_kept(str(column), type_) for column, type_ in zip(relation.columns, relation.types, strict=True))
    sql = f"SELECT {kept} {source}"
    described = connection.execute(f"DESCRIBE {sql}").fetchall()
    columns = tuple(ResourceColumn(str(column), str(type_), docs.get(str(column))) for column, type_, *_ in described)
    return Resource(name, sql, columns, doc, query)


def _kept(column: str, type_: "duckdb.sqltypes.DuckDBPyType") -> str:
    """The column as a type that Parquet has."""
    name = quoted(column)
    if _is_kept(type_):
        return name
    if type_.id in _WHOLE:
        return f"CAST({name} AS DECIMAL(38, 0)) AS {name}"
    if type_.id in _NESTED:
        return f"CAST(to_json({name}) AS VARCHAR) AS {name}"
    return f"CAST({name} AS VARCHAR) AS {name}"


def _is_kept(type_: "duckdb.sqltypes.DuckDBPyType") -> bool:
    if type_.id in _NESTED:
        # An array's length is among its children.
        return all(_is_kept(child) for _, child in type_.children if isinstance(child, duckdb.sqltypes.DuckDBPyType))
    # JSON is text with a rule of its own, and would come back as plain text.
    return type_.id in _KEPT and str(type_) != "JSON"
