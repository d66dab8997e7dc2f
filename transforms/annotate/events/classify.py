"""What type an event is once its status and the clause it governs are known."""

from spacy.tokens import Token

from transforms.annotate.events.grammar import children, complement, lemma
from transforms.annotate.events.lexicon import Entry, lexicon
from transforms.annotate.events.matching import Match, verb_matches
from transforms.annotate.events.status import DENIED, PLANNED, is_negated
from transforms.annotate.word_kinds import verb_kinds

_HOSTILE = frozenset(("ASSAULT", "COERCE", "SANCTION", "THREATEN", "PROTEST"))
_KEPT_UNDER_INTENT = frozenset(("REQUEST", "ACCUSE", "MOBILIZE", "REJECT"))
_PAST_AUXILIARIES = frozenset(("did", "had", "has", "have", "was", "were", "do", "does"))


def event_type(match: Match, status: str) -> str:
    """PLOVER type of a matched event.

    A future CONSULT, SUPPORT, COOPERATE, AID, CONCEDE or RETREAT is AGREE, a refused one REJECT; a promise to do
    harm is THREATEN (PLOVER codebook).
    """
    entry = match.entry
    if match.head.pos_ == "NOUN":
        planned = lexicon().types[entry.event_type].planned
        return planned if status == PLANNED and planned == "AGREE" else entry.event_type
    governed = _governed_type(match)
    name = governed or entry.event_type
    types = lexicon().types[name]
    if _unless(match.head) and status == PLANNED and name != "REJECT":
        return "THREATEN"
    if status == DENIED:
        return name if _merely_did_not(match.head) else types.denied
    if status == PLANNED and not _is_decided(match.head):
        return types.planned
    return name


def _merely_did_not(verb: Token) -> bool:
    """Whether a negation only says that something did not take place: had not discussed, did not meet."""
    auxiliaries = {child.lower_ for child in verb.children if child.dep_ in ("aux", "auxpass")}
    return bool(auxiliaries & _PAST_AUXILIARIES) and not auxiliaries & {"will", "would", "wo", "to"}


def _is_decided(verb: Token) -> bool:
    """Whether who is to do it has decided it: a decision to lift a ban is a step of its own, not a promise."""
    return verb.dep_ in ("xcomp", "acl") and "decision" in verb_kinds(lemma(verb.head))


def _unless(verb: Token) -> bool:
    return any(
        inner.dep_ == "mark" and inner.lower_ == "unless"
        for clause in children(verb, "advcl")
        for inner in clause.children
    )


def governed_entry(match: Match) -> Entry | None:
    """The entry of the event in the clause that a match governs."""
    if match.entry.flags.isdisjoint(("complement", "clause")):
        return None
    inner = complement(match.head)
    while inner is not None:
        found = next(verb_matches(inner), None)
        if found is not None:
            return found.entry
        inner = complement(inner)
    return None


def _governed_type(match: Match) -> str | None:
    """Type of an intention, by what is intended."""
    if match.entry.event_type != "AGREE":
        return None
    inner = complement(match.head)
    if inner is not None and is_negated(inner) and not match.entry.flags.isdisjoint(("complement", "clause")):
        return "REJECT"
    entry = governed_entry(match)
    if entry is not None and entry.event_type in _HOSTILE:
        return "THREATEN"
    if entry is not None and entry.event_type in _KEPT_UNDER_INTENT:
        return entry.event_type
    return None


def governed_verbs(match: Match) -> list[Token]:
    """The verbs whose events a match takes up into its own."""
    if match.entry.flags.isdisjoint(("complement", "infinitive", "foreign")):
        return []
    found = []
    inner = complement(match.head)
    while inner is not None:
        found.append(inner)
        found += [
            token for token in inner.conjuncts if token.pos_ == "VERB" and not children(token, "nsubj", "nsubjpass")
        ]
        inner = complement(inner)
    return found
