"""The unit of work, of failure and of replacement: a bounded batch of one day and source."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

Step = Literal["fetch", "clean", "annotate"]
STEPS: tuple[Step, ...] = get_args(Step)
"""In the order in which they work on a part; each reads what the one before it wrote."""

SOURCE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
"""A source's name is a folder's name, a part of ids and a word on the command line."""


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """A batch of raw pages of one UTC day and source, and everything derived from it.

    Raises:
        ValueError: the source's name is not of small letters, digits and hyphens, or the number is negative.
    """

    day: date
    source: str
    number: int

    def __post_init__(self) -> None:
        if not SOURCE_NAME.fullmatch(self.source):
            raise ValueError(f"{self.source!r} is not a source's name: small letters, digits and hyphens, at most 64")
        if self.number < 0:
            raise ValueError(f"a part's number is not negative: {self.number}")

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
        pieces = name.split("/")
        if len(pieces) == 3:
            day, source, number = pieces
            part = cls(date.fromisoformat(day), source, int(number))
            # Not only readable, but the very name: ids and files are made from it.
            if part.name == name:
                return part
        raise ValueError(f"{name!r} is not a part's name, such as 2026-03-02/harbour-courier/0000")


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
