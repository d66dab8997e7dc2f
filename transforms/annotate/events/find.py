"""All event mentions of a text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from spacy.tokens import Doc, Token
from spacy.tokens import Span as TokenSpan

from transforms.annotate.events.classify import event_type, governed_verbs
from transforms.annotate.events.conditions import holds
from transforms.annotate.events.dates import EventDates
from transforms.annotate.events.grammar import children, lemma
from transforms.annotate.events.lexicon import lexicon
from transforms.annotate.events.matching import Match, noun_matches, verb_matches
from transforms.annotate.events.parties import PartyFinder
from transforms.annotate.events.places import destination, place_of
from transforms.annotate.events.roles import Roles, noun_roles, verb_roles
from transforms.annotate.events.status import noun_status, status_of
from transforms.annotate.records import Entity, EventMention, Mention, Party, Quote, TimeExpression
from transforms.annotate.word_kinds import verb_kinds
from transforms.spans import Span

_VERBAL = frozenset(("VERB", "AUX"))
_DEPTH = {"relcl": 2.0, "acl": 2.0, "advcl": 1.5, "xcomp": 0.6, "ccomp": 0.6}
_OTHER_DEPTH = 0.5
_REPORTED_DEPTH = 0.1
_DEEPEST = 40
_LONGEST_SENTENCE = 600
"""Tokens beyond which a "sentence" is a table or a broken text; it is not read for events."""
_TRIGGER_GAP = 4
"""Tokens between the words of a wording up to which they are one trigger."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A match with all that is known of it."""

    match: Match
    status: str
    type_name: str
    actors: tuple[Party, ...]
    recipients: tuple[Party, ...]
    prominence: float


def find_event_mentions(
    doc: Doc,
    mentions: Sequence[Mention],
    entities: Sequence[Entity],
    quotes: Sequence[Quote],
    times: Sequence[TimeExpression],
    published: date | None,
) -> list[EventMention]:
    """Events that a parsed text reports, sentence by sentence, the most prominent of a sentence first.

    ``mentions``, ``entities``, ``quotes`` and ``times`` are those of the same text; ``published`` keeps a date that
    lies after the article from dating what it says has happened. A sentence that reports no event gives none.
    """
    finder = PartyFinder(doc, mentions, entities)
    dates = EventDates(doc, times)
    found: list[EventMention] = []
    for number, sentence in enumerate(doc.sents):
        if len(sentence) > _LONGEST_SENTENCE:
            continue
        found += [
            _mention(item, number, sentence, finder, dates, quotes, published)
            for item in _sentence_events(sentence, finder)
        ]
    return found


def _sentence_events(sentence: TokenSpan, finder: PartyFinder) -> list[_Found]:
    found: list[_Found] = []
    used: set[int] = set()
    verbs = [token for token in sentence if token.pos_ in _VERBAL]
    for verb in sorted(verbs, key=lambda token: (_depth(token), token.i)):
        if verb.i in used or finder.mention_at(verb) is not None:
            continue
        if verb.dep_ in ("acl", "relcl") and verb.head.i in used:
            continue
        item = _verb_event(verb, finder)
        if item is None:
            continue
        for governed in governed_verbs(item.match):
            used.update(token.i for token in (governed, *children(governed, "dobj", "nsubjpass")))
        used.update(token.i for token in item.match.trigger)
        found.append(item)
    for noun in sentence:
        if noun.i in used or noun.pos_ != "NOUN":
            continue
        item = _noun_event(noun, finder)
        if item is not None and not any(_same_event(item, other) for other in found):
            found.append(item)
    return sorted(found, key=lambda item: (-item.prominence, item.match.head.i))


def _verb_event(verb: Token, finder: PartyFinder) -> _Found | None:
    for match in verb_matches(verb):
        roles = verb_roles(match)
        roles = _without_pronouns(roles, verb, finder)
        if not holds(match, roles):
            continue
        status = status_of(verb)
        actors, recipients = _parties(roles, verb, finder)
        prominence = 10 - _depth(verb) + 2 * bool(actors) + 2 * (bool(recipients) or len(actors) > 1)
        return _Found(match, status, event_type(match, status), actors, recipients, prominence)
    return None


def _noun_event(noun: Token, finder: PartyFinder) -> _Found | None:
    for match in noun_matches(noun):
        roles = _without_pronouns(noun_roles(match), noun, finder)
        if not holds(match, roles):
            continue
        status = noun_status(noun)
        actors, recipients = _parties(roles, noun, finder)
        prominence = 5 - 0.7 * _depth(noun) + bool(actors) + (bool(recipients) or len(actors) > 1)
        return _Found(match, status, event_type(match, status), actors, recipients, prominence)
    return None


def _without_pronouns(roles: Roles, verb: Token, finder: PartyFinder) -> Roles:
    return Roles(
        tuple(finder.antecedent(token, verb) for token in roles.actors),
        tuple(finder.antecedent(token, verb) for token in roles.recipients),
    )


def _parties(roles: Roles, verb: Token, finder: PartyFinder) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
    actors = finder.parties(roles.actors, verb)
    spans = [party.span for party in actors]
    recipients = tuple(
        party
        for party in finder.parties(roles.recipients, verb)
        if not any(party.span.overlaps(span) for span in spans)
    )
    return actors, recipients


def _same_event(item: _Found, other: _Found) -> bool:
    """Whether a noun only names again what a verb of the sentence reports: the same type and parties."""
    if item.match.entry.event_type not in (other.type_name, other.match.entry.event_type):
        return False
    known = {party.text for party in (*other.actors, *other.recipients)}
    return all(
        not parties or any(party.text in known for party in parties) for parties in (item.actors, item.recipients)
    )


def _depth(token: Token) -> float:
    """How far below the sentence's main statement a word stands."""
    depth = 0.0
    for _ in range(_DEEPEST):
        head = token.head
        if head.i == token.i:
            break
        reported = token.dep_ == "ccomp" and "speech" in verb_kinds(lemma(head))
        depth += _REPORTED_DEPTH if reported else _DEPTH.get(token.dep_, _OTHER_DEPTH)
        token = head
    return depth


def _mention(
    item: _Found,
    number: int,
    sentence: TokenSpan,
    finder: PartyFinder,
    dates: EventDates,
    quotes: Sequence[Quote],
    published: date | None,
) -> EventMention:
    entry = item.match.entry
    kind = lexicon().types[item.type_name]
    unchanged = item.type_name == entry.event_type
    span = _trigger_span(item.match)
    place = place_of(item.match.head, (*item.actors, *item.recipients), finder)
    if place is None and entry.mode == "visit":
        place = destination(item.recipients, finder)
    time = dates.date_of(item.match.head, sentence.start, sentence.end - 1)
    if time is not None and _contradicts(time, item.status, published):
        time = None
    quote = _quote_around(span, quotes)
    text = sentence.doc.text
    return EventMention(
        sentence=number,
        sentence_span=Span(sentence.start_char, sentence.end_char),
        event_type=item.type_name,
        mode=entry.mode if unchanged else None,
        cameo_root=entry.cameo_root if unchanged else kind.cameo_root,
        quad_class=kind.quad_class,
        trigger=span.of(text),
        trigger_span=span,
        actors=item.actors,
        recipients=item.recipients,
        place=None if place is None else place.surface,
        place_entity_id=None if place is None else place.entity_id,
        status=item.status,
        date_start=None if time is None else time.date_start,
        date_end=None if time is None else time.date_end,
        date_text=None if time is None else time.surface,
        date_method=None if time is None else time.method,
        asserted_by=None if quote is None else quote.speaker_entity_id,
        quote_sequence=None if quote is None else quote.sequence,
        rule_id=entry.rule_id,
    )


def _contradicts(time: TimeExpression, status: str, published: date | None) -> bool:
    """Whether a date lies after the article that says the event has happened."""
    return (
        published is not None and status == "happened" and time.date_start is not None and time.date_start > published
    )


def _trigger_span(match: Match) -> Span:
    """From the first to the last word of the wording; the verb or noun alone where they stand far apart."""
    words = match.trigger
    near = all(second.i - first.i <= _TRIGGER_GAP for first, second in pairwise(words))
    first, last = (words[0], words[-1]) if near else (match.head, match.head)
    return Span(first.idx, last.idx + len(last))


def _quote_around(span: Span, quotes: Sequence[Quote]) -> Quote | None:
    for quote in quotes:
        if any(piece.contains(span) for piece in quote.content_spans):
            return quote
    return None
