"""Acronyms in parentheses after the name they stand for: General Administration of Customs (GAC)."""

import re
from collections.abc import Sequence
from dataclasses import replace

from transforms.annotate.entities.names import Name, apart, overlapping
from transforms.spans import Span

_IN_PARENTHESES = re.compile(r"\(([A-Z][A-Za-z&\-]{1,9})\)")
_SMALL_WORDS = frozenset(("of", "the", "and", "for", "in", "on", "at", "de", "la", "du", "des", "&", "to", "against"))
_WORD = re.compile(r"[^\W\d_][\w.]*")
_LABELS = frozenset(("ORG", "NORP", "EVENT", "LAW", "PRODUCT", "LOC", "FAC"))


def initials(name: str, *, small_words: bool = False) -> str:
    """First letters of the words in capitals, without or with of, the, and."""
    found = _WORD.findall(name.replace("-", " "))
    return "".join(word[0] for word in found if small_words or word.lower() not in _SMALL_WORDS).upper()


def stands_for(acronym: str, name: str) -> bool:
    """Whether the letters are the initials of the name, or in their order begin two of its words and occur in it."""
    letters = "".join(character for character in acronym if character.isalpha()).upper()
    if len(letters) < 2 or " " not in name:
        return False
    short = initials(name)
    if letters in (short, initials(name, small_words=True)):
        return True
    if len(letters) < 3 or short[:2] != letters[:2]:
        return False
    rest = iter(name.upper())
    return all(letter in rest for letter in letters)


def with_acronyms(text: str, names: Sequence[Name]) -> list[Name]:
    """The acronym in parentheses gets its name's label, there and wherever it stands alone in the text."""
    names = apart(names)
    starts = [name.span.start for name in names]
    labels: dict[str, str] = {}
    added: list[Name] = []
    for found in _IN_PARENTHESES.finditer(text):
        before = overlapping(names, starts, Span(max(0, found.start() - 2), found.start()))
        if not before or names[before[-1]].label not in _LABELS:
            continue
        full = names[before[-1]]
        if stands_for(found.group(1), full.span.of(text)):
            labels.setdefault(found.group(1), full.label)
            span = Span(*found.span(1))
            if not overlapping(names, starts, span):
                added.append(Name(span, full.label, "rule"))
    if not labels:
        return names
    labelled = [replace(name, label=labels.get(name.span.of(text), name.label)) for name in names]
    return apart([*labelled, *added])
