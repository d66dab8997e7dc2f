"""The figures reached so far: quality may rise, and a fall is a failure."""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FLOORS_FILE = Path(__file__).with_name("floors.toml")
TOLERANCE_POINTS = 0.3
"""Percentage points that a figure may fall: less than what one document moves in most of the sets."""


@dataclass(frozen=True)
class Fall:
    """A figure below its floor."""

    area: str
    measure: str
    floor: float
    reached: float | None

    def __str__(self) -> str:
        return f"{self.area} {self.measure}: {self.reached} is below the floor of {self.floor}"


def flatten(scores: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, float]]:
    """Numbers of a scorer's object by dotted path."""
    for key, value in scores.items():
        here = f"{path}.{key}" if path else key
        if isinstance(value, Mapping):
            yield from flatten(value, here)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield here, float(value)


def fingerprint(gold: Sequence[Path]) -> str:
    """Identity of the gold files: floors hold for the data they were measured on and for no other."""
    digest = hashlib.sha256()
    for path in gold:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def read_floors(path: Path = FLOORS_FILE) -> dict[str, Any]:
    """Area → {data, floors}."""
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def falls(area: str, scores: Mapping[str, Any], floors: Mapping[str, float], *, point: float) -> list[Fall]:
    """Figures that fell by more than the tolerance; a figure that is gone has fallen."""
    reached = dict(flatten(scores))
    return [
        Fall(area, measure, floor, reached.get(measure))
        for measure, floor in floors.items()
        if reached.get(measure, float("-inf")) < floor - TOLERANCE_POINTS * point
    ]


def write_floors(measured: Mapping[str, tuple[str, Mapping[str, float]]], path: Path = FLOORS_FILE) -> None:
    """Write area → (data, floors): the figures of this run."""
    lines = [
        "# Figures reached so far on the development data. `python -m tests.evaluation --raise-floors` raises them."
    ]
    for area, (data, figures) in measured.items():
        lines += ["", f"[{area}]", f'data = "{data}"', "", f"[{area}.floors]"]
        lines += [f'"{measure}" = {value:g}' for measure, value in figures.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
