"""The recogniser's spans made right by rules that hold in any news text.

Each rule takes the names so far and gives them back changed; ``refined`` is their order.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from transforms.annotate.entities.acronyms import with_acronyms
from transforms.annotate.entities.agreement import agreed, with_repeats, with_surnames
from transforms.annotate.entities.names import TYPES, Name, Taken, apart, overlapping
from transforms.annotate.entities.recognise import Recognised
from transforms.annotate.entities.split import joined_particles, split_names
from transforms.annotate.entities.table import Listed, find_listed, is_ambiguous, look_up
from transforms.annotate.entities.titles import role_before, title_length, titled_names
from transforms.annotate.entities.trim import trimmed
from transforms.annotate.entities.word_lists import suffixes, words
from transforms.spans import Span

MAX_NAMES = 3_000
"""Names taken from one text, in text order: far above any article, and some rules compare names with each other."""

_DATELINE = re.compile(r"^([A-Z][A-Z.' \-]{2,30}?)(?:/([A-Z][A-Z.' \-]{2,30}?))?(?=,| \(| [-–—] )", re.MULTILINE)


def refined(text: str, recognised: Iterable[Recognised]) -> list[Name]:
    """Names in text order, apart from each other, with their OntoNotes label and, for people, their role."""
    found = [Name(Span(name.start, name.end), name.label) for name in recognised if name.label in TYPES][:MAX_NAMES]
    names = [cut for name in found if (cut := trimmed(text, name)) is not None]
    names = joined_particles(text, apart(names))
    names = split_names(text, names)
    names = _without_titles(text, names)
    names = _labelled_by_table(text, apart(names))
    names = _with_listed(text, names)
    names = _labelled_by_last_word(text, names)
    names = _with_datelines(text, names)
    names = _with_titled(text, names)
    names = with_surnames(text, names)
    names = agreed(text, names)
    names = with_repeats(text, names)
    names = with_acronyms(text, names)
    return [
        replace(name, role=name.role or role_before(text, name.span.start)) if name.label == "PERSON" else name
        for name in apart(names)[:MAX_NAMES]
    ]


def _without_titles(text: str, names: Sequence[Name]) -> list[Name]:
    """President Xi Jinping is Xi Jinping, whose role is President."""
    cut: list[Name] = []
    for name in names:
        length = title_length(name.span.of(text)) if name.label == "PERSON" else 0
        cut.append(replace(name, span=Span(name.span.start + length, name.span.end)))
    return cut


def _labelled_by_table(text: str, names: Sequence[Name]) -> list[Name]:
    """A listed name has the table's label; a city keeps the recogniser's where it may be a team or a person."""
    parts_of_people = {
        word
        for name in names
        if name.label == "PERSON"
        for word in name.span.of(text).split()
        if " " in name.span.of(text)
    }
    labelled: list[Name] = []
    for name in names:
        surface = name.span.of(text)
        listed = look_up(surface)
        if listed is None or (is_ambiguous(surface) and not _same_kind(name, listed)):
            labelled.append(name)
            continue
        may_be_namesake = name.label in ("ORG", "LOC", "FAC") or (name.label == "PERSON" and surface in parts_of_people)
        keeps = listed.source == "city" and may_be_namesake
        labelled.append(name if keeps else replace(name, label=listed.label))
    return labelled


def _same_kind(name: Name, listed: Listed) -> bool:
    """Whether the recogniser saw a name of the kind that the table lists, places and their people being one."""
    return name.label not in ("PERSON", "ORG", "PRODUCT", "WORK_OF_ART") or TYPES[name.label] == listed.type


def _with_listed(text: str, names: Sequence[Name]) -> list[Name]:
    """Listed names that the recogniser missed."""
    taken = Taken(names)
    missed: list[Name] = []
    for span, listed in find_listed(text):
        surface = span.of(text)
        if is_ambiguous(surface) or taken.overlaps(span):
            continue
        if listed.source == "city" and _beside_capital(text, span):
            continue
        missed.append(Name(span, listed.label, "rule"))
    return apart([*names, *missed])


def _beside_capital(text: str, span: Span) -> bool:
    """Whether a capitalised word stands directly before or after, so that the span may be part of a longer name."""
    after = re.match(r" [^\W\d_a-z]", text[span.end : span.end + 2])
    before = re.search(r"(?:^|\s)([^\W\d_a-z](?:\w*|\.|[\w.]*\.\w\.?)) $", text[max(0, span.start - 30) : span.start])
    return after is not None or (before is not None and before.group(1) not in words("capitalised_words"))


def _labelled_by_last_word(text: str, names: Sequence[Name]) -> list[Name]:
    """University, Ministry, River, Cup: the last word of a longer name tells what it is."""
    labelled: list[Name] = []
    for name in names:
        surface = name.span.of(text)
        first, _, last = surface.rpartition(" ")
        label = suffixes().get(last) if first and look_up(surface) is None else None
        if label is None or TYPES[label] == TYPES[name.label]:
            labelled.append(name)
        else:
            labelled.append(replace(name, label=label))
    return labelled


def _with_datelines(text: str, names: Sequence[Name]) -> list[Name]:
    """LONDON/BRUSSELS (Reuters) - names two cities, whatever the recogniser made of the capitals."""
    places: list[Name] = []
    for line in _DATELINE.finditer(text):
        for side in (1, 2):
            surface = line.group(side)
            if surface and (listed := look_up(surface)) and listed.type in ("place", "country"):
                places.append(Name(Span(*line.span(side)), "GPE", "rule"))
    taken = Taken(places)
    return apart([*(name for name in names if not taken.overlaps(name.span)), *places])


def _with_titled(text: str, names: Sequence[Name]) -> list[Name]:
    """Capitalised words after a capitalised title are a person."""
    starts = [name.span.start for name in names]
    people = list(names)
    for titled in titled_names(text):
        surface = titled.name.of(text)
        if look_up(surface) or look_up(surface.split(" ", 1)[0]) or surface.rsplit(" ", 1)[-1] in suffixes():
            continue
        within = overlapping(names, starts, titled.name)
        if not within:
            people.append(Name(titled.name, "PERSON", "rule"))
        elif (
            len(within) == 1
            and names[within[0]].span.start == titled.name.start
            and people[within[0]].label != "PERSON"
        ):
            name = names[within[0]]
            if " of " not in name.span.of(text) and name.span.of(text).rsplit(" ", 1)[-1] not in suffixes():
                people[within[0]] = replace(name, label="PERSON")
    return apart(people)
