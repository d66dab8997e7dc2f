"""What annotation finds in one article; the columns of the same names in ``transforms.schemas`` explain the fields."""

from dataclasses import dataclass
from datetime import date

from transforms.spans import Span


@dataclass(frozen=True, slots=True)
class Document:
    """A text to annotate, with what is known about it."""

    text: str
    title: str | None = None
    published: date | None = None
    """Day against which "yesterday" is resolved; without it relative dates stay unresolved."""
    language: str | None = None
    """ISO 639-1 code; detected from the text where None."""
    headings: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention of an entity."""

    span: Span
    entity_id: str
    surface: str
    sentence: int
    label: str
    kind: str
    role: str | None
    origin: str


@dataclass(frozen=True, slots=True)
class Entity:
    """All mentions of one entity in the text."""

    entity_id: str
    name: str
    type: str
    country: str | None
    role: str | None
    mentions: int
    first_start: int
    in_title: bool


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """A date, time or duration named in the text."""

    span: Span
    surface: str
    type: str
    value: str | None
    date_start: date | None
    date_end: date | None
    method: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation and its attribution; the id is made when the article is known."""

    sequence: int
    quote_type: str
    content: str
    content_spans: tuple[Span, ...]
    verbatim: str | None
    verbatim_spans: tuple[Span, ...]
    cue: str | None
    cue_lemma: str | None
    cue_span: Span | None
    speaker_mention: str | None
    speaker_span: Span | None
    speaker_name: str | None
    speaker_entity_id: str | None
    speaker_kind: str | None
    resolved_by: str | None
    rule_id: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who takes part in an event."""

    text: str
    span: Span
    entity_id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class EventMention:
    """One place in the text that reports an event."""

    sentence: int
    sentence_span: Span
    event_type: str
    mode: str | None
    cameo_root: str
    quad_class: int
    trigger: str
    trigger_span: Span
    actors: tuple[Party, ...]
    recipients: tuple[Party, ...]
    place: str | None
    place_entity_id: str | None
    status: str
    date_start: date | None
    date_end: date | None
    date_text: str | None
    date_method: str | None
    asserted_by: str | None
    quote_sequence: int | None
    """Place of the quotation the event stands in among the text's quotes."""
    rule_id: str


@dataclass(frozen=True, slots=True)
class Annotations:
    """Everything found in one document; empty where ``nlp_status`` is not ``ok``, but for what its detail names."""

    nlp_status: str
    detail: str | None
    sentences: tuple[Span, ...]
    mentions: tuple[Mention, ...]
    entities: tuple[Entity, ...]
    quotes: tuple[Quote, ...]
    event_mentions: tuple[EventMention, ...]
    times: tuple[TimeExpression, ...]
