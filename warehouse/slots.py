"""The two files that take turns behind the published name.

``news.duckdb`` is a hard link to one of ``.news-a.duckdb`` and ``.news-b.duckdb``; the other one may be written. What
readers have opened stays as it is: a file is written only while it is not published and nobody holds it.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.ddl import STORAGE_VERSION, literal
from warehouse.durable_files import sync_folder
from warehouse.home import Home

NAME = "news"
"""Name of the database inside a connection: that of the published file, for views and macros alike."""


@dataclass(frozen=True, slots=True)
class Slots:
    """The files of one home. Hold the publishing lock while using them."""

    home: Home

    @property
    def both(self) -> tuple[Path, Path]:
        """The two files, whether they exist or not."""
        return self.home.root / ".news-a.duckdb", self.home.root / ".news-b.duckdb"

    @property
    def spill(self) -> Path:
        """Where DuckDB puts what does not fit into memory."""
        return self.home.root / ".news-spill"

    def free(self) -> Path:
        """The file that is not published."""
        return next(slot for slot in self.both if not _same_file(slot, self.home.database))

    def published(self) -> Path | None:
        """Path to the published content that no reader uses; None where nothing is published.

        Readers go by the published name. DuckDB shares what one process has opened by path, and would hand out the
        content that an open connection of this process still has, which may be an older one.
        """
        if not self.home.database.exists():
            return None
        linked = (slot for slot in self.both if _same_file(slot, self.home.database))
        return next(linked, self.home.database)

    def clear_leftovers(self) -> None:
        """Remove what a publisher that was killed has left behind.

        A write-ahead log beside the free file is dropped, never replayed: without it the file is what it was at its
        last checkpoint, and says itself which parts it holds. Replaying would be wrong if the file had been replaced.
        """
        for path in (self._aside, self._copy):
            path.unlink(missing_ok=True)
        shutil.rmtree(self.spill, ignore_errors=True)
        self._drop_log(self.free())

    def discard(self, slot: Path) -> None:
        """Remove a free file; who holds it keeps its content."""
        self._drop_log(slot)
        slot.unlink(missing_ok=True)

    def copy_published(self, slot: Path) -> None:
        """Put a copy of the published file in place of a free one."""
        self.discard(slot)
        shutil.copyfile(self.home.database, self._copy)
        self._copy.replace(slot)

    def publish(self, slot: Path) -> None:
        """Give the closed file the published name; survives a power cut once this returns.

        The file loses its write permission: a client that opened it for writing would keep all others out.
        """
        slot.chmod(slot.stat().st_mode & ~0o222)
        os.link(slot, self._aside)
        # A log beside the published name is of somebody who wrote into the file before; it would be replayed into this.
        self._drop_log(self.home.database)
        self._aside.replace(self.home.database)
        sync_folder(self.home.root)

    @property
    def _aside(self) -> Path:
        return self.home.root / ".news-next.duckdb"

    @property
    def _copy(self) -> Path:
        return self.home.root / ".news-copy.duckdb"

    @staticmethod
    def _drop_log(path: Path) -> None:
        for log in path.parent.glob(f"{path.name}.wal*"):
            log.unlink(missing_ok=True)


def is_held_here(path: Path) -> bool:
    """Whether this process has the file open, under any name.

    DuckDB's lock is POSIX's, which keeps out other processes only.
    """
    if not path.exists():
        return False
    wanted = path.stat()
    for descriptor in Path("/dev/fd").iterdir():
        try:
            found = os.fstat(int(descriptor.name))
        except OSError:
            continue
        if (found.st_dev, found.st_ino) == (wanted.st_dev, wanted.st_ino):
            return True
    return False


@contextmanager
def reading(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Connection to the file, read-only."""
    connection = duckdb.connect()
    try:
        connection.execute(f"ATTACH {literal(str(path))} AS {NAME} (READ_ONLY)")
        connection.execute(f"USE {NAME}")
        yield connection
    finally:
        connection.close()


def open_for_writing(path: Path, *, memory_limit: str, spill: Path) -> duckdb.DuckDBPyConnection | None:
    """Connection to a free file, which is created where it is missing.

    None where somebody holds the file, or it is damaged.
    """
    if is_held_here(path):
        return None
    if path.exists():
        path.chmod(path.stat().st_mode | 0o600)
    connection = duckdb.connect(config={"memory_limit": memory_limit, "temp_directory": str(spill)})
    try:
        connection.execute(f"ATTACH {literal(str(path))} AS {NAME} (STORAGE_VERSION {literal(STORAGE_VERSION)})")
        connection.execute(f"USE {NAME}")
    except duckdb.Error:
        connection.close()
        return None
    return connection


def _same_file(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)
