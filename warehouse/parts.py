"""The unit of work, of failure and of replacement: a bounded batch of one day and source."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

Step = Literal["fetch", "clean", "annotate"]
STEPS: tuple[Step, ...] = get_args(Step)
"""In the order in which they work on a part; each reads what the one before it wrote."""


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """A batch of raw pages of one UTC day and source, and everything derived from it."""

    day: date
    source: str
    number: int

    @property
    def name(self) -> str:
        """The part as rows and files carry it, such as ``2026-03-02/harbour-courier/0000``."""
        return f"{self.day.isoformat()}/{self.source}/{self.number:04d}"

    @classmethod
    def parse(cls, name: str) -> "Part":
        """The part of that name.

        Raises:
            ValueError: the text is not a part's name.
        """
        day, source, number = name.split("/")
        return cls(date.fromisoformat(day), source, int(number))


@dataclass(frozen=True, slots=True)
class PartFile:
    """One Parquet file of the lake: what a step wrote into one table for one part."""

    part: Part
    step: Step
    table: str
    path: str
    """Relative to the lake's folder; carries the content's hash, so no file is ever written over."""
    rows: int
    bytes: int
    content_hash: str
    tool: str
