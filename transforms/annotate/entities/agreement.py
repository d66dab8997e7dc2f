"""One name is one kind of thing throughout a text, and is a name wherever it stands."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from transforms.annotate.entities.names import TYPES, Name, Taken, apart
from transforms.annotate.entities.people import begins_with_family_name
from transforms.annotate.entities.phrases import PhraseIndex
from transforms.annotate.entities.table import is_ambiguous, look_up
from transforms.annotate.entities.titles import title_kind
from transforms.annotate.entities.word_lists import words
from transforms.spans import Span

_LOWER_WORD = re.compile(r"(?<!\w)[a-z][a-z\-]+(?!\w)")
_NO_NAME = re.compile(r"\d|[:;/@]")
_INITIAL_OR_SUFFIX = re.compile(r"[A-Z]\.|Jr\.?|Sr\.?|I{2,3}|IV")
_NEXT_CAPITAL = re.compile(r"[ \-–]([^\W\d_a-z]\w*)")
_PREVIOUS_CAPITAL = re.compile(r"([^\W\d_a-z](?:\w*|\.|[\w.]*\.\w\.?))[ \-–]$")
"""A capitalised word or initials; a full stop after a longer word ends the sentence."""


def with_surnames(text: str, names: Sequence[Name]) -> list[Name]:
    """Family names of people named in full are people: wherever the recogniser saw something else or nothing."""
    labels = _labels_by_surface(text, names)
    lower = set(_LOWER_WORD.findall(text))
    surnames: set[str] = set()
    for full, votes in labels.items():
        if " " in full and votes["PERSON"] * 2 > sum(votes.values()) and not _NO_NAME.search(full):
            surnames |= {name for name in family_names(full) if _is_distinct(name, lower)}
    relabelled = [
        replace(name, label="PERSON") if _is_surname(name.span.of(text), surnames, labels) else name for name in names
    ]
    taken = Taken(names)
    added = [
        Name(span, "PERSON", "rule")
        for span in PhraseIndex(sorted(surnames)).find(text)
        if not taken.overlaps(span) and _stands_alone(text, span)
    ]
    return apart([*relabelled, *added])


def family_names(full: str) -> list[str]:
    """Family names of that full name: the last word, also with particles, and the first one where names begin so."""
    parts = [part for part in full.split() if not _INITIAL_OR_SUFFIX.fullmatch(part)]
    if len(parts) < 2:
        return []
    found = [parts[-1]]
    first = len(parts) - 1
    while first > 1 and parts[first - 1][0].islower():
        first -= 1
    if first < len(parts) - 1:
        found.append(" ".join(parts[first:]))
    if begins_with_family_name(" ".join(parts)):
        found.append(parts[0])
    return found


def agreed(text: str, names: Sequence[Name]) -> list[Name]:
    """Each surface that is not listed gets the kind that most of its mentions have, of equally many the first."""
    winners: dict[str, str] = {}
    for surface, votes in _labels_by_surface(text, names).items():
        kinds: Counter[str] = Counter()
        for label, count in votes.items():
            kinds[TYPES[label]] += count
        (kind, _), *others = kinds.most_common()
        if others:
            winners[surface] = next(label for label, _ in votes.most_common() if TYPES[label] == kind)
    return [
        replace(name, label=winners[surface])
        if (surface := name.span.of(text)) in winners and _is_free(surface)
        else name
        for name in names
    ]


def with_repeats(text: str, names: Sequence[Name]) -> list[Name]:
    """Further places where a name of the text stands and the recogniser saw none."""
    lower = set(_LOWER_WORD.findall(text))
    repeated: dict[str, str] = {}
    for surface, votes in _labels_by_surface(text, names).items():
        if _is_free(surface) and len(surface) > 2 and _is_distinct(surface, lower) and not re.search(r"\d{2}", surface):
            repeated[surface] = votes.most_common(1)[0][0]
    taken = Taken(names)
    added = [
        Name(span, repeated[span.of(text)], "rule")
        for span in PhraseIndex(repeated).find(text)
        if not taken.overlaps(span) and _stands_alone(text, span)
    ]
    return apart([*names, *added])


def _labels_by_surface(text: str, names: Sequence[Name]) -> Mapping[str, Counter[str]]:
    labels: dict[str, Counter[str]] = defaultdict(Counter)
    for name in names:
        labels[name.span.of(text)][name.label] += 1
    return labels


def _is_distinct(name: str, lower: set[str]) -> bool:
    """Whether the name cannot be an ordinary word of this text, a weekday, or a listed name."""
    return (
        len(name) > 1
        and name[0].isupper() | (" " in name)
        and name.lower() not in lower
        and name not in words("capitalised_words")
        and (look_up(name) is None or is_ambiguous(name))
        and not (name.isupper() and len(name) > 6)
    )


def _is_free(surface: str) -> bool:
    """Whether no table has a say on the surface."""
    listed = look_up(surface)
    return listed is None or listed.source == "city" or is_ambiguous(surface)


def _is_surname(surface: str, surnames: set[str], labels: Mapping[str, Counter[str]]) -> bool:
    votes = labels[surface]
    places = votes["GPE"] + votes["LOC"] + votes["FAC"]
    return surface in surnames and places <= max(1, votes["PERSON"])


def _stands_alone(text: str, span: Span) -> bool:
    """Whether the span is not part of a longer capitalised name or of a hyphenated word."""
    following = _NEXT_CAPITAL.match(text, span.end, span.end + 30)
    if following and following.group(1) not in words("capitalised_words") and not _is_demonym(following.group(1)):
        return False
    previous = _PREVIOUS_CAPITAL.search(text, max(0, span.start - 30), span.start)
    if previous is None:
        return True
    word = previous.group(1)
    return word in words("capitalised_words") or title_kind(word) is not None or _is_demonym(word)


def _is_demonym(word: str) -> bool:
    listed = look_up(word)
    return listed is not None and listed.label == "NORP"
