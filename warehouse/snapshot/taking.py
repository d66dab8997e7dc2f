"""Take a snapshot: a folder that appears whole, of one published state."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from warehouse.durable_files import sync_folder
from warehouse.home import Home
from warehouse.query import QueryError, open_read_only
from warehouse.snapshot.content_hash import content_of
from warehouse.snapshot.descriptor import FILE, Snapshot, Written, descriptor
from warehouse.snapshot.documents import DICTIONARY, README, dictionary, readme
from warehouse.snapshot.origin import extent_of, origin_of, parquet
from warehouse.snapshot.parquet_files import BYTES_PER_FILE, write_parquet_files
from warehouse.snapshot.selection import (
    Resource,
    Rows,
    SelectionError,
    checked_names,
    query_resource,
    table_resource,
)

_ROWS_AT_ONCE = 8_192


def take_snapshot(
    home: Home,
    target: Path,
    *,
    tables: Sequence[str] = (),
    queries: Mapping[str, str] | None = None,
    rows: Rows | None = None,
    software: str,
    now: datetime,
    progress: Callable[[str], object] = lambda _: None,
    bytes_per_file: int = BYTES_PER_FILE,
) -> Snapshot:
    """Write tables and queries into a new folder, all of the state that is published now.

    It is written beside the target as ``.NAME.unfinished`` and renamed when it is complete. Each SELECT is asked twice:
    once for the files, once to see whether it gives the same again. Memory is bounded; the sort goes to the disk.

    Args:
        home: The lake.
        target: The folder, which must not exist.
        tables: Views, or tables as ``lake.NAME``.
        queries: SELECT by name.
        rows: Which rows of the tables; all by default. Queries choose for themselves.
        software: Name and version of what takes it.
        now: When it is taken.
        progress: Told the name of each table and query when its turn comes.
        bytes_per_file: Size from which on a table goes on in another file.

    Raises:
        SelectionError: the target exists, nothing was chosen, or a choice cannot be exported.
        QueryError: a query is wrong, or fails on the way.
        NoDatabaseError: nothing has been published yet.
        OSError: the folder cannot be written, or another process is writing it.
    """
    rows = rows or Rows()
    if target.exists() or target.is_symlink():
        raise SelectionError(f"{target} exists, and a snapshot replaces nothing: choose another name, or remove it")
    if not target.parent.is_dir():
        raise SelectionError(f"{target.parent} is no folder, so {target.name} cannot be written there")
    if not tables and not queries:
        raise SelectionError("nothing is chosen: name tables by --table, or a query by --query")
    with _unfinished(target) as folder:
        scratch = folder / ".scratch"
        with open_read_only(home, scratch=scratch) as connection, duckdb.connect() as reading:
            reading.execute("SET TimeZone = 'UTC'")
            known = {name for (name,) in connection.execute("SELECT source FROM sources").fetchall()}
            if unknown := sorted(set(rows.sources) - known):
                raise SelectionError(f"no source {', '.join(unknown)} in the warehouse; there are {_listed(known)}")
            resources = [table_resource(connection, name, rows) for name in tables]
            resources += [query_resource(connection, name, query) for name, query in (queries or {}).items()]
            checked_names(resources)
            written = []
            for resource in resources:
                progress(resource.name)
                written.append(_write(connection, reading, resource, folder, bytes_per_file))
            origin = origin_of(connection, _spanned(rows, written))
        snapshot = Snapshot(target.name, tuple(written), rows, origin, software, now)
        documents = {README: readme(snapshot).encode(), DICTIONARY: dictionary(snapshot).encode()}
        for name, content in {**documents, FILE: descriptor(snapshot, documents).encode()}.items():
            _write_durably(folder / name, content)
        shutil.rmtree(scratch, ignore_errors=True)
        sync_folder(folder)
        folder.rename(target)
        sync_folder(target.parent)
    return snapshot


def _write(
    connection: duckdb.DuckDBPyConnection,
    reading: duckdb.DuckDBPyConnection,
    resource: Resource,
    folder: Path,
    bytes_per_file: int,
) -> Written:
    docs = {column.name: column.doc for column in resource.columns if column.doc}
    try:
        # Of a relation the rows come as a stream; of a cursor they would all be held in memory.
        stream = connection.sql(resource.ordered).to_arrow_reader(_ROWS_AT_ONCE)
        files = write_parquet_files(stream, folder, resource.name, docs=docs, bytes_per_file=bytes_per_file)
        again = content_of(connection, resource.sql)
    except (duckdb.Error, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        # What goes wrong while a stream is read comes as an error of Arrow, which has no number of the system.
        raise QueryError(f"{resource.name}: {error}") from error
    paths = [str(folder / file.name) for file in files]
    content = content_of(reading, f"SELECT * FROM {parquet(paths)}")
    return Written(resource, tuple(files), content, extent_of(reading, resource, paths), repeatable=again == content)


def _spanned(rows: Rows, written: Sequence[Written]) -> Rows:
    """The days and sources that coverage is told for: those asked for, else those that the rows are of."""
    extents = [each.extent for each in written]
    first = min((extent.first_day for extent in extents if extent.first_day), default=None)
    last = max((extent.last_day for extent in extents if extent.last_day), default=None)
    sources = tuple(sorted({source for extent in extents for source in extent.sources}))
    # A table without these columns may be of any day and source.
    dated = all(extent.first_day or not each.content.rows for each, extent in zip(written, extents, strict=True))
    named = all(extent.sources or not each.content.rows for each, extent in zip(written, extents, strict=True))
    day_after: date | None = last + timedelta(days=1) if last else None
    return replace(
        rows,
        since=rows.since or (first if dated else None),
        until=rows.until or (day_after if dated else None),
        sources=rows.sources or (sources if named else ()),
    )


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """An empty folder beside the target, this process's alone; it is removed unless it was renamed.

    What a killed process left is taken over.
    """
    folder = target.with_name(f".{target.name}.unfinished")
    folder.mkdir(exist_ok=True)
    # A link is not followed: what is in the folder will be removed.
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OSError(f"{target} is being written by another process") from None
        mine = os.fstat(handle)
        if not folder.exists() or not os.path.samestat(mine, folder.stat()):
            raise OSError(f"{target} was written by another process just now")
        for entry in folder.iterdir():
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
        try:
            yield folder
        finally:
            if folder.exists() and os.path.samestat(mine, folder.stat()):
                shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(handle)


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"
