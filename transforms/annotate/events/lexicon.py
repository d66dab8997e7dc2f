"""The lexicon of events: which words report which type of event, and who takes part in it.

A pattern is ``verb|verb``, followed by what must stand with the verb::

    +to|into     a particle or a preposition
    >talk|visit  an object (of the verb, or of the preposition named); joint_drill asks for the modifier too
    ~guilty      an adjective
    <heart       not with this object or modifier

or ``@noun|noun`` for an event named by a noun. Words are base forms. A pattern with more conditions goes before one
with fewer; among equals, one with more narrowing flags.

Flags narrow an entry: ``actor`` (somebody must do it), ``doer`` (and be named), ``partners`` (more than one takes
part), ``object``, ``topic`` (the object takes no part), ``recipient`` (somebody must be affected), ``named`` (the
recipient is a name), ``people`` (the object is), ``armed``, ``crowd`` (the actor is), ``official`` (the object is),
``weapon`` (the subject is one, or somebody), ``violence`` (not by storms, accidents or illness); ``complement``
(governs the event of its clause), ``clause`` (must have one), ``known`` (whose event is known), ``infinitive``,
``foreign`` (of another subject), ``own`` (of the same one), ``no-clause``, ``object-or-clause``, ``party-or-clause``;
for nouns ``parties`` (somebody is named), ``bound`` (beside the noun itself), ``scene`` (else it must stand as an
occurrence).
"""

import functools
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from transforms.annotate.word_kinds import data_rows

FLAGS = frozenset(
    (
        "actor",
        "armed",
        "bound",
        "clause",
        "complement",
        "crowd",
        "doer",
        "foreign",
        "infinitive",
        "known",
        "named",
        "no-clause",
        "object",
        "object-or-clause",
        "official",
        "own",
        "parties",
        "partners",
        "party-or-clause",
        "people",
        "recipient",
        "scene",
        "topic",
        "violence",
        "weapon",
    )
)
FRAMES = frozenset(("transitive", "symmetric", "swapped"))


@dataclass(frozen=True, slots=True)
class EventType:
    """A PLOVER type with its codes."""

    name: str
    cameo_root: str
    quad_class: int
    planned: str
    """Type of an event of this type that is only planned."""
    denied: str
    """Type of a refusal of such an event."""
    prepositions: tuple[str, ...]
    """Prepositions that introduce the recipient where an entry names none."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One wording; the module's text explains patterns and flags."""

    rule_id: str
    event_type: str
    words: tuple[str, ...]
    nominal: bool
    particles: frozenset[str]
    objects: frozenset[str]
    adjectives: frozenset[str]
    excluded: frozenset[str]
    mode: str | None
    cameo_root: str
    frame: str
    prepositions: tuple[str, ...]
    flags: frozenset[str]
    positive: str
    negative: str
    source: str
    pattern: str

    @property
    def conditions(self) -> int:
        """How much must stand with the verb: the more, the earlier the entry is tried."""
        return 2 * bool(self.objects) + 2 * bool(self.adjectives) + bool(self.particles)

    @property
    def narrowing(self) -> frozenset[str]:
        """The flags that can keep the entry from matching."""
        return self.flags - {"complement"}

    @property
    def rank(self) -> tuple[int, int]:
        """Sort key: entries are tried by falling conditions, then by falling number of narrowing flags."""
        return (-self.conditions, -len(self.narrowing))

    def combinations(self) -> set[tuple[str, str, str]]:
        """Every combination of word, particle and object that the pattern stands for."""
        return {
            (("@" if self.nominal else "") + word, particle, thing)
            for word in self.words
            for particle in self.particles or {""}
            for thing in (self.objects | self.adjectives) or {""}
        }


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All types and entries, found by the verb's or noun's base form."""

    types: Mapping[str, EventType]
    entries: tuple[Entry, ...]
    verbs: Mapping[str, tuple[Entry, ...]]
    """By verb, those with more conditions first."""
    nouns: Mapping[str, tuple[Entry, ...]]
    """By the last word of the noun, those with a modifier first."""


def _entry(event_type: EventType, cells: list[str]) -> Entry:
    rule_id, pattern, mode, cameo, frame, prepositions, flags, positive, negative, source = cells
    parts = pattern.split(" ")
    found: dict[str, frozenset[str]] = {}
    for part in parts[1:]:
        found[part[0]] = frozenset(part[1:].split("|"))
    if unknown := found.keys() - {"+", ">", "~", "<"}:
        raise ValueError(f"{rule_id}: {sorted(unknown)} in the pattern {pattern!r}")
    named_flags = frozenset(flags.split("|")) if flags else frozenset()
    if unknown_flags := named_flags - FLAGS:
        raise ValueError(f"{rule_id}: unknown flags {sorted(unknown_flags)}")
    if frame not in FRAMES:
        raise ValueError(f"{rule_id}: unknown frame {frame!r}")
    return Entry(
        rule_id=rule_id,
        event_type=event_type.name,
        words=tuple(parts[0].removeprefix("@").split("|")),
        nominal=pattern.startswith("@"),
        particles=found.get("+", frozenset()),
        objects=found.get(">", frozenset()),
        adjectives=found.get("~", frozenset()),
        excluded=found.get("<", frozenset()),
        mode=mode or None,
        cameo_root=cameo,
        frame=frame,
        prepositions=tuple(prepositions.split("|")) if prepositions else event_type.prepositions,
        flags=named_flags,
        positive=positive,
        negative=negative,
        source=source,
        pattern=pattern,
    )


@functools.cache
def lexicon() -> Lexicon:
    """The lexicon of the packaged data.

    Raises:
        ValueError: an entry has an unknown flag, frame or condition.
    """
    types = {
        name: EventType(name, cameo, int(quad), planned, denied, tuple(prepositions.split("|")))
        for name, cameo, quad, planned, denied, prepositions in data_rows("events/types.tsv")
    }
    entries = tuple(
        _entry(event_type, cells)
        for event_type in types.values()
        for cells in data_rows(f"events/{event_type.name}.tsv")
    )
    verbs: dict[str, list[Entry]] = defaultdict(list)
    nouns: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        for word in entry.words:
            if entry.nominal:
                nouns[word.rsplit("_", 1)[-1]].append(entry)
            else:
                verbs[word].append(entry)
    return Lexicon(
        types,
        entries,
        {word: tuple(sorted(found, key=lambda entry: entry.rank)) for word, found in verbs.items()},
        {
            word: tuple(sorted(found, key=lambda entry: (word in entry.words, entry.rank)))
            for word, found in nouns.items()
        },
    )
