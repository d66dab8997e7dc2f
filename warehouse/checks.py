"""Questions put to a database before it is published: those that derive from the schemas, and sql/checks.

A check looks for rows that offend. Checks that derive from the schemas look only at the parts that changed
(``changed_parts``, a temporary table of the loader): what was published had passed them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import duckdb

from warehouse.schema_checks import schema_checks
from warehouse.state import loaded_tables
from warehouse.statements import Severity, statements

SAMPLE_ROWS = 5
"""Offending rows that are shown of each check."""


@dataclass(frozen=True, slots=True)
class Check:
    """A question to the database: which rows of a relation meet the condition, and so offend."""

    name: str
    doc: str
    severity: Severity
    relation: str
    condition: str
    columns: str
    """What to show of an offending row; with ``part`` where the rows have one."""


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
    """Parts that have offending rows, where the check tells: those that are held back."""

    @property
    def stops(self) -> bool:
        """Whether what it found must not be published."""
        return self.severity == "stop" and self.offending > 0


def checks() -> tuple[Check, ...]:
    """All checks: by table, then those of the SQL files by name."""
    derived = [
        Check(rule.name, rule.doc, "stop", rule.relation, rule.condition, rule.columns)
        for table in loaded_tables()
        for rule in schema_checks(table)
    ]
    written = [
        Check(each.name, each.doc, each.severity or "stop", f"({each.sql.rstrip().rstrip(';')})", "true", "*")
        for each in statements("checks")
    ]
    return (*derived, *written)


def run_checks(connection: duckdb.DuckDBPyConnection) -> tuple[CheckResult, ...]:
    """Ask every check of the current database; the loader has made ``changed_parts``."""
    return tuple(
        _result(connection, check, offending)
        for relation, group in groupby(checks(), key=lambda check: check.relation)
        for check, offending in _counted(connection, relation, tuple(group))
    )


def _counted(connection: duckdb.DuckDBPyConnection, relation: str, asked: Sequence[Check]) -> list[tuple[Check, int]]:
    """Offending rows of all checks of a relation, in one pass over it."""
    counts = ", ".join(f"count(*) FILTER ({check.condition})" for check in asked)
    [row] = connection.execute(f"SELECT {counts} FROM {relation}").fetchall()
    return [(check, int(count)) for check, count in zip(asked, row, strict=True)]


def _result(connection: duckdb.DuckDBPyConnection, check: Check, offending: int) -> CheckResult:
    if not offending:
        return CheckResult(check.name, check.doc, check.severity, 0, (), ())
    found = f"(SELECT {check.columns} FROM {check.relation} WHERE {check.condition}) AS offending_rows"
    sample = connection.execute(
        f"SELECT to_json(offending_rows)::VARCHAR FROM {found} ORDER BY 1 LIMIT {SAMPLE_ROWS}"
    ).fetchall()
    columns = {name for name, *_ in connection.execute(f"DESCRIBE SELECT * FROM {found}").fetchall()}
    parts: list[tuple[object, ...]] = []
    if "part" in columns:
        parts = connection.execute(f"SELECT DISTINCT part FROM {found} ORDER BY part").fetchall()
    return CheckResult(
        check.name,
        check.doc,
        check.severity,
        offending,
        tuple(str(json) for (json,) in sample),
        tuple(str(part) for (part,) in parts),
    )
