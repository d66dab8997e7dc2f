"""Bring one DuckDB file to the state of the catalogue: delete and insert only the parts that differ.

Works on the current database of a connection, inside the caller's transaction.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from transforms.schemas import TABLES, Table
from warehouse import stories
from warehouse.catalogue import Catalogue
from warehouse.ddl import definitions_hash, literal, quoted, stored_values
from warehouse.lake import Lake
from warehouse.parts import PartFile
from warehouse.records import DayState
from warehouse.state import LATEST_PAGES, LOADED_PARTS, RUNS, SOURCE_DAYS, loaded_tables
from warehouse.statements import statement

FILES_AT_ONCE = 256
"""Parquet files read by one statement: their footers are in memory together."""

RUNS_KEPT = 10_000
"""Latest runs that are shown in the database; the catalogue keeps all."""


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """One version of one table of one part, as a database holds it."""

    part: str
    table: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a database should hold, as the catalogue said at one moment."""

    files: Mapping[LoadedFile, PartFile]
    days: tuple[DayState, ...]
    kept: frozenset[LoadedFile] = frozenset()
    """What stays as it is published, though the catalogue has other files of those parts."""

    @classmethod
    def of(cls, catalogue: Catalogue) -> "Wanted":
        """The catalogue's files, and the state of every day from a source's first window to its last."""
        files = {
            LoadedFile(file.part.name, file.table, file.content_hash): file
            for file in catalogue.files()
            if file.table in TABLES
        }
        return cls(files, tuple(_days(catalogue)))

    def without(self, parts: Collection[str], kept: Iterable[LoadedFile]) -> "Wanted":
        """The same with those parts left out, or as they are in ``kept``."""
        files = {key: file for key, file in self.files.items() if key.part not in parts}
        return replace(self, files=files, kept=frozenset(kept))


@dataclass(frozen=True, slots=True)
class Difference:
    """What a database holds too much and what it lacks."""

    stale: tuple[LoadedFile, ...]
    lacking: tuple[PartFile, ...]

    @property
    def parts(self) -> tuple[str, ...]:
        """Parts of which something differs, in order."""
        return tuple(sorted({file.part for file in self.stale} | {file.part.name for file in self.lacking}))


def has_days(connection: duckdb.DuckDBPyConnection, wanted: Wanted) -> bool:
    """Whether the database tells of the wanted days; gaps do not count, as those of today move with the clock."""
    days = connection.execute(
        "SELECT source, day, status, pages, parts, got, waiting, refused FROM lake.source_days"
    ).fetchall()
    return set(days) == {
        (day.source, day.day, day.status, day.pages, day.parts, day.counts.got, day.counts.waiting, day.counts.refused)
        for day in wanted.days
    }


def has_definitions(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether tables, views, macros and checks of the database are today's."""
    return _definitions(connection) == definitions_hash()


def difference(loaded: frozenset[LoadedFile], wanted: Wanted) -> Difference:
    """What must be deleted and inserted where those files are loaded."""
    stale = sorted(
        loaded - wanted.files.keys() - wanted.kept, key=lambda file: (file.part, file.table, file.content_hash)
    )
    return Difference(tuple(stale), tuple(file for key, file in wanted.files.items() if key not in loaded))


def loaded_files(connection: duckdb.DuckDBPyConnection) -> frozenset[LoadedFile]:
    """The files that a database holds; none where it is new."""
    if not _exists(connection, "loaded_parts"):
        return frozenset()
    rows = connection.execute("SELECT part, table_name, content_hash FROM lake.loaded_parts").fetchall()
    return frozenset(LoadedFile(*row) for row in rows)


def mark_all_parts_changed(connection: duckdb.DuckDBPyConnection) -> None:
    """Let the checks look at every part."""
    connection.execute("CREATE OR REPLACE TEMP TABLE changed_parts AS SELECT DISTINCT part FROM lake.loaded_parts")


def apply(
    connection: duckdb.DuckDBPyConnection, changes: Difference, lake: Lake, *, other_definitions: bool = False
) -> dict[str, int]:
    """Delete and insert what differs; return the rows inserted by table.

    With ``other_definitions`` than the database was made by, what the loader derives is renewed for every article.
    Leaves a temporary table ``changed_parts`` for the checks. Memory is bounded by DuckDB's limit and the footers of
    ``FILES_AT_ONCE`` files.
    """
    _remember(connection, "changed_parts", [{"part": part} for part in changes.parts])
    connection.execute("CREATE OR REPLACE TEMP TABLE touched_articles (article_id VARCHAR)")
    for name, parts in _stale_parts(changes):
        _remember(connection, "stale_parts", [{"part": part} for part in parts])
        if name == "articles":
            _touch_articles(connection, "stale_parts")
        if TABLES[name].loaded:
            connection.execute(f"DELETE FROM lake.{quoted(name)} WHERE part IN (SELECT part FROM stale_parts)")
        connection.execute(
            "DELETE FROM lake.loaded_parts WHERE table_name = $table AND part IN (SELECT part FROM stale_parts)",
            {"table": name},
        )
    inserted = {table.name: _insert(connection, table, changes.lacking, lake) for table in loaded_tables()}
    fresh = [{"part": file.part.name} for file in changes.lacking if file.table == "articles"]
    _remember(connection, "fresh_parts", fresh)
    _touch_articles(connection, "fresh_parts")
    if other_definitions:
        connection.execute("INSERT INTO touched_articles SELECT DISTINCT article_id FROM lake.articles")
    _renew_latest_pages(connection)
    stories.renew(connection)
    insert_rows(connection, LOADED_PARTS, [_loaded_row(file) for file in changes.lacking])
    return {name: rows for name, rows in inserted.items() if rows}


def replace_days(connection: duckdb.DuckDBPyConnection, days: Sequence[DayState]) -> None:
    """Replace the state of all days."""
    connection.execute("DELETE FROM lake.source_days")
    insert_rows(
        connection,
        SOURCE_DAYS,
        [
            {
                "source": day.source,
                "day": day.day,
                "status": day.status,
                "pages": day.pages,
                "parts": day.parts,
                "gaps": [f"{gap.start.isoformat()}/{gap.end.isoformat()}" for gap in day.gaps],
                "found": day.counts.found,
                "got": day.counts.got,
                "waiting": day.counts.waiting,
                "refused": day.counts.refused,
            }
            for day in days
        ],
    )


def replace_runs(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    """Replace the log of runs by the catalogue's latest ones."""
    connection.execute("DELETE FROM lake.runs")
    insert_rows(
        connection,
        RUNS,
        [
            {
                "run_id": run.run_id,
                "kind": run.kind,
                "status": run.status,
                "started_at": run.started_at,
                "finished_at": run.finished_at,
                "report": None if run.report is None else json.dumps(run.report, ensure_ascii=False, sort_keys=True),
            }
            for run in catalogue.runs(limit=RUNS_KEPT)
        ],
    )


def insert_rows(connection: duckdb.DuckDBPyConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows into one of the loader's own tables."""
    if rows:
        connection.register("new_rows", table.rows(rows))
        connection.execute(f"INSERT INTO lake.{quoted(table.name)} BY NAME {stored_values(table, 'new_rows')}")
        connection.unregister("new_rows")


def row_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows of every loaded table."""
    counts = {}
    for table in loaded_tables():
        [[rows]] = connection.execute(f"SELECT count(*) FROM lake.{quoted(table.name)}").fetchall()
        counts[table.name] = int(rows)
    return counts


def _definitions(connection: duckdb.DuckDBPyConnection) -> str | None:
    if not _exists(connection, "publication"):
        return None
    row = connection.execute("SELECT definitions FROM lake.publication").fetchone()
    return None if row is None else str(row[0])


def _exists(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    found = connection.execute(
        "SELECT 1 FROM duckdb_tables() "
        "WHERE database_name = current_database() AND schema_name = 'lake' AND table_name = $table",
        {"table": table},
    ).fetchall()
    return bool(found)


def _loaded_row(file: PartFile) -> dict[str, Any]:
    return {
        "part": file.part.name,
        "source": file.part.source,
        "day": file.part.day,
        "table_name": file.table,
        "content_hash": file.content_hash,
        "rows": file.rows,
        "tool": file.tool,
    }


def _stale_parts(changes: Difference) -> Iterator[tuple[str, list[str]]]:
    """Parts to delete, by table; a table that no longer exists in the schemas has nothing loaded."""
    for name in TABLES:
        if parts := [file.part for file in changes.stale if file.table == name]:
            yield name, parts


def _insert(connection: duckdb.DuckDBPyConnection, table: Table, lacking: Sequence[PartFile], lake: Lake) -> int:
    paths = [_glob_of(str(lake.path(file))) for file in lacking if file.table == table.name and file.rows]
    inserted = 0
    for start in range(0, len(paths), FILES_AT_ONCE):
        files = ", ".join(literal(path) for path in paths[start : start + FILES_AT_ONCE])
        # The folders look like Hive partitions, but the files have the columns themselves.
        relation = f"read_parquet([{files}], union_by_name = true, hive_partitioning = false)"
        [[rows]] = connection.execute(
            f"INSERT INTO lake.{quoted(table.name)} BY NAME {stored_values(table, relation)}"
        ).fetchall()
        inserted += int(rows)
    return inserted


def _glob_of(path: str) -> str:
    """Pattern that only that path matches: DuckDB takes every path for a pattern."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in path)


def _touch_articles(connection: duckdb.DuckDBPyConnection, parts: str) -> None:
    connection.execute(
        "INSERT INTO touched_articles SELECT DISTINCT article_id FROM lake.articles "
        f"WHERE part IN (SELECT part FROM {parts})"
    )


def _renew_latest_pages(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("DELETE FROM lake.latest_pages WHERE article_id IN (SELECT article_id FROM touched_articles)")
    chosen = statement("load", "latest_pages").sql
    connection.execute(f"INSERT INTO lake.{quoted(LATEST_PAGES.name)} BY NAME {chosen}")


def _remember(connection: duckdb.DuckDBPyConnection, name: str, rows: Sequence[Mapping[str, str]]) -> None:
    """Keep names of parts in a temporary table."""
    connection.register("names", pa.Table.from_pylist(list(rows), schema=pa.schema([("part", pa.string())])))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS SELECT DISTINCT part FROM names")
    connection.unregister("names")


def _days(catalogue: Catalogue) -> Iterator[DayState]:
    windows = catalogue.source_days()
    if not windows:
        return
    first_of: dict[str, date] = {}
    last_of: dict[str, date] = {}
    for window in windows:
        # A window may reach back over many days; its parts are filed under the last one.
        first_of[window.source] = min(first_of.get(window.source, window.day), window.day, window.start.date())
        last_of[window.source] = max(last_of.get(window.source, window.day), window.day)
    states = catalogue.day_states(sorted(first_of), min(first_of.values()), max(last_of.values()))
    for state in states:
        if first_of[state.source] <= state.day <= last_of[state.source]:
            yield state
