"""Countries, their people, places, institutions and events that are known by name."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from transforms.annotate.entities.names import TYPES
from transforms.annotate.entities.phrases import PhraseIndex
from transforms.annotate.entities.word_lists import listed, rows, words
from transforms.spans import Span

Source = Literal["country", "demonym", "group", "place", "city", "known"]

_ACRONYM = re.compile(r"[A-Z]{2,4}")
_HYPHENS = "-–"
_PREFIXES = frozenset(("anti", "pro", "non", "ex", "post", "pre", "mid"))
"""Prefixes that leave the name after the hyphen a name of its own: anti-American."""
_JOINED = re.compile(r"[-–]([^\W\d_][\w.]*)")
_JOINING = re.compile(r"([\w.]+)[-–]$")


@dataclass(frozen=True, slots=True)
class Listed:
    """What the tables say of a name."""

    name: str
    """The thing's own name: China for Chinese."""
    label: str
    """OntoNotes label of the surface: NORP for Chinese."""
    type: str
    """Entity type of the thing: country for Chinese."""
    source: Source
    country: str | None = None
    """ISO 3166-1 alpha-2, for countries and their people only."""

    @property
    def is_demonym(self) -> bool:
        """Whether the surface names people or belonging, not the thing itself."""
        return self.source in ("demonym", "group") and self.type != "group"


@cache
def table() -> Mapping[str, Listed]:
    """Every listed surface as printed, and in capitals where that cannot be an acronym; the first entry counts."""
    entries: dict[str, Listed] = {}
    for surface, entry in _entries():
        entries.setdefault(surface, entry)
        if len(surface) > 4 and entry.source != "known":
            entries.setdefault(surface.upper(), entry)
    return entries


def _entries() -> Iterator[tuple[str, Listed]]:
    """Surfaces with what they name: countries before their people, institutions before places, then capitals."""
    countries = rows("countries")
    for row in countries:
        country = Listed(row["name"], "GPE", "country", "country", row["iso2"])
        yield from ((surface, country) for surface in (row["name"], *listed(row["aliases"])))
    for row in countries:
        people = Listed(row["name"], "NORP", "country", "demonym", row["iso2"])
        yield from ((surface, people) for surface in listed(row["demonyms"]))
    for row in rows("known_names"):
        known = Listed(row["name"], row["label"], TYPES[row["label"]], "known")
        yield from ((surface, known) for surface in (row["name"], *listed(row["aliases"])))
    for row in rows("places"):
        label = "LOC" if row["kind"] == "region" else "GPE"
        place = Listed(row["name"], label, "place", "city" if row["kind"] == "city" else "place")
        yield from ((surface, place) for surface in (row["name"], *listed(row["aliases"])))
    yield from ((row["capital"], Listed(row["capital"], "GPE", "place", "city")) for row in countries if row["capital"])
    yield from ((row["word"], Listed(row["belongs_to"], "NORP", row["kind"], "group")) for row in rows("groups"))


def look_up(surface: str) -> Listed | None:
    """What the tables say of exactly this surface."""
    return table().get(surface)


def is_ambiguous(surface: str) -> bool:
    """Whether the surface is as often something else, so that only a recogniser can tell."""
    return surface in words("ambiguous_names")


def find_listed(text: str) -> Iterator[tuple[Span, Listed]]:
    """Listed names in the text as whole words, in text order; parts of hyphenated words where both sides allow it."""
    for span in _index().find(text):
        surface = span.of(text)
        if _free_before(text, span.start) and _free_after(text, span.end):
            if _ACRONYM.fullmatch(surface) and _in_capitals(text, span):
                continue
            yield span, table()[surface]


def find_countries(text: str, language: str) -> Iterator[tuple[Span, str]]:
    """Countries by their names in that language, as span and ISO code; by the English names where none are listed."""
    index, codes = _country_names(language if language in _languages() else "en")
    for span in index.find(text):
        if _free_before(text, span.start) and not is_ambiguous(span.of(text)):
            yield span, codes[span.of(text)]


@cache
def country_name(code: str) -> str:
    """English short name of the country with that ISO code."""
    return next(row["name"] for row in rows("countries") if row["iso2"] == code)


@cache
def _languages() -> frozenset[str]:
    return frozenset(row["language"] for row in rows("country_names"))


@cache
def _country_names(language: str) -> tuple[PhraseIndex, Mapping[str, str]]:
    if language == "en":
        codes = {surface: entry.country for surface, entry in table().items() if entry.source == "country"}
        named = {surface: code for surface, code in codes.items() if code and not surface.isupper()}
    else:
        named = {row["name"]: row["iso2"] for row in rows("country_names") if row["language"] == language}
    return PhraseIndex(named), named


@cache
def _index() -> PhraseIndex:
    return PhraseIndex(table())


def _free_before(text: str, start: int) -> bool:
    """Whether a name may begin here: not after a hyphen, unless what stands before it is a prefix or a listed name."""
    before = text[start - 1 : start]
    if before in ("@", "#", "_", ".", "/") and (before != "/" or not text[max(0, start - 2) : start - 1].isupper()):
        return False
    if not before or before not in _HYPHENS:
        return True
    joining = _JOINING.search(text, max(0, start - 40), start)
    return joining is not None and (
        joining.group(1).lower() in _PREFIXES or joining.group(1) in table() or joining.group(1).rstrip(".") in table()
    )


def _free_after(text: str, end: int) -> bool:
    """Whether a name may end here: a hyphen may follow before a word in lower case or a listed name."""
    joined = _JOINED.match(text, end)
    if joined is None:
        return not (text[end : end + 1] == "." and text[end + 1 : end + 2].isalnum())
    word = joined.group(1)
    return word[0].islower() or word in table() or word.rstrip(".") in table()


def _in_capitals(text: str, span: Span) -> bool:
    """Whether the words around are in capitals too, so that US may be the pronoun."""
    around = text[max(0, span.start - 25) : span.start] + text[span.end : span.end + 25]
    letters = [character for character in around if character.isalpha()]
    return len(letters) > 5 and all(character.isupper() for character in letters)
