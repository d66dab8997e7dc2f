"""Parts that are not published as they are, because a check that stops found fault with them; others go on.

A part is held back in the version that was found wrong. The version that was published before stays, if there is one
that passes; once the part has other files, or the checks are others, it is tried anew.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from warehouse.checks import CheckResult
from warehouse.lake import Lake
from warehouse.load import LoadedFile
from warehouse.parts import Part, PartFile

UNREADABLE = "file"
"""In place of a check's name: a file of the part is damaged or gone."""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """One part and why it is not published as it is."""

    part: Part
    check_name: str
    """Name of the check, or ``file``."""
    detail: str
    version: str
    """As ``versions_of`` the files that were found wrong."""
    earlier_version: bool
    """Whether readers still see the version published before."""

    def __str__(self) -> str:
        seen = "the version published before stays" if self.earlier_version else "nothing of it is published"
        return f"part {self.part.name} is held back, {seen}: {self.detail}"

    def row(self) -> dict[str, Any]:
        """Row of the table ``held_back``."""
        return {
            "part": self.part.name,
            "source": self.part.source,
            "day": self.part.day,
            "check_name": self.check_name,
            "detail": self.detail,
            "earlier_version": self.earlier_version,
            "version": self.version,
        }


def versions_of(files: Iterable[LoadedFile]) -> dict[str, str]:
    """What tells one version of a part from another, by part: a hash of its tables and their files' hashes."""
    parts: dict[str, list[tuple[str, str]]] = {}
    for file in files:
        parts.setdefault(file.part, []).append((file.table, file.content_hash))
    return {part: hashlib.sha256(repr(sorted(own)).encode()).hexdigest()[:16] for part, own in parts.items()}


def noted(connection: duckdb.DuckDBPyConnection) -> dict[str, HeldBack]:
    """Parts that a database says were held back from it, by name; it must have today's definitions."""
    rows = connection.execute(
        "SELECT part, check_name, detail, version, earlier_version FROM lake.held_back"
    ).fetchall()
    return {part: HeldBack(Part.parse(part), *found) for part, *found in rows}


def still_wrong(
    known: Mapping[str, HeldBack], wanted: Mapping[LoadedFile, PartFile], lake: Lake
) -> dict[str, HeldBack]:
    """Those of the known ones that would be loaded in the very version that was found wrong.

    Files that could not be read are looked at again: one that came back, as from a backup, makes no other version.
    """
    own = {key: file for key, file in wanted.items() if key.part in known}
    versions = versions_of(own)
    damaged = unreadable(lake, (file for key, file in own.items() if known[key.part].check_name == UNREADABLE))
    return {
        name: held
        for name, held in known.items()
        if versions.get(name) == held.version and (held.check_name != UNREADABLE or name in damaged)
    }


Faults = Mapping[str, tuple[str, str]]
"""By part: name of the check that found fault, and what it found."""


def faults(results: Iterable[CheckResult]) -> Faults | None:
    """What checks that stop have found; None where one of them does not tell the parts, so that all must wait."""
    found: dict[str, tuple[str, str]] = {}
    for result in results:
        if not result.stops:
            continue
        if not result.parts:
            return None
        for part in result.parts:
            found.setdefault(part, (result.name, f"{result.name}: {result.doc} For example {result.sample[0]}"))
    return found


def unreadable(lake: Lake, files: Iterable[PartFile]) -> Faults:
    """As ``faults``: the parts of which a file is not what was written."""
    return {
        file.part.name: (UNREADABLE, f"{file.path}: {wrong}; do the step {file.step} of the part again")
        for file in files
        if (wrong := lake.fault_of(file))
    }


def hold_back(
    held: Mapping[str, HeldBack],
    found: Faults,
    wanted: Iterable[LoadedFile],
    published: Iterable[LoadedFile],
) -> dict[str, HeldBack] | None:
    """The parts held back with those that were found wrong now; None where that changes nothing.

    Args:
        held: Parts held back already. If fault was found with one of them, it is with the version published before.
        found: What the checks found.
        wanted: What should be loaded.
        published: What is published now.
    """
    versions = versions_of(file for file in wanted if file.part in found)
    earlier = versions_of(file for file in published if file.part in found)
    more = dict(held)
    for name, version in versions.items():
        has_earlier = name not in held and earlier.get(name, version) != version
        more[name] = HeldBack(Part.parse(name), *found[name], version, has_earlier)
    return None if more == held else more
