"""Where an event took place, as its own clause says."""

from collections.abc import Sequence

from spacy.tokens import Token

from transforms.annotate.events.grammar import children
from transforms.annotate.events.parties import PartyFinder
from transforms.annotate.records import Mention, Party

_PREPOSITIONS = frozenset(("in", "at", "near", "outside", "inside", "across", "throughout", "around", "off"))
_PLACES = frozenset(("GPE", "LOC", "FAC"))
_VERBAL = frozenset(("VERB", "AUX"))
_MOST_WORDS = 60


def place_of(head: Token, taken: Sequence[Party], finder: PartyFinder) -> Mention | None:
    """The first place behind "in", "at" or "near" in the clause of an event; none that is a party already."""
    top = head
    while top.pos_ not in _VERBAL and top.head.i != top.i:
        top = top.head
    candidates = [token for token in list(top.subtree)[:_MOST_WORDS] if token.lower_ in _PREPOSITIONS]
    for preposition in sorted(candidates, key=lambda token: (token.i < head.i, token.i)):
        if preposition.dep_ != "prep" or not _in_clause(preposition, head, top):
            continue
        for behind in children(preposition, "pobj"):
            found = _place_at(behind, finder)
            if found is not None and not any(party.span.overlaps(found.span) for party in taken):
                return found
    return None


def _in_clause(token: Token, head: Token, top: Token) -> bool:
    """Whether no other verb stands between a word and the event."""
    current = token
    while current.i not in (head.i, top.i):
        if current.pos_ in _VERBAL:
            return False
        current = current.head
    return True


def _place_at(noun: Token, finder: PartyFinder) -> Mention | None:
    for token in (noun, *children(noun, "poss", "compound", "amod")):
        if token.ent_type_ in _PLACES:
            return finder.mention_at(token)
    return None


def destination(parties: Sequence[Party], finder: PartyFinder) -> Mention | None:
    """The place among the parties of a visit."""
    for party in parties:
        mention = finder.mention_within(party.span)
        if mention is not None and mention.label in _PLACES:
            return mention
    return None
