"""Is a snapshot still what it says, and does today's warehouse still give the same?"""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from warehouse.durable_files import sha256_of
from warehouse.home import Home
from warehouse.query import QueryError, open_read_only
from warehouse.snapshot.content_hash import Content, content_of, rows_that_differ
from warehouse.snapshot.descriptor import FILE, LAYOUT, snapshot_id
from warehouse.snapshot.origin import parquet
from warehouse.snapshot.selection import SelectionError, single_select

_LARGEST_DESCRIPTOR = 64 << 20


class NoSnapshotError(ValueError):
    """The folder is no snapshot, or its descriptor cannot be understood."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One table, query or file of a snapshot, and what is wrong with it."""

    subject: str
    problem: str | None
    """None where it is as it should be."""
    rows: int | None = None
    """Rows of a table or query, as the snapshot says."""


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class _Resource:
    name: str
    sql: str
    content: Content
    files: tuple[_File, ...]

    @property
    def select(self) -> str:
        return f"SELECT * FROM {parquet([str(file.path) for file in self.files])}"


@dataclass(frozen=True, slots=True)
class _Descriptor:
    id: str
    resources: tuple[_Resource, ...]
    documents: tuple[_File, ...]


def verify(folder: Path) -> list[Finding]:
    """Compute all hashes of a snapshot anew: one finding for each table and query, more for what else is wrong.

    Raises:
        NoSnapshotError: the folder is none.
    """
    described = _read(folder)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        findings = [
            Finding(resource.name, _problem(connection, resource), resource.content.rows)
            for resource in described.resources
        ]
    findings += [
        Finding(document.path.name, problem)
        for document in described.documents
        if (problem := _problem_of_file(document)) is not None
    ]
    if described.id != snapshot_id({resource.name: resource.content for resource in described.resources}):
        findings.append(Finding(FILE, "its id is not that of the tables it names"))
    named = {file.path.name for resource in described.resources for file in resource.files}
    named |= {document.path.name for document in described.documents} | {FILE}
    findings += [
        Finding(path.name, "is not part of the snapshot") for path in sorted(folder.iterdir()) if path.name not in named
    ]
    return findings


def compare_with_warehouse(home: Home, folder: Path) -> list[Finding]:
    """Ask today's published warehouse what the snapshot asked: a finding for each table and query.

    Rows are compared with those in the snapshot's files, so ``verify`` it before.

    Raises:
        NoSnapshotError: the folder is none.
        NoDatabaseError: nothing has been published yet.
    """
    described = _read(folder)
    files = [file.path for resource in described.resources for file in resource.files]
    with (
        tempfile.TemporaryDirectory(prefix="newslake-") as scratch,
        open_read_only(home, scratch=Path(scratch), readable=files) as connection,
    ):
        return [
            Finding(resource.name, _difference(connection, resource), resource.content.rows)
            for resource in described.resources
        ]


def _difference(connection: duckdb.DuckDBPyConnection, resource: _Resource) -> str | None:
    try:
        select = single_select(resource.sql)
        present = content_of(connection, select)
        if present == resource.content:
            return None
        gone, new = rows_that_differ(connection, resource.select, select)
    except (SelectionError, QueryError, duckdb.Error) as error:
        reason = str(error).strip().splitlines()[0]
        return f"cannot be asked of this warehouse: {reason}"
    return (
        f"{gone:,} of {resource.content.rows:,} rows are no longer there, {new:,} are new: {present.rows:,} rows today"
    )


def _problem(connection: duckdb.DuckDBPyConnection, resource: _Resource) -> str | None:
    problems = [
        f"{file.path.name} {problem}" for file in resource.files if (problem := _problem_of_file(file)) is not None
    ]
    if any(not file.path.is_file() for file in resource.files):
        return "; ".join(problems)
    try:
        found = content_of(connection, resource.select)
    except duckdb.Error as error:
        return "; ".join([*problems, f"cannot be read: {str(error).strip().splitlines()[0]}"])
    if found != resource.content:
        count = "as many rows, but others" if found.rows == resource.content.rows else f"{found.rows:,} rows"
        problems.append(f"{count} in place of {resource.content.rows:,}")
    elif problems:
        problems.append("all rows are as they were")
    return "; ".join(problems) or None


def _problem_of_file(file: _File) -> str | None:
    if not file.path.is_file():
        return "is not there"
    return None if sha256_of(file.path) == file.sha256 else "has other bytes"


def _read(folder: Path) -> _Descriptor:
    path = folder / FILE
    if not path.is_file():
        raise NoSnapshotError(f"{folder} is no snapshot: it has no {FILE}")
    if path.stat().st_size > _LARGEST_DESCRIPTOR:
        raise NoSnapshotError(f"{path} is too large to be the descriptor of a snapshot")
    try:
        package = json.loads(path.read_bytes())
        layout = package["newslake"]["layout"]
        if layout != LAYOUT:
            raise NoSnapshotError(f"{path} has the layout {layout!r:.20}; this version reads {LAYOUT}")
        return _Descriptor(
            str(package["id"]),
            tuple(_resources(folder, package["resources"])),
            tuple(_files(folder, package["newslake"]["documents"])),
        )
    except (KeyError, TypeError, AttributeError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise NoSnapshotError(f"{path} is no descriptor of a snapshot: {type(error).__name__}: {error}") from error


def _resources(folder: Path, resources: Sequence[Mapping[str, Any]]) -> Iterator[_Resource]:
    for resource in resources:
        own = resource["newslake"]
        content = Content(int(own["rows"]), str(own["content_hash"]))
        files = tuple(_files(folder, own["files"]))
        if not files:
            raise NoSnapshotError(f"{folder / FILE}: {resource['name']} has no files")
        yield _Resource(str(resource["name"]), str(own["sql"]), content, files)


def _files(folder: Path, entries: Sequence[Mapping[str, Any]]) -> Iterator[_File]:
    """Files in the folder itself: a descriptor may come from anywhere, and must not make us read elsewhere."""
    for entry in entries:
        name = entry["path"]
        if not isinstance(name, str) or Path(name).name != name or name in {"", ".."} or "*" in name:
            raise NoSnapshotError(f"{folder / FILE}: {name!r:.80} is no file of the folder")
        yield _File(folder.resolve() / name, str(entry["hash"]).removeprefix("sha256:"))
