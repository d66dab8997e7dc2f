"""All names of one thing in a text brought together: longest first, then what shortens it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from transforms.annotate.entities.acronyms import initials, stands_for
from transforms.annotate.entities.identity import country_id, entity_id, folded, person_name
from transforms.annotate.entities.names import TYPES, Name
from transforms.annotate.entities.people import family_name, resolve_people
from transforms.annotate.entities.table import Listed, is_ambiguous, look_up
from transforms.annotate.entities.word_lists import suffixes

Kind = Literal["name", "demonym", "acronym", "surname"]

_LEGAL_FORM = re.compile(
    r",?\s+(?:Inc|Corp|Corporation|Co|Company|Ltd|Limited|PLC|Plc|plc|LLC|LP|AG|SA|S\.A|NV|N\.V|SE|AB|GmbH|SpA|Group|"
    r"Holdings?)\.?$"
)
_ACRONYM = re.compile(r"[A-Z][A-Z&.\-]{1,8}")
_GEORGIA_COUNTRY = re.compile(r"\b(?:Tbilisi|Georgians?|Abkhazia|South Ossetia|Caucasus)\b")
_GEORGIA_STATE = re.compile(
    r"\b(?:Atlanta|Savannah|Alabama|Florida|Tennessee|Arizona|Michigan|Pennsylvania|U\.S\. Senate)\b"
)


@dataclass(slots=True)
class Resolved:
    """One entity of the text and its names."""

    entity_id: str
    name: str
    type: str
    country: str | None = None
    members: list[int] = field(default_factory=list)
    """Positions among the names given to ``resolve``."""


def resolve(text: str, names: Sequence[Name]) -> list[Resolved]:
    """The entities that the names stand for, each with the positions of its names; every name belongs to one."""
    entities: dict[str, Resolved] = {}
    people: list[int] = []
    organisations: list[int] = []
    others: list[int] = []
    for position, name in enumerate(names):
        listed = _listed(text, name)
        if listed is not None:
            _add(entities, _entity_of(listed), position)
        elif name.label == "PERSON":
            people.append(position)
        else:
            (organisations if name.label == "ORG" else others).append(position)
    surfaces = [name.span.of(text) for name in names]
    for cluster in resolve_people([(position, surfaces[position]) for position in people]):
        fullest = _fullest_person([surfaces[position] for position in cluster])
        identity = Resolved(entity_id("person", person_name(fullest)), fullest, "person")
        for position in cluster:
            _add(entities, identity, position)
    for group in _resolve_organisations([(position, surfaces[position]) for position in organisations]):
        identity = _organisation([surfaces[position] for position in group])
        for position in group:
            _add(entities, identity, position)
    for position, identity in _resolve_others(others, surfaces, names):
        _add(entities, identity, position)
    return sorted(entities.values(), key=lambda entity: min(entity.members))


def kind_of(surface: str, entity: Resolved) -> Kind:
    """How the surface names the entity."""
    listed = look_up(surface)
    if listed is not None and listed.is_demonym and entity.type in ("country", "place"):
        return "demonym"
    if entity.type == "person":
        return "surname" if surface != entity.name and folded(surface) == folded(family_name(entity.name)) else "name"
    if _ACRONYM.fullmatch(surface) and len(surface.replace(".", "")) < len(entity.name) and " " in entity.name:
        return "acronym"
    return "name"


def _resolve_others(
    positions: Sequence[int], surfaces: Sequence[str], names: Sequence[Name]
) -> Iterator[tuple[int, Resolved]]:
    """Places, events and the rest by equal names; an acronym, or Heathrow for Heathrow Airport, by the longer name."""
    longer: dict[str, str] = {}
    for position in positions:
        surface = surfaces[position]
        first, _, last = surface.rpartition(" ")
        if first:
            longer.setdefault(initials(surface), surface)
        if last in suffixes():
            longer.setdefault(first, surface)
    for position in positions:
        surface = surfaces[position]
        name = longer.get(surface.replace(".", "")) if " " not in surface and surface.isupper() else longer.get(surface)
        type_ = TYPES[names[position].label]
        yield position, Resolved(entity_id(type_, name or surface), name or surface, type_)


def _add(entities: dict[str, Resolved], identity: Resolved, position: int) -> None:
    entities.setdefault(identity.entity_id, identity).members.append(position)


def _listed(text: str, name: Name) -> Listed | None:
    """The table's entry for the name, where the name's label allows it."""
    surface = name.span.of(text)
    listed = look_up(surface)
    if listed is None or name.label == "PERSON":
        return None
    if name.label == "ORG" and listed.type not in ("organisation", "country"):
        return None
    if is_ambiguous(surface) and TYPES[name.label] not in ("place", "group"):
        return None
    if listed.country == "GE" and _GEORGIA_STATE.search(text) and not _GEORGIA_COUNTRY.search(text):
        return Listed("Georgia", "GPE", "place", "place")
    return listed


def _entity_of(listed: Listed) -> Resolved:
    if listed.country is not None:
        return Resolved(country_id(listed.country), listed.name, "country", listed.country)
    return Resolved(entity_id(listed.type, listed.name), listed.name, listed.type)


def _fullest_person(surfaces: Iterable[str]) -> str:
    """The surface that tells most of the name: up to three words, then the most frequent, then the longest."""
    counts = Counter(surfaces)
    return max(
        counts, key=lambda surface: (_words(surface), counts[surface], not surface.isupper(), len(surface), surface)
    )


def _words(surface: str) -> int:
    return min(len(surface.split()), 3)


def _organisation(surfaces: Iterable[str]) -> Resolved:
    counts = Counter(surfaces)
    name = max(
        counts,
        key=lambda surface: (not _ACRONYM.fullmatch(surface), len(_bare(surface)), counts[surface], surface),
    )
    if listed := look_up(name):
        return (
            _entity_of(listed)
            if listed.type == "organisation"
            else Resolved(entity_id("organisation", name), name, "organisation")
        )
    return Resolved(entity_id("organisation", _bare(name)), name, "organisation")


def _bare(name: str) -> str:
    """The name of an organisation without its legal form."""
    return _LEGAL_FORM.sub("", name) or name


def _resolve_organisations(mentions: Sequence[tuple[int, str]]) -> list[list[int]]:
    """Groups of positions: equal names without legal form, acronyms, and unique shortenings of a longer name."""
    positions: dict[str, list[int]] = {}
    for position, surface in mentions:
        positions.setdefault(surface, []).append(position)
    groups: dict[str, list[int]] = {}
    shorter: dict[str, set[str]] = {}
    by_initials: dict[str, list[tuple[str, str]]] = {}

    def register(key: str, surface: str) -> None:
        parts = key.split()
        for length in range(1, len(parts)):
            shorter.setdefault(" ".join(parts[:length]), set()).add(key)
        if len(parts) > 1 and len(parts[-1]) > 4:
            shorter.setdefault(parts[-1], set()).add(key)
        if len(parts) > 1:
            by_initials.setdefault(initials(surface)[:2], []).append((surface, key))

    for surface in sorted(positions, key=lambda surface: (-len(surface), positions[surface][0])):
        key = folded(_bare(surface)) or surface
        if key not in groups:
            longer = shorter.get(key, set())
            if _ACRONYM.fullmatch(surface):
                letters = surface.replace(".", "")
                matching = [full for name, full in by_initials.get(letters[:2], ()) if stands_for(letters, name)]
                longer = set(matching[:1]) or longer
            if len(longer) == 1 and key not in _TOO_GENERAL:
                key = next(iter(longer))
            else:
                register(key, surface)
        groups.setdefault(key, []).extend(positions[surface])
    return [sorted(group) for group in groups.values()]


_TOO_GENERAL = frozenset(
    ("party", "church", "bank", "university", "ministry", "department", "court", "council", "united")
)
"""Words that shorten many names: alone they say nothing."""
