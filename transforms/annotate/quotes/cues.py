"""The lexicon of verbs that introduce somebody's words."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from spacy.tokens import Token

from transforms.annotate.word_kinds import data_rows


@dataclass(frozen=True, slots=True)
class Cue:
    """A verb of speech: its class and the kinds of content it takes."""

    lemma: str
    kind: str
    """say, claim, admit, deny, confirm, promise, warn, predict, complain, ask, propose, rule, call or think."""
    complements: frozenset[str]
    """Of clause, that-clause, infinitive, naming and marks; the data file explains them."""


_WRONG_LEMMAS = {"saith": "say", "sais": "say", "says": "say", "said": "say"}


@functools.cache
def cues() -> Mapping[str, Cue]:
    """Every cue by its base form.

    Raises:
        ValueError: the data file names a verb twice or lacks a column.
    """
    found: dict[str, Cue] = {}
    for lemma, kind, complements in data_rows("quote_cues.tsv"):
        if lemma in found:
            raise ValueError(f"cue {lemma!r} stands twice in the lexicon")
        found[lemma] = Cue(lemma, kind, frozenset(complements.split()))
    return found


def lemma_of(token: Token) -> str:
    """Base form of a verb, in lower case."""
    return _WRONG_LEMMAS.get(token.lower_, token.lemma_.lower())


def cue_of(token: Token) -> Cue | None:
    """Cue that a token is, by part of speech and base form."""
    if token.pos_ not in ("VERB", "AUX") and token.lower_ not in _WRONG_LEMMAS:
        return None
    return cues().get(lemma_of(token))
