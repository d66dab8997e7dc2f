"""Annotations as the JSON object that ``newslake annotate --jsonl`` writes for a text."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from transforms.annotate.records import Annotations, EventMention, Mention, Party, Quote, TimeExpression
from transforms.spans import Span


def as_json(annotations: Annotations) -> dict[str, Any]:
    """Entities (one object a mention), quotes, events (in the order of the mentions) and times; spans are [start, end].

    Dates are ISO 8601; a value that is not known is null.
    """
    names = {entity.entity_id: entity for entity in annotations.entities}
    return {
        "nlp_status": annotations.nlp_status,
        "detail": annotations.detail,
        "entities": [
            _mention(mention) | {"name": names[mention.entity_id].name, "country": names[mention.entity_id].country}
            for mention in annotations.mentions
        ],
        "quotes": [_quote(quote) for quote in annotations.quotes],
        "events": [_event(event) for event in annotations.event_mentions],
        "times": [_time(time) for time in annotations.times],
    }


def _mention(mention: Mention) -> dict[str, Any]:
    return {
        "start": mention.span.start,
        "end": mention.span.end,
        "text": mention.surface,
        "type": mention.label,
        "kind": mention.kind,
        "cluster": mention.entity_id,
        "entity_id": mention.entity_id,
        "role": mention.role,
        "sentence": mention.sentence,
        "origin": mention.origin,
    }


def _quote(quote: Quote) -> dict[str, Any]:
    return {
        "type": quote.quote_type,
        "content": _spans(quote.content_spans),
        "content_text": quote.content,
        "verbatim": _spans(quote.verbatim_spans),
        "cue": _spans([quote.cue_span] if quote.cue_span else []),
        "cue_text": quote.cue,
        "cue_lemma": quote.cue_lemma,
        "source": _spans([quote.speaker_span] if quote.speaker_span else []),
        "source_text": quote.speaker_mention,
        "speaker": quote.speaker_name,
        "speaker_entity_id": quote.speaker_entity_id,
        "speaker_kind": quote.speaker_kind,
        "resolved_by": quote.resolved_by,
        "rule_id": quote.rule_id,
        "confidence": quote.confidence,
    }


def _event(event: EventMention) -> dict[str, Any]:
    return {
        "start": event.trigger_span.start,
        "end": event.trigger_span.end,
        "trigger": event.trigger,
        "type": event.event_type,
        "mode": event.mode,
        "cameo": event.cameo_root,
        "quad": event.quad_class,
        "actor": [party.text for party in event.actors],
        "actors": [_party(party) for party in event.actors],
        "recipient": [party.text for party in event.recipients],
        "recipients": [_party(party) for party in event.recipients],
        "location": event.place,
        "location_entity_id": event.place_entity_id,
        "status": event.status,
        "date": _date(event.date_start),
        "date_end": _date(event.date_end),
        "date_text": event.date_text,
        "date_method": event.date_method,
        "asserted_by": event.asserted_by,
        "quote": event.quote_sequence,
        "sentence": event.sentence,
        "rule_id": event.rule_id,
    }


def _party(party: Party) -> dict[str, Any]:
    return {
        "text": party.text,
        "start": party.span.start,
        "end": party.span.end,
        "entity_id": party.entity_id,
        "name": party.name,
    }


def _time(time: TimeExpression) -> dict[str, Any]:
    return {
        "start": time.span.start,
        "end": time.span.end,
        "text": time.surface,
        "type": time.type,
        "value": time.value,
        "date_start": _date(time.date_start),
        "date_end": _date(time.date_end),
        "method": time.method,
    }


def _spans(spans: Iterable[Span]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]


def _date(day: date | None) -> str | None:
    return day.isoformat() if day else None
