"""Which names in a text are the same person's."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from transforms.annotate.entities.identity import folded
from transforms.annotate.entities.word_lists import words

_SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv"))


@dataclass(slots=True)
class _Person:
    parts: tuple[str, ...]
    family_first: bool
    positions: list[int] = field(default_factory=list)


def resolve_people(mentions: Sequence[tuple[int, str]]) -> list[list[int]]:
    """Groups of positions, one group a person.

    Names of several words come first, the longest before its shortenings: a middle name or initial may be missing,
    family and given name may change places. Then single words: the family name (last, or first where names are written
    so), then the given name; between several people of that name the one named last before it.

    Args:
        mentions: Position in the text's order and surface without title.
    """
    positions: dict[tuple[str, ...], list[int]] = {}
    family_first: dict[tuple[str, ...], bool] = {}
    for position, surface in mentions:
        parts = tuple(part for part in folded(surface).split() if part not in _SUFFIXES) or (surface,)
        positions.setdefault(parts, []).append(position)
        family_first[parts] = begins_with_family_name(surface)
    people: list[_Person] = []
    by_word: dict[str, list[_Person]] = {}
    full = [parts for parts in positions if len(parts) > 1]
    for parts in sorted(full, key=lambda parts: (-len(parts), positions[parts][0])):
        person = next((known for known in by_word.get(parts[-1], ()) if _same(known.parts, parts)), None)
        if person is None:
            person = _Person(parts, family_first[parts])
            people.append(person)
            for word in dict.fromkeys(parts):
                by_word.setdefault(word, []).append(person)
        person.positions = sorted([*person.positions, *positions[parts]])
    full_positions = {id(person): list(person.positions) for person in people}
    for parts in sorted((parts for parts in positions if len(parts) == 1), key=lambda parts: positions[parts][0]):
        word = parts[0]
        candidates = by_word.get(word, [])
        best = max((_closeness(person, word) for person in candidates), default=0)
        candidates = [person for person in candidates if _closeness(person, word) == best]
        if not candidates:
            people.append(_Person(parts, family_first=False, positions=list(positions[parts])))
            continue
        for position in positions[parts]:
            _last_named(candidates, full_positions, position).positions.append(position)
    return [sorted(person.positions) for person in people]


def begins_with_family_name(name: str) -> bool:
    """Whether the name is of two or three words of which the first is a family name: Xi Jinping."""
    parts = name.split()
    return len(parts) in (2, 3) and parts[0] in words("surname_first")


def family_name(name: str) -> str:
    """The word of the name that is the family's: the last one, or the first one of Xi Jinping."""
    parts = [part for part in name.split() if folded(part) not in _SUFFIXES]
    if len(parts) < 2:
        return name
    return parts[0] if begins_with_family_name(name) else parts[-1]


def _same(known: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    """Whether a name of several words may be the known person's."""
    if set(parts) <= set(known):
        return True
    if known[-1] != parts[-1]:
        return False
    first, other = known[0], parts[0]
    short = min(len(first), len(other))
    return first[:short] == other[:short] and (short == 1 or short >= 3)


def _closeness(person: _Person, word: str) -> int:
    """How well a single word names the person: family name, given name, any other part."""
    if word == person.parts[-1] or (person.family_first and word == person.parts[0]):
        return 3
    return 2 if word == person.parts[0] else 1


def _last_named(candidates: Sequence[_Person], full_positions: dict[int, list[int]], position: int) -> _Person:
    """The candidate whose full name stands last before the position, else the first one after it."""

    def nearness(person: _Person) -> tuple[bool, int]:
        named = full_positions[id(person)]
        before = bisect_left(named, position)
        return (True, named[before - 1]) if before else (False, -named[0])

    return max(candidates, key=nearness)
