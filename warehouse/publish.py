"""Load what is new into the file that is not published, check it, and give it the published name."""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal

import duckdb

from warehouse import held_back, load
from warehouse.catalogue import Catalogue
from warehouse.checks import CheckResult, run_checks
from warehouse.ddl import define, definitions_hash, fits
from warehouse.held_back import Faults, HeldBack
from warehouse.home import Home
from warehouse.lake import Lake
from warehouse.load import LoadedFile
from warehouse.locks import exclusive
from warehouse.slots import Slots, open_for_writing, reading
from warehouse.state import CHECK_RESULTS, HELD_BACK, PUBLICATION

MEMORY_LIMIT = "2GB"
"""What DuckDB may hold in memory while loading; more goes to a folder in the home."""

Outcome = Literal["published", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class Publication:
    """What a call of ``publish`` did."""

    outcome: Outcome
    """unchanged: the published file has everything already; refused: a check that stops does not tell the parts."""
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
    held_back: tuple[HeldBack, ...] = ()
    """Parts that are not published as they are, also those of earlier calls that are still wrong."""

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
        """One sentence for each part held back, and for each check that failed without naming parts."""
        return (
            *map(str, self.held_back),
            *(
                f"{check.name}: {check.offending} × {check.doc} For example {check.sample[0]}"
                for check in self.failed_checks
            ),
        )

    def __str__(self) -> str:
        if self.outcome == "unchanged":
            return "nothing new to publish"
        if self.outcome == "refused":
            return f"not published, the old state stays: {'; '.join(self.problems)}"
        held = f"; {len(self.held_back)} parts held back" if self.held_back else ""
        return f"published {self.parts_changed} changed parts, {sum(self.rows.values())} rows in all{held}"


def publish(
    home: Home, catalogue: Catalogue, lake: Lake, *, now: datetime, memory_limit: str = MEMORY_LIMIT
) -> Publication:
    """Make the published database equal to the catalogue; only one at a time, others wait.

    Parts with which a check that stops finds fault are held back: what was published of them before stays.
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
    with exclusive(home.publish_lock):
        slots = Slots(home)
        slots.clear_leftovers()
        wanted = load.Wanted.of(catalogue)
        seen = _seen(slots, wanted, lake)
        if seen.is_wanted:
            held = tuple(seen.held_back.values())
            return Publication("unchanged", 0, {}, (), time.monotonic() - started, held_back=held)
        slot = slots.free()
        opened = partial(_open, slots, slot, memory_limit)
        loaded, target = _bring_up(opened, wanted, seen, catalogue, lake, now)
        if loaded.published:
            slots.publish(slot)
    behind = len(load.difference(seen.files, target).parts)
    return replace(loaded, parts_changed=behind, seconds=time.monotonic() - started)


def publish_anew(
    home: Home, catalogue: Catalogue, lake: Lake, *, now: datetime, memory_limit: str = MEMORY_LIMIT
) -> Publication:
    """Make the published database anew from the lake, and no other file of it is left.

    For what must not be found any more: DuckDB leaves deleted rows in the free blocks of a file. Costs a full load.
    Readers keep what they opened; the old content is on the disk until the last of them has closed it.
    """
    started = time.monotonic()
    with exclusive(home.publish_lock):
        slots = Slots(home)
        slots.clear_leftovers()
        slot = slots.free()
        wanted = load.Wanted.of(catalogue)

        def new_file(_: frozenset[LoadedFile]) -> duckdb.DuckDBPyConnection:
            return _open_new(slots, slot, memory_limit)

        loaded, _ = _bring_up(new_file, wanted, _Seen(), catalogue, lake, now)
        if loaded.published:
            slots.publish(slot)
            slots.discard(slots.free())
            slots.clear_leftovers()
        else:
            slots.discard(slot)
    return replace(loaded, parts_changed=loaded.parts_loaded, seconds=time.monotonic() - started)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What readers see now."""

    files: frozenset[LoadedFile] = frozenset()
    held_back: Mapping[str, HeldBack] = field(default_factory=dict)
    """Parts held back that would be found wrong again."""
    is_wanted: bool = False
    """Whether nothing else is wanted."""

    def kept(self, held: Mapping[str, HeldBack]) -> Iterable[LoadedFile]:
        """Published files of the parts held back, where the version published before passes."""
        return (file for file in self.files if file.part in held and held[file.part].earlier_version)


def _seen(slots: Slots, wanted: load.Wanted, lake: Lake) -> _Seen:
    """What the published file has; nothing where it is damaged, or open for writing in a client."""
    published = slots.published()
    if published is None:
        return _Seen()
    try:
        with reading(published) as connection:
            files = load.loaded_files(connection)
            if not load.has_definitions(connection):
                return _Seen(files)
            seen = _Seen(files, held_back.still_wrong(held_back.noted(connection), wanted.files, lake))
            target = wanted.without(seen.held_back, seen.kept(seen.held_back))
            is_wanted = not load.difference(files, target).parts and load.has_days(connection, wanted)
            return replace(seen, is_wanted=is_wanted)
    except duckdb.Error:
        return _Seen()


def _bring_up(
    opened: Callable[[frozenset[LoadedFile]], duckdb.DuckDBPyConnection],
    wanted: load.Wanted,
    seen: _Seen,
    catalogue: Catalogue,
    lake: Lake,
    now: datetime,
) -> tuple[Publication, load.Wanted]:
    """Load the free file, again without the parts with which fault is found, until none is found; and what it has.

    ``opened`` gives a connection to it, with at least the files in it that stay as they are published.
    """
    held = dict(seen.held_back)
    while True:
        target = wanted.without(held, seen.kept(held))
        with closing(opened(target.kept)) as connection:
            loaded = _load(connection, target, tuple(held.values()), catalogue, lake, now)
        if isinstance(loaded, Publication):
            return loaded, target
        more = held_back.hold_back(held, loaded, wanted.files, seen.files)
        if more is None:
            raise RuntimeError(f"fault was found with parts that are held back: {', '.join(sorted(loaded))}")
        held = more


def _open(slots: Slots, slot: Path, memory_limit: str, kept: frozenset[LoadedFile]) -> duckdb.DuckDBPyConnection:
    """The free file as it is, else as a copy of the published one, else new and empty.

    It is no use as it is where what must stay of the published one is not in it.
    """
    if slot.exists() and (connection := _open_fitting(slots, slot, memory_limit)):
        if kept <= load.loaded_files(connection):
            return connection
        connection.close()
    if slots.published():
        slots.copy_published(slot)
        if connection := _open_fitting(slots, slot, memory_limit):
            return connection
    return _open_new(slots, slot, memory_limit)


def _open_new(slots: Slots, slot: Path, memory_limit: str) -> duckdb.DuckDBPyConnection:
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
    connection: duckdb.DuckDBPyConnection,
    wanted: load.Wanted,
    held: tuple[HeldBack, ...],
    catalogue: Catalogue,
    lake: Lake,
    now: datetime,
) -> Publication | Faults:
    """Bring the free file to the wanted state in one transaction that is kept only if no check stops it.

    Otherwise the faults that were found with parts.
    """
    connection.execute("BEGIN")
    known_definitions = load.has_definitions(connection)
    if not known_definitions:
        define(connection)
    changes = load.difference(load.loaded_files(connection), wanted)
    try:
        inserted = load.apply(connection, changes, lake, other_definitions=not known_definitions)
    except duckdb.Error:
        connection.execute("ROLLBACK")
        if damaged := held_back.unreadable(lake, changes.lacking):
            return damaged
        raise
    load.replace_days(connection, wanted.days)
    load.replace_runs(connection, catalogue)
    if not known_definitions:
        # Other definitions ask other questions: also of what passed the old ones.
        load.mark_all_parts_changed(connection)
    results = run_checks(connection)
    if any(result.stops for result in results):
        connection.execute("ROLLBACK")
        return held_back.faults(results) or Publication("refused", 0, {}, results, 0.0, held_back=held)
    _note(connection, results, held, now)
    rows = load.row_counts(connection)
    connection.execute("COMMIT")
    connection.execute("CHECKPOINT")
    return Publication("published", 0, rows, results, 0.0, len(changes.parts), inserted, held)


def _note(
    connection: duckdb.DuckDBPyConnection, results: tuple[CheckResult, ...], held: tuple[HeldBack, ...], now: datetime
) -> None:
    """Write into the database what the checks found, what is held back and when it is published."""
    connection.execute("DELETE FROM lake.held_back")
    load.insert_rows(connection, HELD_BACK, [each.row() for each in held])
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
