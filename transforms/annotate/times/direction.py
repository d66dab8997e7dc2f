"""Whether a time expression looks back or ahead, by the words and verbs around it."""

from dataclasses import dataclass, field
from typing import Literal

from spacy.tokens import Doc, Token

Direction = Literal["past", "future"]

_PAST_PREPOSITIONS = frozenset(("since", "after", "following"))
_DEADLINES = frozenset(("until", "till"))
_FUTURE_PREPOSITIONS = frozenset(("by", "through"))
"""Unless the verb tells otherwise: had answered by Friday."""
_FUTURE_AUXILIARIES = frozenset(("will", "'ll", "’ll", "shall", "wo", "ca"))
_FUTURE_VERBS = frozenset(
    ("schedule", "plan", "expect", "due", "set", "intend", "aim", "hope", "prepare", "want", "slate", "propose", "vow")
)
"""Verbs and adjectives whose complement lies ahead: was scheduled to meet on Monday."""
_PERFECT = frozenset(("have", "has", "'ve", "’ve"))
_PRESENT = frozenset(("VBZ", "VBP"))
_NOT_SIMPLE_PAST = frozenset(("VBZ", "VBP", "VBN"))
_MAX_STEPS = 12


@dataclass(slots=True)
class Directions:
    """Answers for one document; verbs are read from its parse."""

    doc: Doc
    _by_character: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_character = {token.idx: token.i for token in self.doc}

    def of(self, start: int) -> Direction | None:
        """Direction of the expression whose first word begins at the code point; None where nothing tells."""
        index = self._by_character.get(start)
        if index is None:
            return None
        before = self.doc[index - 1].lower_ if index else ""
        if before in _PAST_PREPOSITIONS:
            return "past"
        if before in _DEADLINES:
            return "future"
        if _follows_past_verb(self.doc, index):
            return "past"
        by_verb = _of_verb_above(self.doc[index])
        return by_verb or ("future" if before in _FUTURE_PREPOSITIONS else None)


def _follows_past_verb(doc: Doc, index: int) -> bool:
    """Whether a verb in the past stands directly before the expression or its preposition, whatever the parse says."""
    before = [doc[position] for position in (index - 1, index - 2) if position >= 0]
    if before and before[0].lower_ in ("on", "in"):
        before = before[1:]
    return bool(before) and before[0].tag_ == "VBD" and before[0].pos_ == "VERB"


def _of_verb_above(token: Token) -> Direction | None:
    """By the nearest verb above the token, or by "ahead of" on the way there."""
    current = token
    for _ in range(_MAX_STEPS):
        if current.pos_ in ("VERB", "AUX"):
            return _of_verb(current)
        if current.lower_ in ("ahead", "upcoming") or any(child.lower_ == "upcoming" for child in current.children):
            return "future"
        if current.head.i == current.i:
            return None
        current = current.head
    return None


def _of_verb(verb: Token) -> Direction | None:
    """By the verb's tense; an infinitive or participle without one of its own takes that of the verb above it."""
    current = verb
    for _ in range(_MAX_STEPS):
        tense = _tense(current)
        if tense is not None:
            return None if tense == "open" else tense
        if current.head.i == current.i:
            return None
        current = current.head
    return None


def _tense(verb: Token) -> Direction | Literal["open"] | None:
    """Where the verb's own form looks; open where it could be either, None where the verb above it tells."""
    auxiliaries = [child for child in verb.children if child.dep_ in ("aux", "auxpass")]
    words = {child.lower_ for child in auxiliaries}
    tags = {verb.tag_, *(child.tag_ for child in auxiliaries)}
    if words & _FUTURE_AUXILIARIES or (_looks_ahead(verb) and verb.tag_ in _NOT_SIMPLE_PAST):
        return "future"
    if "VBD" in tags or words & _PERFECT or tags == {"VBN"}:
        return "past"
    if tags & _PRESENT:
        is_ahead = verb.tag_ == "VBG" or any(child.lower_ == "ahead" for child in verb.children)
        return "future" if is_ahead else "open"
    if "to" in words:
        ahead = verb.dep_ in ("acl", "relcl") or _looks_ahead(verb.head)
        return "future" if ahead else None
    return "future" if words else None


def _looks_ahead(verb: Token) -> bool:
    return verb.lemma_.lower() in _FUTURE_VERBS
