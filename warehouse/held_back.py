"""Parts that are not published as they are, because a check that stops found fault with them; others go on.

A part is held back in the version that was found wrong. The version that was published before stays, if there is one
that passes; once the part has other files, or the checks are others, it is tried anew.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import duckdb

from warehouse.checks import CheckResult
from warehouse.lake import Lake
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
    """As ``version_of`` the files that were found wrong."""
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


class _Content(Protocol):
    @property
    def table(self) -> str: ...
    @property
    def content_hash(self) -> str: ...


def version_of(files: Iterable[_Content]) -> str:
    """What tells one version of a part from another: a hash of its tables and their files' hashes."""
    return hashlib.sha256(repr(sorted((file.table, file.content_hash) for file in files)).encode()).hexdigest()[:16]


def noted(connection: duckdb.DuckDBPyConnection) -> dict[str, HeldBack]:
    """Parts that a database says were held back from it, by name; it must have today's definitions."""
    rows = connection.execute(
        "SELECT part, check_name, detail, version, earlier_version FROM lake.held_back"
    ).fetchall()
    return {part: HeldBack(Part.parse(part), *found) for part, *found in rows}


def still_wrong(known: Mapping[str, HeldBack], wanted: Mapping[str, Sequence[PartFile]]) -> dict[str, HeldBack]:
    """Those of the known ones that would be loaded in the very version that was found wrong."""
    return {name: held for name, held in known.items() if name in wanted and version_of(wanted[name]) == held.version}


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
    wanted: Mapping[str, Sequence[PartFile]],
    published: Mapping[str, str],
) -> dict[str, HeldBack] | None:
    """The parts held back with those that were found wrong now; None where that changes nothing.

    Args:
        held: Parts held back already. If fault was found with one of them, it is with the version published before.
        found: What the checks found.
        wanted: Files that should be loaded, by part.
        published: Version that is published now, by part.
    """
    more = dict(held)
    for name, (check, detail) in found.items():
        if name not in wanted:
            continue
        version = version_of(wanted[name])
        earlier = name not in held and published.get(name, version) != version
        more[name] = HeldBack(Part.parse(name), check, detail, version, earlier)
    return None if more == held else more
