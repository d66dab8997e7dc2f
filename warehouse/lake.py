"""The Parquet files: written whole or not at all, named by their content, never changed."""

import hashlib
import json
import os
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.schemas import TABLES, Table
from warehouse.durable_files import sha256_of, sync_folder
from warehouse.locks import exclusive
from warehouse.parts import STEPS, Part, PartFile, Step

ROWS_PER_GROUP = 131_072
"""DuckDB works on groups of about 120,000 rows; smaller ones cost it time, larger ones memory."""
BODIES_PER_CHECK = 16
"""The writer looks at a Parquet page's size after so many values. Its default of 1,024 puts all bodies of a part into
one page, and a reader has to hold a page in memory: 201 MB instead of 11 for a part of 100 MB, for 1 % of size.
"""
HASH_DIGITS_IN_NAME = 12
LAYOUT_VERSION = "1"
"""Of folders, file names and the metadata below; readers of the files refuse others."""
_PREFIX = "newslake."


class SchemaMismatchError(ValueError):
    """Rows are not what ``transforms.schemas`` declares; the message names table and column."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the lake as its own metadata describes it, without the catalogue."""

    file: PartFile
    generation: int
    siblings: Mapping[str, int]
    """Tables that were written together with it, itself included, and their rows; empty where it was written alone."""
    version: str = ""
    """Hash of the keys of all rows that were written together: two attempts at one part have different ones."""


@dataclass(frozen=True, slots=True)
class UnreadableFile:
    """A file in the lake's folder that is none of its own, or damaged."""

    path: str
    reason: str


class Lake:
    """A folder of Parquet files ``TABLE/day=YYYY-MM-DD/source=SOURCE/NUMBER-HASH.parquet``.

    A file exists for everybody else once the catalogue names it. Needs no opening; safe in many threads and processes.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, file: PartFile) -> Path:
        """Where the file lies."""
        return self.root / file.path

    def write(self, part: Part, step: Step, table: str, rows: pa.Table, tool: str, *, generation: int = 1) -> PartFile:
        """Write one table of a part, safe against power cuts when this returns; equal rows give equal bytes.

        Args:
            part: Unit of work; every row's ``part`` must be its name.
            step: The step that made the rows; the table must be one of its tables.
            table: Name in ``transforms.schemas.TABLES``.
            rows: Exactly the declared columns, in any order.
            tool: Version of the step, as in the rows.
            generation: From ``Catalogue.next_generation``: lets the catalogue be rebuilt where several versions lie.

        Raises:
            SchemaMismatchError: a column is missing, undeclared, of another type, or NULL where a value is required.
        """
        conformed = _conformed(part, step, table, rows)
        return self._write(part, step, table, conformed, tool, generation, siblings={})

    def write_step(
        self,
        part: Part,
        step: Step,
        tables: Mapping[str, pa.Table],
        tool: str,
        *,
        generation: int = 1,
        tools: Mapping[str, str] | None = None,
    ) -> tuple[PartFile, ...]:
        """Write what a step made of a part: one file for each table that has rows, in the order given.

        Each file says which files belong with it, so a rebuilt catalogue never takes half a step for a whole one.
        ``tools`` names the version of single tables where it is another one.

        Raises:
            SchemaMismatchError: as ``write``; then nothing was written.
        """
        conformed = {name: _conformed(part, step, name, rows) for name, rows in tables.items()}
        siblings = {name: rows.num_rows for name, rows in conformed.items() if rows.num_rows}
        version = _version(conformed)
        return tuple(
            self._write(
                part,
                step,
                name,
                conformed[name],
                (tools or {}).get(name, tool),
                generation,
                siblings=siblings,
                version=version,
            )
            for name in siblings
        )

    def rewrite(self, file: PartFile, rows: pa.Table, tool: str) -> PartFile:
        """Write other rows for a file that exists, as the same step's work at the same generation.

        For what must go though nothing was computed anew; the number of rows must stay, as sibling files name it.

        Raises:
            SchemaMismatchError: as ``write``; or the number of rows differs.
        """
        if rows.num_rows != file.rows:
            raise SchemaMismatchError(f"{file.path}: {rows.num_rows} rows in place of {file.rows}")
        conformed = _conformed(file.part, file.step, file.table, rows)
        with pq.ParquetFile(self.path(file)) as parquet:
            stored = parquet.schema_arrow.metadata or {}
        generation = int(stored[f"{_PREFIX}generation".encode()])
        siblings = json.loads(stored[f"{_PREFIX}siblings".encode()])
        version = stored.get(f"{_PREFIX}version".encode(), b"").decode()
        return self._write(
            file.part, file.step, file.table, conformed, tool, generation, siblings=siblings, version=version
        )

    def read(self, file: PartFile, columns: Sequence[str] | None = None) -> pa.Table:
        """Rows with the declared schema (or those columns of it); columns that the file is too old to have are NULL.

        Raises:
            FileNotFoundError: the file is gone, as after a sweep that followed a replacement.
        """
        wanted = _selected(TABLES[file.table], columns)
        with pq.ParquetFile(self.path(file), page_checksum_verification=True) as parquet:
            found = parquet.read(columns=_present(parquet, wanted), use_threads=False)
        return _as_declared(found, wanted, file)

    def batches(
        self, file: PartFile, columns: Sequence[str] | None = None, *, rows: int = 64
    ) -> Iterator[pa.RecordBatch]:
        """The same in batches of at most ``rows`` rows, without holding the whole file in memory."""
        wanted = _selected(TABLES[file.table], columns)
        with pq.ParquetFile(
            self.path(file), page_checksum_verification=True, pre_buffer=False, buffer_size=1 << 20
        ) as parquet:
            for batch in parquet.iter_batches(rows, columns=_present(parquet, wanted), use_threads=False):
                yield from _as_declared(pa.Table.from_batches([batch]), wanted, file).to_batches()

    def fault_of(self, file: PartFile) -> str | None:
        """What is wrong with a file that the catalogue names, which is read in full; None where it is as written."""
        try:
            found = sha256_of(self.path(file))
        except OSError as error:
            return f"cannot be read ({error.strerror})"
        return None if found == file.content_hash else "is damaged: its content is not what was written"

    def sweep(self, named: Iterable[PartFile], *, grace: timedelta) -> list[Path]:
        """Remove every file that is not named and older than ``grace``; return the removed paths in order.

        Ask the catalogue for ``named`` just before. ``grace`` must be longer than any step takes between writing
        and committing: younger files are left alone.
        """
        kept = {file.path for file in named}
        removed = []
        for path in sorted(self._files()):
            if path.relative_to(self.root).as_posix() in kept:
                continue
            # One begun may have got its name since it was listed.
            with exclusive(self._lock), suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime >= grace.total_seconds():
                    path.unlink()
                    removed.append(path)
        return removed

    def remove_unnamed(self, part: Part, named: Iterable[PartFile]) -> tuple[int, int]:
        """Remove every file of the part that is not named, and those begun; return how many, and their bytes.

        Nobody may be writing the part: hold its lock and its source's.
        """
        kept = {file.path for file in named}
        files = size = 0
        for table in TABLES:
            folder = self.root / table / f"day={part.day.isoformat()}" / f"source={part.source}"
            for path in sorted((*folder.glob(f"{part.number:04d}-*"), *folder.glob(f".{part.number:04d}-*"))):
                if path.relative_to(self.root).as_posix() not in kept:
                    size += path.stat().st_size
                    files += 1
                    path.unlink()
        return files, size

    def inventory(self) -> Iterator[StoredFile | UnreadableFile]:
        """Every finished file of the folder as it describes itself, hashed in full, by path."""
        for path in sorted(self._files()):
            if not path.name.startswith("."):
                yield self._described(path)

    @property
    def _lock(self) -> Path:
        """Held while a file gets its name and while one is removed: a sweep may meet a leftover being written anew."""
        return self.root / ".lock"

    def _files(self) -> Iterator[Path]:
        """Data files and those begun, in the lake's own folders only."""
        for table in TABLES:
            yield from (self.root / table).glob("day=*/source=*/*")

    def _write(
        self,
        part: Part,
        step: Step,
        table: str,
        rows: pa.Table,
        tool: str,
        generation: int,
        *,
        siblings: Mapping[str, int],
        version: str = "",
    ) -> PartFile:
        folder = self.root / table / f"day={part.day.isoformat()}" / f"source={part.source}"
        _make_durable_folder(folder)
        aside = folder / f".{part.number:04d}-{uuid.uuid4().hex}"
        facts = {
            "layout": LAYOUT_VERSION,
            "table": table,
            "part": part.name,
            "step": step,
            "tool": tool,
            # Columns are only ever added, so their number is the version of the schema.
            "schema": str(len(TABLES[table].columns)),
            "generation": str(generation),
            "siblings": json.dumps(dict(siblings)),
        } | ({"version": version} if version else {})
        metadata = dict(rows.schema.metadata or {})
        metadata.update({(_PREFIX + key).encode(): value.encode() for key, value in facts.items()})
        try:
            _write_parquet(rows.replace_schema_metadata(metadata), aside)
            with aside.open("rb+") as written:
                content_hash = hashlib.file_digest(written, "sha256").hexdigest()
                size = written.tell()
                os.fsync(written.fileno())
            path = folder / f"{part.number:04d}-{content_hash[:HASH_DIGITS_IN_NAME]}.parquet"
            with exclusive(self._lock):
                aside.replace(path)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        sync_folder(folder)
        return PartFile(
            part, step, table, path.relative_to(self.root).as_posix(), rows.num_rows, size, content_hash, tool
        )

    def _described(self, path: Path) -> StoredFile | UnreadableFile:
        relative = path.relative_to(self.root).as_posix()
        try:
            with pq.ParquetFile(path) as parquet:
                rows = parquet.metadata.num_rows
                stored = parquet.schema_arrow.metadata or {}
            facts = {
                key.decode().removeprefix(_PREFIX): value.decode()
                for key, value in stored.items()
                if key.startswith(_PREFIX.encode())
            }
            if facts.get("layout") != LAYOUT_VERSION:
                return UnreadableFile(relative, f"layout {facts.get('layout')}, expected {LAYOUT_VERSION}")
            content_hash = sha256_of(path)
            part, step = Part.parse(facts["part"]), _step(facts["step"])
            if path.name != f"{part.number:04d}-{content_hash[:HASH_DIGITS_IN_NAME]}.parquet":
                return UnreadableFile(relative, "the content is not what the name says")
            size = path.stat().st_size
            file = PartFile(part, step, facts["table"], relative, rows, size, content_hash, facts["tool"])
            return StoredFile(file, int(facts["generation"]), json.loads(facts["siblings"]), facts.get("version", ""))
        except (pa.ArrowException, OSError, KeyError, ValueError) as error:
            return UnreadableFile(relative, f"{type(error).__name__}: {error}"[:300])


def _version(tables: Mapping[str, pa.Table]) -> str:
    digest = hashlib.sha256()
    for name in sorted(tables):
        keys = tables[name].select(list(TABLES[name].key))
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, keys.schema) as stream:
            stream.write_table(keys)
        digest.update(sink.getvalue())
    return digest.hexdigest()[:HASH_DIGITS_IN_NAME]


def _step(name: str) -> Step:
    for step in STEPS:
        if step == name:
            return step
    raise ValueError(f"no step is called {name!r}")


def _conformed(part: Part, step: Step, name: str, rows: pa.Table) -> pa.Table:
    """The rows in one chunk, columns in declared order."""
    table = TABLES[name]
    if table.step != step:
        raise ValueError(f"{name} is written by {table.step}, not by {step}")
    schema = table.schema
    for column in rows.column_names:
        if column not in schema.names:
            raise SchemaMismatchError(f"{name}.{column}: not declared")
    arrays = []
    for field in schema:
        if field.name not in rows.column_names:
            raise SchemaMismatchError(f"{name}.{field.name}: missing")
        values = rows[field.name]
        if not values.type.equals(field.type):
            raise SchemaMismatchError(f"{name}.{field.name}: {values.type}, declared {field.type}")
        if not field.nullable and values.null_count:
            raise SchemaMismatchError(f"{name}.{field.name}: {values.null_count} NULLs, declared as required")
        arrays.append(values)
    if strangers := [value for value in pc.unique(rows["part"]).to_pylist() if value != part.name]:
        raise SchemaMismatchError(f"{name}.part: {strangers[0]!r} among the rows of {part.name}")
    # Where chunks end shows in the pages: equal rows must give equal bytes.
    return pa.Table.from_arrays(arrays, schema=schema).combine_chunks()


def _write_parquet(rows: pa.Table, path: Path) -> None:
    """Settings as measured: for page bodies, dictionary and statistics double the time and save nothing."""
    small = [field.name for field in rows.schema if not (_is_bytes(field.type) or pa.types.is_nested(field.type))]
    has_bytes = any(_is_bytes(field.type) for field in rows.schema)
    pq.write_table(
        rows,
        path,
        compression="zstd",
        compression_level=3,
        row_group_size=ROWS_PER_GROUP,
        use_dictionary=small if has_bytes else True,  # type: ignore[arg-type]  # the stubs know no list
        write_statistics=small if has_bytes else True,
        write_page_index=True,
        write_page_checksum=True,
        write_batch_size=BODIES_PER_CHECK if has_bytes else None,
    )


def _is_bytes(type_: pa.DataType) -> bool:
    return pa.types.is_binary(type_) or pa.types.is_large_binary(type_)


def _selected(table: Table, columns: Sequence[str] | None) -> pa.Schema:
    schema = table.schema
    if columns is None:
        return schema
    if unknown := [name for name in columns if name not in schema.names]:
        raise KeyError(f"{table.name} has no column {unknown[0]}")
    return pa.schema([schema.field(name) for name in columns])


def _present(parquet: pq.ParquetFile, wanted: pa.Schema) -> list[str]:
    return [name for name in wanted.names if name in parquet.schema_arrow.names]


def _as_declared(found: pa.Table, wanted: pa.Schema, file: PartFile) -> pa.Table:
    """The columns as declared now, from a file that may have been written before some were added."""
    columns = []
    for field in wanted:
        if field.name in found.column_names:
            values = found[field.name]
            if not values.type.equals(field.type):
                raise SchemaMismatchError(f"{file.path}: {field.name} is {values.type}, declared {field.type}")
        elif field.nullable:
            values = pa.chunked_array([pa.nulls(found.num_rows, field.type)])
        else:
            raise SchemaMismatchError(f"{file.path}: lacks {field.name}, which is declared as required")
        columns.append(values)
    return pa.Table.from_arrays(columns, schema=wanted)


def _make_durable_folder(folder: Path) -> None:
    """Create the folder with its parents so that their names survive a power cut."""
    if folder.is_dir():
        return
    _make_durable_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)
