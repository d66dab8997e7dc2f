"""Questions put to a database before it is published: those that derive from the schemas, and sql/checks.

A check is a SELECT of the rows that offend. Checks that derive from the schemas look only at the parts that changed
(``changed_parts``, a temporary table of the loader): what was published had passed them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from transforms.schemas import ARTICLES, Column, Table
from warehouse.ddl import literal, quoted
from warehouse.state import loaded_tables
from warehouse.statements import Severity, statements

SAMPLE_ROWS = 5
"""Offending rows that are shown of each check."""

NAMED_PARTS = 100
"""Parts with offending rows that are named of each check."""


@dataclass(frozen=True, slots=True)
class Check:
    """A question to the database."""

    name: str
    doc: str
    severity: Severity
    sql: str
    """SELECT of the offending rows, with a column ``part`` where the rows have one."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found."""

    name: str
    doc: str
    severity: Severity
    offending: int
    sample: tuple[str, ...]
    """Some of the offending rows, as JSON."""
    parts: tuple[str, ...]
    """Parts that have offending rows, where the check tells: those that could be held back."""

    @property
    def stops(self) -> bool:
        """Whether the database must not be published."""
        return self.severity == "stop" and self.offending > 0


def checks() -> tuple[Check, ...]:
    """All checks: by table, then those of the SQL files by name."""
    derived = [check for table in loaded_tables() for check in derived_checks(table)]
    written = [Check(each.name, each.doc, each.severity or "stop", _body(each.sql)) for each in statements("checks")]
    return (*derived, *written)


def run_checks(connection: duckdb.DuckDBPyConnection) -> tuple[CheckResult, ...]:
    """Ask every check of the current database; the loader has made ``changed_parts``."""
    return tuple(_ask(connection, check) for check in checks())


def derived_checks(table: Table) -> Iterator[Check]:
    """What the schema of a table promises, as questions to its changed parts."""
    changed = f"(SELECT * FROM lake.{quoted(table.name)} WHERE part IN (SELECT part FROM changed_parts))"
    key = ", ".join(quoted(name) for name in table.key)
    yield Check(
        f"{table.name}.rows",
        f"Parts of {table.name} that have not as many rows as their file.",
        "stop",
        f"""SELECT coalesce(file.part, held.part) AS part, file.rows AS expected, held.rows AS found
        FROM (SELECT part, rows FROM lake.loaded_parts
              WHERE table_name = {literal(table.name)} AND part IN (SELECT part FROM changed_parts)) AS file
        FULL JOIN (SELECT part, count(*) AS rows FROM {changed} GROUP BY part) AS held ON held.part = file.part
        WHERE file.rows IS DISTINCT FROM held.rows AND coalesce(file.rows, 0) <> coalesce(held.rows, 0)""",
    )
    if required := [quoted(column.name) for column in table.columns if column.required]:
        yield Check(
            f"{table.name}.required",
            f"Rows of {table.name} that lack a required value.",
            "stop",
            f"SELECT part, {key} FROM {changed} WHERE {' OR '.join(f'{name} IS NULL' for name in required)}",
        )
    yield Check(
        f"{table.name}.key",
        f"Rows of {table.name} that share {', '.join(table.key)} within a part.",
        "stop",
        # Across parts a page may be there twice: fetched twice without a change. Views show one of them.
        f"SELECT part, {key}, count(*) AS times FROM {changed} GROUP BY part, {key} HAVING count(*) > 1",
    )
    for column in table.columns:
        if column.values:
            name = quoted(column.name)
            allowed = ", ".join(literal(value) for value in column.values)
            yield Check(
                f"{table.name}.{column.name}",
                f"Rows of {table.name} whose {column.name} is not one of its values.",
                "stop",
                f"SELECT part, {key}, {name} FROM {changed} WHERE {name} NOT IN ({allowed})",
            )
    if table.step == "annotate":
        yield Check(
            f"{table.name}.page_id",
            f"Rows of {table.name} whose page has no article in the same part.",
            "stop",
            f"""SELECT part, {key} FROM {changed} AS held
            ANTI JOIN lake.articles AS article ON article.page_id = held.page_id AND article.part = held.part""",
        )
    yield from _span_checks(table, changed, key)


def _span_checks(table: Table, changed: str, key: str) -> Iterator[Check]:
    """Offsets lie inside the article's text, and the text there is the surface."""
    if table is ARTICLES:
        with_text = changed
    else:
        keys = ", ".join(f"held.{quoted(name)}" for name in table.key if name not in ("page_id", "part"))
        key = ", ".join(name for name in ("held.part", "held.page_id", keys) if name)
        with_text = f"""{changed} AS held
            JOIN (SELECT page_id, part, text FROM lake.articles WHERE part IN (SELECT part FROM changed_parts))
                AS article ON article.page_id = held.page_id AND article.part = held.part"""
    for column in table.columns:
        name = quoted(column.name)
        if column.span_of is not None:
            end = quoted(column.name.removesuffix("start") + "end")
            surface = quoted(column.span_of)
            yield Check(
                f"{table.name}.{column.name}",
                f"Rows of {table.name} whose {column.span_of} is not the text at {column.name}.",
                "stop",
                f"""SELECT {key}, {name}, {end}, {surface} FROM {with_text}
                WHERE {name} IS NOT NULL AND (
                    {name} < 0 OR {end} IS NULL OR {end} < {name}
                    OR substr(text, {name} + 1, {end} - {name}) IS DISTINCT FROM {surface})""",
            )
        elif spans := _span_fields(column):
            wrong = "span.start < 0 OR span.end < span.start OR span.end > length(text)"
            if "text" in spans:
                wrong += " OR substr(text, span.start + 1, span.end - span.start) <> span.text"
            yield Check(
                f"{table.name}.{column.name}",
                f"Rows of {table.name} in which a span of {column.name} is not in the text.",
                "stop",
                f"""SELECT {key}, {name} FROM {with_text}
                WHERE len(list_filter({name}, lambda span: {wrong})) > 0""",
            )


def _span_fields(column: Column) -> frozenset[str]:
    """Fields of the column's items, where they are spans."""
    if not pa.types.is_list(column.type) or not pa.types.is_struct(column.type.value_type):
        return frozenset()
    fields = frozenset(field.name for field in column.type.value_type)
    return fields if {"start", "end"} <= fields else frozenset()


def _ask(connection: duckdb.DuckDBPyConnection, check: Check) -> CheckResult:
    row = connection.execute(f"SELECT count(*) FROM ({check.sql})").fetchone()
    offending = int(row[0]) if row else 0
    if not offending:
        return CheckResult(check.name, check.doc, check.severity, 0, (), ())
    sample = connection.execute(
        f"SELECT to_json(offending)::VARCHAR FROM ({check.sql}) AS offending ORDER BY 1 LIMIT {SAMPLE_ROWS}"
    ).fetchall()
    columns = {name for name, *_ in connection.execute(f"DESCRIBE ({check.sql})").fetchall()}
    parts = (
        connection.execute(f"SELECT DISTINCT part FROM ({check.sql}) ORDER BY part LIMIT {NAMED_PARTS}").fetchall()
        if "part" in columns
        else []
    )
    return CheckResult(
        check.name,
        check.doc,
        check.severity,
        offending,
        tuple(str(json) for (json,) in sample),
        tuple(str(part) for (part,) in parts),
    )


def _body(sql: str) -> str:
    """The statement as something that can stand in brackets."""
    return sql.rstrip().rstrip(";")
