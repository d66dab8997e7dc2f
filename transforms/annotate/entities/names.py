"""A name on its way from the recogniser's span to a mention."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from transforms.spans import Span

TYPES = {
    "PERSON": "person",
    "ORG": "organisation",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "NORP": "group",
    "EVENT": "event",
    "WORK_OF_ART": "work",
    "PRODUCT": "product",
    "LAW": "law",
    "LANGUAGE": "language",
}
"""OntoNotes labels that name something, and the entity type each stands for; other labels are no names."""


@dataclass(frozen=True, slots=True)
class Name:
    """Where a name stands, its OntoNotes label, and who found it (model or rule)."""

    span: Span
    label: str
    origin: str = "model"
    role: str | None = None


class Taken:
    """The stretches of a text that names hold already; asked in logarithmic time."""

    def __init__(self, names: Iterable[Name]) -> None:
        spans = sorted(name.span for name in names)
        self._starts = [span.start for span in spans]
        self._ends: list[int] = []
        for span in spans:
            self._ends.append(max(span.end, self._ends[-1] if self._ends else 0))

    def overlaps(self, span: Span) -> bool:
        """Whether a name shares a code point with the span."""
        before = bisect_left(self._starts, span.end)
        return before > 0 and self._ends[before - 1] > span.start


def overlapping(names: Sequence[Name], starts: Sequence[int], span: Span) -> list[int]:
    """Positions of the names that share a code point with the span; names sorted and apart, with their starts."""
    first = max(0, bisect_right(starts, span.start) - 1)
    last = bisect_left(starts, span.end)
    return [position for position in range(first, last) if names[position].span.overlaps(span)]


def apart(names: Iterable[Name]) -> list[Name]:
    """The names in text order without overlaps: of two the first stays, of two that begin together the longer."""
    kept: list[Name] = []
    for name in sorted(names, key=lambda name: (name.span.start, -name.span.end)):
        if not kept or name.span.start >= kept[-1].span.end:
            kept.append(name)
    return kept
