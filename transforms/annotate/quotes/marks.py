"""Where quotation marks open and close.

Marks are matched within a paragraph and never across one: a mark left open counts to the paragraph's end. One pass
over the characters, so that ten thousand stray marks cost no more than ten thousand letters.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from transforms.spans import Span

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
"""A word, for counting and for asking whether a stretch holds one."""

_PARAGRAPH = re.compile(r"[^\n]+")
_OPENING = "“„‟«"
_CLOSING = "”»"
_STRAIGHT = '"'
_PAIRS = ("''", "``")
_BEFORE_OPENING = "([{—–-/‘'"
_SINGLE_OPENING = "‘"
_SINGLE_CLOSING = "’"
_LONG_OPEN = 400
"""Characters after which a second opening mark starts a new quotation instead of nesting in the open one."""


@dataclass(frozen=True, slots=True)
class Region:
    """A quoted stretch: ``span`` with its marks, ``inner`` without them."""

    span: Span
    inner: Span
    closed: bool
    single: bool = False
    """Whether its marks are single ones, as in British papers."""


def paragraphs(text: str) -> list[Span]:
    """Lines that hold something, without the white space at their ends."""
    found = []
    for match in _PARAGRAPH.finditer(text):
        line = match.group()
        body = line.strip()
        if body:
            start = match.start() + len(line) - len(line.lstrip())
            found.append(Span(start, start + len(body)))
    return found


def quoted_regions(text: str, paragraph: Span) -> list[Region]:
    """Quoted stretches of a paragraph in order, none inside another.

    Double marks of every kind close each other, since pages mix them. Where a paragraph has none, single marks count.
    """
    double = list(_double_regions(text, paragraph))
    if double:
        return double
    return list(_single_regions(text, paragraph))


def _marks(text: str, paragraph: Span) -> Iterator[tuple[int, int]]:
    """Start and width of each double mark; '' and `` count as one."""
    position = paragraph.start
    while position < paragraph.end:
        if text[position : position + 2] in _PAIRS and position + 1 < paragraph.end:
            yield position, 2
            position += 2
            continue
        character = text[position]
        if character == _STRAIGHT or character in _OPENING or character in _CLOSING:
            yield position, 1
        position += 1


def _double_regions(text: str, paragraph: Span) -> Iterator[Region]:
    opened: tuple[int, int] | None = None
    for position, width in _marks(text, paragraph):
        mark = text[position]
        before = text[position - 1] if position > paragraph.start else " "
        after = text[position + width] if position + width < paragraph.end else " "
        may_open = (before.isspace() or before in _BEFORE_OPENING) and not after.isspace()
        if opened is None:
            if mark in _CLOSING and not may_open:
                continue
            if mark == _STRAIGHT and after.isspace() and not before.isspace():
                if _is_measure(before):
                    continue
                if position + width < paragraph.end:
                    continue
            opened = (position, width)
        elif mark in _OPENING:
            if position - opened[0] > _LONG_OPEN:
                yield _region(text, opened, position, 0, closed=False)
                opened = (position, width)
        elif mark == _STRAIGHT and before.isspace() and after.isalnum():
            continue
        else:
            yield _region(text, opened, position, width, closed=True)
            opened = None
    if opened is not None:
        yield _region(text, opened, paragraph.end, 0, closed=False)


def _is_measure(before: str) -> bool:
    """Whether a straight mark after this character means inches."""
    return before.isdigit()


def _single_regions(text: str, paragraph: Span) -> Iterator[Region]:
    """Stretches between ‘ and ’; an apostrophe inside a word does not close."""
    opened: int | None = None
    candidate: int | None = None
    for position in range(paragraph.start, paragraph.end):
        character = text[position]
        if character not in (_SINGLE_OPENING, _SINGLE_CLOSING):
            continue
        before = text[position - 1] if position > paragraph.start else " "
        after = text[position + 1] if position + 1 < paragraph.end else " "
        if character == _SINGLE_OPENING:
            if (before.isspace() or before in _BEFORE_OPENING) and after.isalnum() and not after.isdigit():
                if opened is not None and candidate is not None:
                    yield _region(text, (opened, 1), candidate, 1, closed=True, single=True)
                opened, candidate = position, None
        elif opened is not None and not after.isalnum():
            if before == "s" and after == " ":
                # Either "the workers’ rights" or the end of the quotation: decided by what follows.
                candidate = position if candidate is None else candidate
                continue
            yield _region(text, (opened, 1), position, 1, closed=True, single=True)
            opened, candidate = None, None
    if opened is not None and candidate is not None:
        yield _region(text, (opened, 1), candidate, 1, closed=True, single=True)


def _region(
    text: str, opened: tuple[int, int], close: int, width: int, *, closed: bool, single: bool = False
) -> Region:
    start, open_width = opened
    inner_start = min(start + open_width, close)
    while inner_start < close and text[inner_start].isspace():
        inner_start += 1
    inner_end = close
    while inner_end > inner_start and text[inner_end - 1].isspace():
        inner_end -= 1
    return Region(Span(start, close + width if closed else inner_end), Span(inner_start, inner_end), closed, single)


def words(text: str, span: Span) -> list[str]:
    """Words of a stretch."""
    return WORD.findall(text, span.start, span.end)


def quoted_share(text: str, spans: Sequence[Span], regions: Sequence[Region]) -> float:
    """Share of the words of some spans that stand between marks, 0 to 1; the regions in text order."""
    total = inside = 0
    for span in spans:
        place = bisect_left(regions, span.start, key=lambda region: region.span.end)
        for match in WORD.finditer(text, span.start, span.end):
            total += 1
            while place < len(regions) and regions[place].span.end <= match.start():
                place += 1
            if place < len(regions) and regions[place].span.start <= match.start():
                inside += 1
    return inside / total if total else 0.0
