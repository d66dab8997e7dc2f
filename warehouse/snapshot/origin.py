"""Where the numbers of a snapshot came from: the state it was taken of, its tools, its gaps, its rights."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import duckdb

from warehouse.ddl import literal
from warehouse.snapshot.content_hash import content_of
from warehouse.snapshot.selection import Resource, Rows


@dataclass(frozen=True, slots=True)
class Extent:
    """What the written rows of a resource span; empty where it has no column of that name."""

    first_day: date | None = None
    last_day: date | None = None
    sources: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """Days of a source, one after the other, that were not fetched in full."""

    status: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """How far a source was fetched in the days that a snapshot spans."""

    source: str
    first_day: date
    last_day: date
    days: int
    days_done: int
    articles: int
    waiting: int
    """Pages that are still to be asked for."""
    refused: int
    """Pages that could not be had."""
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Rights:
    """What the articles of those days and sources say of their own use."""

    articles: int
    with_terms: int
    """Articles that name terms for reuse or data mining."""
    licences: tuple[tuple[str, int], ...]
    """URL and articles, the most frequent first."""
    access: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """The published state and what it says of the days and sources of a snapshot."""

    published_at: datetime
    definitions: str
    """Hash of tables, views, macros and checks."""
    state: str
    """Hash of which version of which file is loaded."""
    tools: tuple[str, ...]
    models: tuple[str, ...]
    coverage: tuple[SourceCoverage, ...]
    rights: Rights


def extent_of(connection: duckdb.DuckDBPyConnection, resource: Resource, files: Sequence[str]) -> Extent:
    """What the written files of a resource span.

    Args:
        connection: One that may read the files.
        resource: What was written.
        files: Their paths.
    """
    types = {column.name: column.type for column in resource.columns}
    dated, named = types.get("day") == "DATE", types.get("source") == "VARCHAR"
    lists = [
        f"coalesce(list_sort(list(DISTINCT {name}) FILTER ({name} IS NOT NULL)), [])"
        if types.get(name) == "VARCHAR"
        else "[]"
        for name in ("source", "tool", "model")
    ]
    if not dated and not named and lists == ["[]"] * 3:
        return Extent()
    days = "min(day), max(day)" if dated else "NULL, NULL"
    spanned = f"SELECT {days}, {', '.join(lists)} FROM {parquet(files)}"
    [(first, last, sources, tools, models)] = connection.execute(spanned).fetchall()
    return Extent(first, last, tuple(sources), tuple(tools), tuple(models))


def parquet(files: Sequence[str]) -> str:
    """The rows of some Parquet files, as what stands after FROM."""
    return f"read_parquet([{', '.join(map(literal, files))}])"


def origin_of(connection: duckdb.DuckDBPyConnection, rows: Rows) -> Origin:
    """The state that a connection reads, with its coverage and rights for some days and sources."""
    [publication] = connection.execute("SELECT published_at, definitions FROM publication").fetchall()
    return Origin(
        published_at=publication[0],
        definitions=publication[1],
        state=content_of(connection, "SELECT part, table_name, content_hash FROM lake.loaded_parts").digest,
        tools=_texts(connection, "SELECT DISTINCT tool FROM lake.loaded_parts ORDER BY tool"),
        models=_texts(connection, "SELECT DISTINCT model FROM lake.annotations WHERE model IS NOT NULL ORDER BY model"),
        coverage=_coverage(connection, rows),
        rights=_rights(connection, rows),
    )


def _texts(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[str, ...]:
    return tuple(text for (text,) in connection.execute(sql).fetchall())


def _coverage(connection: duckdb.DuckDBPyConnection, rows: Rows) -> tuple[SourceCoverage, ...]:
    found = connection.execute(
        "SELECT source, day, status, articles, waiting, refused FROM coverage "
        f"WHERE {rows.condition()} ORDER BY source, day"
    ).fetchall()
    by_source: dict[str, list[tuple[Any, ...]]] = {}
    for source, *day in found:
        by_source.setdefault(source, []).append(tuple(day))
    return tuple(
        SourceCoverage(
            source=source,
            first_day=days[0][0],
            last_day=days[-1][0],
            days=len(days),
            days_done=sum(status == "done" for _, status, *_ in days),
            articles=sum(day[2] for day in days),
            waiting=sum(day[3] for day in days),
            refused=sum(day[4] for day in days),
            gaps=_gaps([(day[0], day[1]) for day in days]),
        )
        for source, days in by_source.items()
    )


def _gaps(days: Sequence[tuple[date, str]]) -> tuple[Gap, ...]:
    gaps: list[Gap] = []
    for day, status in days:
        if status == "done":
            continue
        if gaps and gaps[-1].status == status and gaps[-1].last_day + timedelta(days=1) == day:
            gaps[-1] = Gap(status, gaps[-1].first_day, day)
        else:
            gaps.append(Gap(status, day, day))
    return tuple(gaps)


def _rights(connection: duckdb.DuckDBPyConnection, rows: Rows) -> Rights:
    chosen = f"FROM articles WHERE {rows.condition()}"
    [(articles, with_terms)] = connection.execute(f"SELECT count(*), count(terms_url) {chosen}").fetchall()
    licences, access = (
        tuple(
            connection.execute(
                f"SELECT {column}, count(*) AS articles {chosen} AND {column} IS NOT NULL "
                f"GROUP BY {column} ORDER BY articles DESC, {column}"
            ).fetchall()
        )
        for column in ("licence_url", "access")
    )
    return Rights(articles, with_terms, licences, access)
