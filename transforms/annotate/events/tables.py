"""Events as rows of the tables ``event_mentions`` and ``events``."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from transforms.annotate.records import EventMention, Party
from transforms.identity import stable_id

_SYMMETRIC = frozenset(("CONSULT", "COOPERATE"))
"""Types in which it does not matter who is named first."""
_STRENGTH = ("happened", "planned", "hypothetical", "denied")


def event_rows(
    article_id: str,
    page_id: str,
    published: date | None,
    event_mentions: Sequence[EventMention],
    quote_ids: Sequence[str],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of ``event_mentions`` and of ``events``, without the columns of part and tool.

    ``quote_ids`` are the ids of the text's quotations, by their sequence. An event whose parties and date are all
    known has an id made of them, the same in every article; any other has an id of its own, so that nothing uncertain
    is counted together.
    """
    mention_rows: list[dict[str, Any]] = []
    grouped: dict[str, list[EventMention]] = {}
    for mention in event_mentions:
        event_id = event_id_of(page_id, mention)
        grouped.setdefault(event_id, []).append(mention)
        mention_rows.append(_mention_row(event_id, article_id, page_id, mention, quote_ids))
    events = [_event_row(event_id, article_id, page_id, published, mentions) for event_id, mentions in grouped.items()]
    return mention_rows, events


def event_id_of(page_id: str, mention: EventMention) -> str:
    """Id of the event that a mention reports."""
    actors = [party.entity_id for party in mention.actors]
    recipients = [party.entity_id for party in mention.recipients]
    known = [entity for entity in (*actors, *recipients) if entity is not None]
    if not actors or len(known) < len(actors) + len(recipients) or mention.date_start is None:
        return stable_id("event-mention", page_id, str(mention.trigger_span.start), mention.rule_id)
    if mention.event_type in _SYMMETRIC:
        parties = ["actors", *sorted(set(known)), "recipients"]
    else:
        doers = sorted({entity for entity in actors if entity is not None})
        others = sorted({entity for entity in recipients if entity is not None})
        parties = ["actors", *doers, "recipients", *others]
    return stable_id("event", mention.event_type, *parties, mention.date_start.isoformat())


def _mention_row(
    event_id: str, article_id: str, page_id: str, mention: EventMention, quote_ids: Sequence[str]
) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "article_id": article_id,
        "page_id": page_id,
        "sentence": mention.sentence,
        "sentence_start": mention.sentence_span.start,
        "sentence_end": mention.sentence_span.end,
        "event_type": mention.event_type,
        "mode": mention.mode,
        "cameo_root": mention.cameo_root,
        "quad_class": mention.quad_class,
        "trigger": mention.trigger,
        "trigger_start": mention.trigger_span.start,
        "trigger_end": mention.trigger_span.end,
        "actors": [_party(party) for party in mention.actors],
        "recipients": [_party(party) for party in mention.recipients],
        "place": mention.place,
        "place_entity_id": mention.place_entity_id,
        "status": mention.status,
        "date_start": mention.date_start,
        "date_end": mention.date_end,
        "date_text": mention.date_text,
        "date_method": mention.date_method,
        "asserted_by": mention.asserted_by,
        "quote_id": None if mention.quote_sequence is None else quote_ids[mention.quote_sequence],
        "rule_id": mention.rule_id,
    }


def _party(party: Party) -> dict[str, Any]:
    return {
        "text": party.text,
        "start": party.span.start,
        "end": party.span.end,
        "entity_id": party.entity_id,
        "name": party.name,
    }


def _event_row(
    event_id: str, article_id: str, page_id: str, published: date | None, mentions: Sequence[EventMention]
) -> dict[str, Any]:
    first = mentions[0]
    dated = next((mention for mention in mentions if mention.date_start is not None), first)
    return {
        "event_id": event_id,
        "article_id": article_id,
        "page_id": page_id,
        "event_type": first.event_type,
        "mode": next((mention.mode for mention in mentions if mention.mode is not None), None),
        "cameo_root": first.cameo_root,
        "quad_class": first.quad_class,
        "actor_names": [party.name or party.text for party in first.actors],
        "actor_ids": [party.entity_id for party in first.actors if party.entity_id is not None],
        "recipient_names": [party.name or party.text for party in first.recipients],
        "recipient_ids": [party.entity_id for party in first.recipients if party.entity_id is not None],
        "place": next((mention.place for mention in mentions if mention.place is not None), None),
        "status": min((mention.status for mention in mentions), key=_STRENGTH.index),
        "date_start": dated.date_start,
        "date_end": dated.date_end,
        "report_date": published,
        "mentions": len(mentions),
    }
