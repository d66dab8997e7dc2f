"""What was erased and must not come back: in the catalogue, and in one small file of the lake, which outlives it."""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, select, update

from transforms.erasure import Tombstone, Tombstones
from warehouse.catalogue_database import insert_missing
from warehouse.catalogue_tables import TOMBSTONES
from warehouse.durable_files import sync_folder
from warehouse.locks import exclusive

FILE_NAME = "tombstones.json"


class TombstoneMemory:
    """The tombstones of one catalogue; every method is one transaction."""

    def __init__(self, reading: Engine, writing: Engine) -> None:
        self._reading = reading
        self._writing = writing

    def all(self) -> Tombstones:
        """The marks of everything that was erased."""
        with self._reading.begin() as connection:
            return Tombstones(frozenset(connection.execute(select(TOMBSTONES.c.mark)).scalars()))

    def unfinished(self) -> int:
        """Marks whose pages may still be somewhere, as their erasure was interrupted."""
        query = select(TOMBSTONES.c.mark).where(TOMBSTONES.c.finished_at.is_(None))
        with self._reading.begin() as connection:
            return len(connection.execute(query).all())

    def add(self, stones: Sequence[Tombstone]) -> int:
        """Add those that are not there; return how many those were."""
        rows = [
            {
                "mark": stone.mark,
                "kind": stone.kind,
                "erased_at": stone.erased_at,
                "reason": stone.reason,
                "finished_at": None,
            }
            for stone in {stone.mark: stone for stone in stones}.values()
        ]
        with self._writing.begin() as connection:
            return insert_missing(connection, TOMBSTONES, rows, unique=("mark",))

    def finish(self, *, now: datetime) -> None:
        """Note that what all of them mark is gone."""
        change = update(TOMBSTONES).where(TOMBSTONES.c.finished_at.is_(None)).values(finished_at=now)
        with self._writing.begin() as connection:
            connection.execute(change)


def stored_tombstones(lake: Path) -> tuple[Tombstone, ...]:
    """Those of the lake in that folder, in the order in which they were set.

    Raises:
        ValueError: the file is damaged: without it nobody knows what must not come back.
    """
    path = lake / FILE_NAME
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except ValueError as error:
        raise ValueError(f"{path} cannot be read ({error}); it names what was erased: restore it") from error
    return tuple(
        Tombstone(entry["mark"], entry["kind"], datetime.fromisoformat(entry["erased_at"]), entry["reason"])
        for entry in entries
    )


def store_tombstones(lake: Path, stones: Sequence[Tombstone]) -> None:
    """Add to the lake's file those that it has not; safe against power cuts when this returns."""
    lake.mkdir(parents=True, exist_ok=True)
    with exclusive(lake / ".tombstones.lock"):
        known = {stone.mark: stone for stone in (*reversed(stones), *stored_tombstones(lake))}
        entries = [
            {
                "mark": stone.mark,
                "kind": stone.kind,
                "erased_at": stone.erased_at.astimezone(UTC).isoformat(),
                "reason": stone.reason,
            }
            for stone in sorted(known.values(), key=lambda stone: (stone.erased_at, stone.mark))
        ]
        aside = lake / f".{FILE_NAME}"
        with aside.open("w", encoding="utf-8") as written:
            json.dump(entries, written, ensure_ascii=False, indent=1)
            written.flush()
            os.fsync(written.fileno())
        aside.replace(lake / FILE_NAME)
        sync_folder(lake)
