"""The questions of the report page (``sql/report/``), asked of one published state for some days and sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import duckdb

from warehouse.home import Home
from warehouse.query import open_read_only
from warehouse.statements import statement, statements

Row = Mapping[str, Any]
"""One row of an answer, by column name; the SQL file says what each column means."""

USUAL_DAYS = 7
LONGEST_DAYS = 366
DAYS_SHOWN_ONE_BY_ONE = 45
"""Of a longer period the charts show weeks."""

_KNOWN = "known"


class UnanswerableError(ValueError):
    """A report that was asked for wrongly: days in the wrong order, too many of them, a source that is not there."""


@dataclass(frozen=True, slots=True)
class Period:
    """UTC days from ``since`` until before ``until``, and the equally long period before them."""

    since: date
    until: date

    @property
    def days(self) -> int:
        """How many they are."""
        return (self.until - self.since).days

    @property
    def last(self) -> date:
        """The last of them."""
        return self.until - timedelta(days=1)

    @property
    def before(self) -> date:
        """First day of the period before."""
        return self.since - (self.until - self.since)

    @property
    def step(self) -> Literal["day", "week"]:
        """What the charts count by; weeks begin on Mondays."""
        return "day" if self.days <= DAYS_SHOWN_ONE_BY_ONE else "week"


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that the report page shows."""

    period: Period
    sources: tuple[str, ...]
    every_source: bool
    """Whether these are all sources that the database knows."""
    published_at: datetime
    """UTC, without a zone."""
    definitions: str
    last_day: date | None
    """The last day with articles, in all sources."""
    answers: Mapping[str, tuple[Row, ...]]
    """Rows by the name of the question."""


def overview(
    home: Home, *, since: date | None = None, until: date | None = None, sources: Sequence[str] = ()
) -> Overview:
    """Answers for the days from ``since`` until before ``until``.

    Args:
        home: Where the database is published.
        since: First day; by default seven days before ``until``.
        until: Day after the last one; by default the day after the last one that has articles, which is not after
            the publication.
        sources: Only these; all by default.

    Raises:
        NoDatabaseError: nothing has been published yet.
        UnanswerableError: the days or sources make no sense.
    """
    with open_read_only(home) as connection:
        [known] = _rows(connection, _KNOWN, {})
        if unknown := sorted(set(sources) - set(known["sources"])):
            raise UnanswerableError(
                f"There is no source {', '.join(unknown)} in {home.database}; it has "
                f"{', '.join(known['sources']) or 'none yet'}."
            )
        last_day = known["last_day"] or known["published_at"].date()
        period = _period(since, until, last_day)
        chosen = tuple(sorted(set(sources))) or tuple(known["sources"])
        values = {
            "before": period.before,
            "since": period.since,
            "until": period.until,
            "step": period.step,
            "sources": list(chosen),
        }
        answers = {
            each.name: tuple(_rows(connection, each.name, values))
            for each in statements("report")
            if each.name != _KNOWN
        }
    return Overview(
        period,
        chosen,
        chosen == tuple(known["sources"]),
        known["published_at"],
        known["definitions"],
        known["last_day"],
        answers,
    )


def _period(since: date | None, until: date | None, last_day: date) -> Period:
    if until is None:
        until = last_day + timedelta(days=1)
        if since is not None and since >= until:
            until = since + timedelta(days=1)
    if since is None:
        since = until - timedelta(days=USUAL_DAYS)
    if since >= until:
        raise UnanswerableError(f"The report's first day, {since}, is not before its end, {until}.")
    if (until - since).days > LONGEST_DAYS:
        raise UnanswerableError(
            f"{since} to {until} are {(until - since).days} days; a report covers {LONGEST_DAYS} at most."
        )
    return Period(since, until)


def _rows(connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, object]) -> list[Row]:
    [parsed] = duckdb.extract_statements(statement("report", name).sql)
    result = connection.execute(parsed, {key: values[key] for key in parsed.named_parameters})
    columns = [str(column) for column, *_ in result.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
