"""The Parquet files: written whole or not at all, named by their content, never changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pyarrow as pa

from warehouse.parts import Part, PartFile, Step


class Lake:
    """A folder of Parquet files ``TABLE/day=YYYY-MM-DD/source=SOURCE/NUMBER-HASH.parquet``.

    A file exists for everybody else once the catalogue names it. Needs no opening; safe in many threads and processes.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, file: PartFile) -> Path:
        """Where the file lies."""
        raise NotImplementedError

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
            SchemaMismatch: a column is missing, undeclared, of another type, or NULL where a value is required.
        """
        raise NotImplementedError

    def write_step(
        self, part: Part, step: Step, tables: Mapping[str, pa.Table], tool: str, *, generation: int = 1
    ) -> tuple[PartFile, ...]:
        """Write what a step made of a part: one file for each table that has rows, in the order given.

        Each file says which files belong with it, so a rebuilt catalogue never takes half a step for a whole one.

        Raises:
            SchemaMismatch: as ``write``; then nothing was written.
        """
        raise NotImplementedError

    def read(self, file: PartFile, columns: Sequence[str] | None = None) -> pa.Table:
        """Rows with the declared schema (or those columns of it); columns that the file is too old to have are NULL."""
        raise NotImplementedError

    def batches(
        self, file: PartFile, columns: Sequence[str] | None = None, *, rows: int = 64
    ) -> Iterator[pa.RecordBatch]:
        """The same in batches of at most ``rows`` rows, without holding the whole file in memory."""
        raise NotImplementedError

    def sweep(self, named: Iterable[PartFile], *, grace: timedelta) -> list[Path]:
        """Remove every file that is not named and older than ``grace``; return the removed paths in order.

        Ask the catalogue for ``named`` just before. ``grace`` must be longer than any step takes between writing
        and committing: younger files are left alone.
        """
        raise NotImplementedError
