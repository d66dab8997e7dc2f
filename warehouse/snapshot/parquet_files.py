"""A stream of rows as Parquet files: bounded in memory, split by size, the same bytes for the same rows."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.durable_files import sha256_of

ROWS_PER_GROUP = 131_072
BYTES_PER_GROUP = 64 << 20
"""A row group is held in memory before it is written; long texts make it reach this first."""
BYTES_PER_FILE = 256 << 20
_ROWS_AT_ONCE = 1_024
"""Groups end after a multiple of this, wherever the batches that arrive end."""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One file as it lies there."""

    name: str
    rows: int
    bytes: int
    sha256: str


def write_parquet_files(
    rows: pa.RecordBatchReader,
    folder: Path,
    name: str,
    *,
    docs: Mapping[str, str],
    bytes_per_file: int = BYTES_PER_FILE,
) -> list[WrittenFile]:
    """Write rows as ``NAME.parquet``, or as ``NAME-00001.parquet`` and so on where they fill more than one file.

    The files are fsynced; there is at least one, without rows where there are none.

    Args:
        rows: The rows, in the order they are to have.
        folder: Where to write.
        name: Name without ending.
        docs: Sentences for columns, kept as ``doc`` in the metadata of their fields.
        bytes_per_file: A file that has reached it is not continued.

    Raises:
        OSError: a file cannot be written.
    """
    fields = [field.with_metadata({"doc": docs[field.name]}) if field.name in docs else field for field in rows.schema]
    schema = pa.schema(fields)
    groups = _groups(rows)
    group = next(groups, None)
    paths: list[Path] = []
    counts: list[int] = []
    while group is not None or not paths:
        path = folder / f"{name}-{len(paths) + 1:05d}.parquet"
        written = 0
        with path.open("xb") as sink:
            with pq.ParquetWriter(
                sink, schema, compression="zstd", compression_level=3, write_page_index=True, write_page_checksum=True
            ) as writer:
                while group is not None and sink.tell() < bytes_per_file:
                    writer.write_table(group.cast(schema), row_group_size=group.num_rows)
                    written += group.num_rows
                    group = next(groups, None)
            sink.flush()
            os.fsync(sink.fileno())
        paths.append(path)
        counts.append(written)
    if len(paths) == 1:
        paths = [paths[0].replace(folder / f"{name}.parquet")]
    return [
        WrittenFile(path.name, count, path.stat().st_size, sha256_of(path))
        for path, count in zip(paths, counts, strict=True)
    ]


def _groups(reader: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """Row groups: full, or as many rows as reach the bound of bytes."""
    group: list[pa.Table] = []
    size = 0
    for unit in _units(reader):
        group.append(unit)
        size += unit.nbytes
        if size >= BYTES_PER_GROUP or len(group) * _ROWS_AT_ONCE >= ROWS_PER_GROUP:
            yield pa.concat_tables(group).combine_chunks()
            group, size = [], 0
    if group:
        yield pa.concat_tables(group).combine_chunks()


def _units(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The same rows, so many at once but for the last."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        while rows >= _ROWS_AT_ONCE:
            table = pa.Table.from_batches(waiting)
            yield table.slice(0, _ROWS_AT_ONCE)
            waiting = table.slice(_ROWS_AT_ONCE).to_batches()
            rows -= _ROWS_AT_ONCE
    if rows:
        yield pa.Table.from_batches(waiting)
