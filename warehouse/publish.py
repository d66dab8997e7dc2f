"""Load what is new into the file that is not published, check it, and give it the published name."""

import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

import duckdb

from warehouse import load
from warehouse.catalogue import Catalogue
from warehouse.checks import CheckResult, run_checks
from warehouse.ddl import define, definitions_hash, fits
from warehouse.home import Home
from warehouse.lake import Lake
from warehouse.locks import exclusive
from warehouse.slots import Slots, open_for_writing, reading
from warehouse.state import CHECK_RESULTS, PUBLICATION

MEMORY_LIMIT = "2GB"
"""What DuckDB may hold in memory while loading; more goes to a folder in the home."""

Outcome = Literal["published", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class Publication:
    """What a call of ``publish`` did."""

    outcome: Outcome
    """unchanged: the published file has everything already; refused: a check that stops found rows."""
    parts_changed: int
    """Parts that differ between the catalogue and what was published before."""
    rows: Mapping[str, int]
    """Rows of each loaded table after it; none where nothing changed."""
    checks: tuple[CheckResult, ...]
    seconds: float
    """Wall-clock time it took."""
    parts_loaded: int = 0
    """Parts written: more than changed, as the file that takes its turn has missed earlier ones too."""
    rows_loaded: Mapping[str, int] = field(default_factory=dict)
    """Rows written, by table."""

    @property
    def published(self) -> bool:
        """Whether readers see a new state now."""
        return self.outcome == "published"

    @property
    def failed_checks(self) -> tuple[CheckResult, ...]:
        """The checks that kept the old state published."""
        return tuple(check for check in self.checks if check.stops)

    @property
    def warnings(self) -> tuple[CheckResult, ...]:
        """The checks that found rows and only warn."""
        return tuple(check for check in self.checks if check.offending and not check.stops)

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the old state stays published: one sentence for each check that failed, with a row that shows it."""
        return tuple(
            f"{check.name}: {check.offending} × {check.doc} For example {check.sample[0]}"
            for check in self.failed_checks
        )

    def __str__(self) -> str:
        if self.outcome == "unchanged":
            return "nothing new to publish"
        if self.outcome == "refused":
            return f"not published, the old state stays: {'; '.join(self.problems)}"
        return f"published {self.parts_changed} changed parts, {sum(self.rows.values())} rows in all"


def publish(
    home: Home, catalogue: Catalogue, lake: Lake, *, now: datetime, memory_limit: str = MEMORY_LIMIT
) -> Publication:
    """Make the published database equal to the catalogue; only one at a time, others wait.

    Readers are neither blocked nor disturbed: they keep what they opened and see the new state when they open again.
    If this is killed or fails at any point, the old state stays published and the next call ends right.

    Args:
        home: Where slots, lock and the published name lie.
        catalogue: What should be in the database.
        lake: The files that the catalogue names.
        now: Aware instant that the publication is dated with.
        memory_limit: What DuckDB may hold in memory, in its notation.

    Raises:
        ValueError: the home's path has a question mark, after which DuckDB would read options.
    """
    if "?" in str(home.root):
        raise ValueError(f"DuckDB cannot open files in a folder with a question mark in its path: {home.root}")
    started = time.monotonic()
    with exclusive(home.locks / "publish.lock"):
        slots = Slots(home)
        slots.clear_leftovers()
        wanted = load.Wanted.of(catalogue)
        behind = _parts_behind(slots, wanted)
        if behind is None:
            return Publication("unchanged", 0, {}, (), time.monotonic() - started)
        slot = slots.free()
        with closing(_open(slots, slot, memory_limit)) as connection:
            loaded = _load(connection, wanted, catalogue, lake, now)
        if loaded.published:
            slots.publish(slot)
    return replace(loaded, parts_changed=behind, seconds=time.monotonic() - started)


def publish_anew(
    home: Home, catalogue: Catalogue, lake: Lake, *, now: datetime, memory_limit: str = MEMORY_LIMIT
) -> Publication:
    """Make the published database anew from the lake, and no other file of it is left.

    For what must not be found any more: DuckDB leaves deleted rows in the free blocks of a file. Costs a full load.
    Readers keep what they opened; the old content is on the disk until the last of them has closed it.
    """
    started = time.monotonic()
    with exclusive(home.locks / "publish.lock"):
        slots = Slots(home)
        slots.clear_leftovers()
        slot = slots.free()
        slots.discard(slot)
        connection = _open_fitting(slots, slot, memory_limit)
        if connection is None:
            raise OSError(f"{slot} cannot be created as a DuckDB file")
        wanted = load.Wanted.of(catalogue)
        with closing(connection):
            loaded = _load(connection, wanted, catalogue, lake, now)
        if loaded.published:
            slots.publish(slot)
            slots.discard(slots.free())
            slots.clear_leftovers()
        else:
            slots.discard(slot)
    return replace(loaded, parts_changed=loaded.parts_loaded, seconds=time.monotonic() - started)


def _parts_behind(slots: Slots, wanted: load.Wanted) -> int | None:
    """Parts in which the published file differs from what is wanted; None where it is just as wanted."""
    published = slots.published()
    if published is None:
        return len(load.missing_all(wanted).parts)
    try:
        with reading(published) as connection:
            parts = len(load.difference(connection, wanted).parts)
            current = not parts and load.has_definitions(connection) and load.has_days(connection, wanted)
            return None if current else parts
    except duckdb.Error:
        # Damaged, or open for writing in a client: then a new state is published in its place.
        return len(load.missing_all(wanted).parts)


def _open(slots: Slots, slot: Path, memory_limit: str) -> duckdb.DuckDBPyConnection:
    """The free file as it is, else as a copy of the published one, else new and empty."""
    if slot.exists() and (connection := _open_fitting(slots, slot, memory_limit)):
        return connection
    if slots.published():
        slots.copy_published(slot)
        if connection := _open_fitting(slots, slot, memory_limit):
            return connection
    slots.discard(slot)
    connection = _open_fitting(slots, slot, memory_limit)
    if connection is None:
        raise OSError(f"{slot} cannot be created as a DuckDB file")
    return connection


def _open_fitting(slots: Slots, slot: Path, memory_limit: str) -> duckdb.DuckDBPyConnection | None:
    """Connection to the file; None where it is held, damaged, or of a schema that cannot be brought to today's."""
    connection = open_for_writing(slot, memory_limit=memory_limit, spill=slots.spill)
    if connection is None:
        return None
    try:
        if load.has_definitions(connection) or fits(connection):
            return connection
    except duckdb.Error:
        pass
    connection.close()
    return None


def _load(
    connection: duckdb.DuckDBPyConnection, wanted: load.Wanted, catalogue: Catalogue, lake: Lake, now: datetime
) -> Publication:
    """Bring the free file to the wanted state in one transaction that is kept only if no check stops it."""
    connection.execute("BEGIN")
    known_definitions = load.has_definitions(connection)
    if not known_definitions:
        define(connection)
    changes = load.difference(connection, wanted)
    inserted = load.apply(connection, changes, lake, other_definitions=not known_definitions)
    load.replace_days(connection, wanted.days)
    load.replace_runs(connection, catalogue)
    if not known_definitions:
        # Other definitions ask other questions: also of what passed the old ones.
        load.mark_all_parts_changed(connection)
    results = run_checks(connection)
    if any(result.stops for result in results):
        connection.execute("ROLLBACK")
        return Publication("refused", 0, {}, results, 0.0)
    _note(connection, results, now)
    rows = load.row_counts(connection)
    connection.execute("COMMIT")
    connection.execute("CHECKPOINT")
    return Publication("published", 0, rows, results, 0.0, len(changes.parts), inserted)


def _note(connection: duckdb.DuckDBPyConnection, results: tuple[CheckResult, ...], now: datetime) -> None:
    """Write into the database what the checks found and when it is published."""
    connection.execute("DELETE FROM lake.check_results")
    load.insert_rows(
        connection,
        CHECK_RESULTS,
        [
            {
                "check_name": result.name,
                "severity": result.severity,
                "doc": result.doc,
                "offending": result.offending,
                "sample": list(result.sample),
            }
            for result in results
        ],
    )
    connection.execute("DELETE FROM lake.publication")
    load.insert_rows(connection, PUBLICATION, [{"published_at": now, "definitions": definitions_hash()}])
