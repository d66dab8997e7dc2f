"""Spans cut to the name itself: no article, no possessive, no quotation mark, no line break."""

import re

from transforms.annotate.entities.names import Name
from transforms.annotate.entities.table import look_up
from transforms.annotate.entities.word_lists import words
from transforms.spans import Span

_LINE = re.compile(r"[^\n\r]+")
_LEADING = re.compile(
    r"(?:(?:[Tt]he|THE|[Aa]n?|[Oo]ne|[Ss]ome|[Aa]ll|[Aa]bout|[Tt]hen)\s+|[\s\"'“”‘’()\[\]\-–—•*:;,.&/#@]+)+"
)
_TRAILING = re.compile(r"(?:['’][sS]|[\s,;:\"'“”’‘(\[\-–—*&/#]+|[)\]])+$")
_FULL_STOP = re.compile(r"(?<=[^\W\d_]{5})\.$|[?!]+$")
_WORD = re.compile(r"\S+")
_OPENING = {")": "(", "]": "["}
_LONGEST = 150
"""Characters; a longer span is no name but a run-on text."""


def trimmed(text: str, name: Name) -> Name | None:
    """The name without what does not belong to it; None where nothing with a capital letter is left."""
    span = name.span
    if span.end - span.start > _LONGEST:
        return None
    span = _longest_line(text, span)
    if leading := _LEADING.match(text, span.start, span.end):
        span = Span(leading.end(), span.end)
    span = _without_open_bracket(text, span)
    span = _without_tail(text, span)
    span = _within_lower_case(text, span, name.label)
    span = _without_tail(text, span)
    surface = span.of(text)
    if not any(character.isupper() or (character.isalpha() and not character.islower()) for character in surface):
        return None
    return Name(span, name.label, name.origin, name.role)


def _longest_line(text: str, span: Span) -> Span:
    lines = [Span(*line.span()) for line in _LINE.finditer(text, span.start, span.end)]
    return max(lines, key=lambda line: line.end - line.start, default=Span(span.start, span.start))


def _without_open_bracket(text: str, span: Span) -> Span:
    """World Health Organisation (WHO is the name before the bracket; what stands in it is a name of its own."""
    bracket = text.find(" (", span.start, span.end)
    if bracket > span.start and ")" not in text[bracket : span.end]:
        return Span(span.start, bracket)
    return span


def _without_tail(text: str, span: Span) -> Span:
    """Cut the possessive and punctuation, but keep a closing bracket that the name opens and an abbreviation's stop."""
    while trailing := _TRAILING.search(text[span.start : span.end]):
        cut = trailing.group()
        opening = _OPENING.get(cut[-1])
        if opening and len(cut) == 1 and opening in span.of(text)[:-1]:
            break
        span = Span(span.start, span.start + trailing.start())
    if look_up(span.of(text)) is None and (stop := _FULL_STOP.search(text[span.start : span.end])):
        span = Span(span.start, span.start + stop.start())
    return span


def _within_lower_case(text: str, span: Span, label: str) -> Span:
    """Cut words in lower case at the end, and for people from the first one that cannot be part of a name."""
    found = [Span(*word.span()) for word in _WORD.finditer(text, span.start, span.end)]
    if len(found) < 2:
        return span
    end = len(found)
    if label == "PERSON":
        for position, word in enumerate(found[1:], 1):
            if _ends_person(word.of(text)):
                end = position
                break
    while end > 1 and found[end - 1].of(text).islower():
        end -= 1
    return Span(span.start, found[end - 1].end)


def _ends_person(word: str) -> bool:
    if word[0].islower():
        return word not in words("name_particles") and not word.startswith(("al-", "el-", "d’", "d'", "bin-"))
    return word in _VERBS


_VERBS = frozenset(
    ("Will", "Says", "Said", "To", "Is", "Has", "And", "For", "As", "In", "On", "With", "Of", "Can", "Gets", "Wins")
)
"""Words that follow a person's name in a headline that capitalises every word."""
