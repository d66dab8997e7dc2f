"""Spans that hold several names, or only a part of one."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from transforms.annotate.entities.agreement import family_names
from transforms.annotate.entities.names import Name
from transforms.annotate.entities.table import look_up
from transforms.annotate.entities.word_lists import suffixes, words
from transforms.spans import Span

_POSSESSIVE = re.compile(r"(?<=\w)[’']s\s+(?=\S)")
_HYPHENATED = re.compile(r"([^\W\d_][\w.]*(?: [^\W\d_]\w+)?)[-–]([^\W\d_][\w.]*)")
_LOWER_END = re.compile(r"(?<=[\w.])[-–][a-z]+$")
_BETWEEN = re.compile(r",? and |, | & |/")
_TWO_WORDS = re.compile(r"[^\W\d_a-z][\w’'.\-]+ [^\W\d_a-z][\w’'.\-]+")
_NUMBERED = re.compile(r"(?P<before>\d+\s+)?(?P<name>.*?)(?P<after>\s+\d+)?")


def split_names(text: str, names: Sequence[Name]) -> list[Name]:
    """Each name for itself: possessor and possessed, both sides of a hyphen or slash, the items of an enumeration."""
    names = [_without_score(text, name) for name in names]
    names = _at_possessives(text, names)
    names = _at_hyphens(text, names)
    return _at_conjunctions(text, names)


def joined_particles(text: str, names: Sequence[Name]) -> list[Name]:
    """Ursula and Leyen with "von der" between them are one person."""
    joined: list[Name] = []
    for name in names:
        before = joined[-1] if joined else None
        between = text[before.span.end : name.span.start] if before else ""
        if before and _are_particles(between) and {before.label, name.label} <= {"PERSON", "GPE", "ORG", "LOC"}:
            joined[-1] = Name(Span(before.span.start, name.span.end), "PERSON", "rule")
        else:
            joined.append(name)
    return joined


def _are_particles(between: str) -> bool:
    """Whether nothing but the small words of a surname stand there: von der, de la."""
    found = between.split()
    is_spaced = between.startswith(" ") and between.endswith(" ") and "\n" not in between
    return is_spaced and 0 < len(found) <= 3 and all(word in words("name_particles") for word in found)


def _at_possessives(text: str, names: Sequence[Name]) -> list[Name]:
    """China's Foreign Ministry is two names; so is any possessor that is listed or named elsewhere in the text."""
    labels: dict[str, Counter[str]] = {}
    for name in names:
        labels.setdefault(name.span.of(text), Counter())[name.label] += 1
    split: list[Name] = []
    for name in names:
        mark = _POSSESSIVE.search(text, name.span.start, name.span.end)
        if mark is None:
            split.append(name)
            continue
        owner = Span(name.span.start, mark.start())
        owned = Span(mark.end(), name.span.end)
        listed = look_up(owner.of(text))
        if listed is None and owner.of(text) not in labels:
            split.append(name)
            continue
        label = listed.label if listed else labels[owner.of(text)].most_common(1)[0][0]
        split.append(Name(owner, label, "rule"))
        if (last := suffixes().get(owned.of(text).rsplit(" ", 1)[-1])) and owned.of(text)[0].isupper():
            split.append(Name(owned, last, "rule"))
    return split


def _at_hyphens(text: str, names: Sequence[Name]) -> list[Name]:
    """U.S.-China is two names and Washington-based one; a pair of names that are not listed stays as it is."""
    split: list[Name] = []
    for name in names:
        surface = name.span.of(text)
        pair = _HYPHENATED.fullmatch(surface)
        if pair and all(look_up(side) or look_up(side.rstrip(".")) for side in pair.groups()) and not look_up(surface):
            start = name.span.start
            split += [
                Name(Span(start + pair.start(side), start + pair.end(side)), name.label, "rule") for side in (1, 2)
            ]
        elif (lower := _LOWER_END.search(surface)) and name.label != "PERSON" and not look_up(surface):
            split.append(replace(name, span=Span(name.span.start, name.span.start + lower.start())))
        else:
            split.append(name)
    return split


def _at_conjunctions(text: str, names: Sequence[Name]) -> list[Name]:
    """Timberlake, Diaz: split where each item is listed or is named elsewhere in the text; a credit at its slash."""
    known = _known_names(text, names)
    split: list[Name] = []
    for name in names:
        items = _items(text, name.span)
        surfaces = [item.of(text) for item in items]
        if len(items) < 2 or look_up(name.span.of(text)):
            split.append(name)
        elif all(look_up(surface) or surface in known for surface in surfaces):
            split += [Name(item, _label(item.of(text), known, name.label), "rule") for item in items]
        elif "/" in name.span.of(text) and look_up(surfaces[0]):
            split += [
                Name(item, "PERSON" if _TWO_WORDS.fullmatch(item.of(text)) else name.label, "rule")
                for item in items
                if item.of(text) not in _CREDITS
            ]
        else:
            split.append(name)
    return split


_CREDITS = frozenset(("File Photo", "Illustration", "Handout", "File", "Photo"))
"""What stands after the photographer in a picture's credit."""


def _known_names(text: str, names: Sequence[Name]) -> Mapping[str, str]:
    """Surfaces of single names of the text, family names of its people included, and their label."""
    known: dict[str, str] = {}
    for name in names:
        surface = name.span.of(text)
        if len(_items(text, name.span)) > 1:
            continue
        known.setdefault(surface, name.label)
        if name.label == "PERSON":
            for family_name in family_names(surface):
                known.setdefault(family_name, "PERSON")
    return known


def _items(text: str, span: Span) -> list[Span]:
    items: list[Span] = []
    start = span.start
    for between in _BETWEEN.finditer(text, span.start, span.end):
        items.append(Span(start, between.start()))
        start = between.end()
    return [item for item in (*items, Span(start, span.end)) if item.end > item.start]


def _label(surface: str, known: Mapping[str, str], label: str) -> str:
    listed = look_up(surface)
    return listed.label if listed else known.get(surface, label)


def _without_score(text: str, name: Name) -> Name:
    """Sweden 1 is Sweden: a number beside a listed name is not part of it."""
    numbered = _NUMBERED.fullmatch(name.span.of(text))
    if numbered is None or not (numbered["before"] or numbered["after"]) or look_up(numbered["name"]) is None:
        return name
    return replace(name, span=Span(name.span.start + numbered.start("name"), name.span.start + numbered.end("name")))
