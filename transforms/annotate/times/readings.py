"""What a rule makes of a match."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from transforms.annotate.times.direction import Direction
from transforms.annotate.times.periods import Period

Type = Literal["DATE", "TIME", "DURATION", "SET"]


@dataclass(frozen=True, slots=True)
class Reading:
    """Type and value of an expression; a value that cannot be known is None."""

    type: Type
    period: Period | None


@dataclass(frozen=True, slots=True)
class Setting:
    """What a relative expression is resolved against."""

    published: date | None
    direction: Callable[[int], Direction | None]
    """Direction of the expression whose first word begins at that code point."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern and what its matches mean; the name is the method in the rows."""

    name: str
    pattern: Callable[[], re.Pattern[str]]
    read: Callable[[re.Match[str], Setting], Reading | None]
    """None where the match is no time expression after all."""


def compiled(build: Callable[[], str], flags: int = 0) -> Callable[[], re.Pattern[str]]:
    """A pattern that is built from the word lists when it is first needed; whole words only."""

    @cache
    def pattern() -> re.Pattern[str]:
        return re.compile(rf"(?<![\w]){build()}(?!\w)", flags)

    return pattern


def dated(period: Period | None) -> Reading:
    """A DATE; without a period, one that is named but not known."""
    return Reading("DATE", period)
