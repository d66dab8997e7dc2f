"""Titles and roles that stand before a person's name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from transforms.annotate.entities.table import look_up
from transforms.annotate.entities.word_lists import titles, words
from transforms.spans import Span

_WORD = re.compile(r"\S+")
_NAME_WORD = re.compile(r"(?:[^\W\d_a-z][\w’'\-]*\w|[A-Z]\.)")
_BEFORE = 80
"""Characters before a name in which its title is looked for."""
_LONGEST_TITLE = 7
_MOST_NAME_WORDS = 4
_STRIPPED_KINDS = frozenset(("role", "abbreviation", "honorific", "modifier"))


@dataclass(frozen=True, slots=True)
class TitledName:
    """A capitalised title and the capitalised words after it."""

    title: Span
    name: Span


def title_kind(word: str) -> str | None:
    """Kind of the title word (role, abbreviation, honorific, modifier); None for another word."""
    known = titles()
    if word in known:
        return known[word]
    lower = word.lower()
    if kind := known.get(lower):
        return kind
    head, _, tail = lower.partition("-")
    if tail in ("elect", "designate", "general", "in-waiting"):
        return known.get(head)
    if head in ("ex", "vice", "co", "deputy"):
        return known.get(tail)
    return None


def title_length(surface: str) -> int:
    """Characters of the capitalised title that the surface begins with, up to the name after it; 0 without one."""
    found = list(_WORD.finditer(surface))
    length = 0
    is_title = False
    for position, word in enumerate(found[:-1]):
        kind = title_kind(word.group())
        listed = look_up(word.group())
        if kind in _STRIPPED_KINDS and (word.group()[0].isupper() or is_title):
            is_title = is_title or kind != "modifier"
        elif position or not ((listed and listed.is_demonym) or word.group() in ("US", "U.S.", "UK", "U.K.", "EU")):
            break
        if is_title and found[position + 1].group()[0].isupper():
            length = found[position + 1].start()
    return length


def role_before(text: str, start: int) -> str | None:
    """Title or role directly before a name, as printed: Vice President; None for a mere Mr or none at all."""
    line = text.rfind("\n", max(0, start - _BEFORE), start) + 1
    before = [Span(*word.span()) for word in _WORD.finditer(text, max(line, start - _BEFORE), start)]
    first = None
    is_role = False
    last_word = ""
    for word in before[: -_LONGEST_TITLE - 1 : -1]:
        surface = word.of(text).lstrip("\"“'‘(")
        kind = title_kind(surface)
        connects = surface == "of" and last_word != ""
        if kind is None and not connects:
            break
        if first is None and kind == "modifier" and not is_role and not _belongs_to_office(before, text):
            break
        if connects:
            last_word = surface
            continue
        if kind != "honorific":
            first = word.end - len(surface)
            is_role = is_role or kind in ("role", "abbreviation")
        last_word = surface
        if surface != word.of(text):
            break
    return text[first:start].strip() if is_role and first is not None else None


def _belongs_to_office(before: list[Span], text: str) -> bool:
    """Whether the words before the name end in an office of two parts, such as Secretary of State."""
    return len(before) > 2 and before[-2].of(text) == "of" and title_kind(before[-3].of(text)) == "role"


def titled_names(text: str) -> Iterator[TitledName]:
    """Places where a capitalised title stands before capitalised words that may be a person's name."""
    following = [Span(*word.span()) for word in _WORD.finditer(text)]
    for position, word in enumerate(following):
        surface = word.of(text)
        kind = title_kind(surface) if surface[0].isupper() else None
        if kind in ("role", "abbreviation", "honorific") and (name := _name_after(text, following, position)):
            yield TitledName(word, name)


def _name_after(text: str, following: list[Span], position: int) -> Span | None:
    start = following[position].end + 1
    end = start
    for word in following[position + 1 : position + 1 + _MOST_NAME_WORDS]:
        if word.start not in (start, end + 1):
            break
        surface = word.of(text)
        matched = _NAME_WORD.match(surface)
        if matched is None or matched.group() in words("capitalised_words") or title_kind(matched.group()):
            break
        end = word.start + matched.end()
        if surface[matched.end() :]:
            break
    name = Span(start, end)
    return name if end - start > 2 and "\n" not in text[start - 1 : end] else None
