"""Where an event took place, as its own clause says."""

from collections.abc import Sequence

from spacy.tokens import Token

from transforms.annotate.events.grammar import children
from transforms.annotate.events.parties import PartyFinder
from transforms.annotate.records import Mention, Party

_PREPOSITIONS = frozenset(("in", "at", "near", "outside", "inside", "across", "throughout", "around", "off"))
_PLACES = frozenset(("GPE", "LOC", "FAC"))
_VERBAL = frozenset(("VERB", "AUX"))


def place_of(trigger: Sequence[Token], taken: Sequence[Party], finder: PartyFinder) -> Mention | None:
    """The first place behind "in", "at" or "near" of the wording's words; none that is a party already."""
    words = list(trigger)
    words += [word.head for word in trigger if word.pos_ == "NOUN" and word.head.pos_ in _VERBAL]
    for word in words:
        for preposition in children(word, "prep"):
            if preposition.lower_ not in _PREPOSITIONS:
                continue
            for behind in children(preposition, "pobj"):
                found = _place_at(behind, finder)
                if found is not None and not any(party.span.overlaps(found.span) for party in taken):
                    return found
    return None


def _place_at(noun: Token, finder: PartyFinder) -> Mention | None:
    for token in (noun, *children(noun, "poss", "compound", "amod")):
        if token.ent_type_ in _PLACES:
            return finder.mention_at(token)
    return None
