"""The rows of a part: every table of the annotate step from the part's articles."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from transforms.annotate.annotator import Annotator
from transforms.annotate.events.tables import event_rows
from transforms.annotate.quotes.tables import quote_rows
from transforms.annotate.records import Annotations, Document, Entity, Mention, TimeExpression
from transforms.annotate.version import tool
from transforms.schemas import TABLES, tables_of
from transforms.spans import Span

_COLUMNS = ("article_id", "page_id", "part", "published_date", "language", "title", "headings", "text")
_BATCH = 64
"""Articles in memory at once."""

_Row = dict[str, Any]


def annotate_part(articles: pa.Table, annotator: Annotator) -> dict[str, pa.Table]:
    """Every table of the annotate step for a part's articles; each article is a row of ``annotations``.

    Args:
        articles: Rows of the table ``articles``.
        annotator: Does the work; its model stands in every row it had a part in.
    """
    rows: dict[str, list[_Row]] = {table.name: [] for table in tables_of("annotate")}
    made_by = tool()
    for article, annotations in _annotated(articles, annotator):
        origin = {"page_id": article["page_id"], "part": article["part"], "tool": made_by}
        model = {"model": annotator.model if annotations.nlp_status == "ok" else None}
        for name, found in _rows(article, annotations).items():
            has_model = "model" in TABLES[name].schema.names
            rows[name] += [{**row, **origin, **(model if has_model else {})} for row in found]
    return {name: TABLES[name].rows(found) for name, found in rows.items()}


def _annotated(articles: pa.Table, annotator: Annotator) -> Iterator[tuple[_Row, Annotations]]:
    for batch in articles.select(_COLUMNS).to_batches(max_chunksize=_BATCH):
        chosen: list[_Row] = batch.to_pylist()
        yield from zip(chosen, annotator.annotate([_document(article) for article in chosen]), strict=True)


def _document(article: Mapping[str, Any]) -> Document:
    return Document(
        text=article["text"],
        title=article["title"],
        published=article["published_date"],
        language=article["language"],
        headings=tuple(Span(heading["start"], heading["end"]) for heading in article["headings"]),
    )


def _rows(article: Mapping[str, Any], annotations: Annotations) -> dict[str, list[_Row]]:
    """Rows by table, without the columns of page, part, tool and model."""
    article_id = article["article_id"]
    quotes = quote_rows(article_id, annotations.quotes)
    event_mentions, events = event_rows(
        article_id,
        article["page_id"],
        article["published_date"],
        annotations.event_mentions,
        [quote["quote_id"] for quote in quotes],
    )
    summary = {
        "article_id": article_id,
        "nlp_status": annotations.nlp_status,
        "detail": annotations.detail,
        "sentences": len(annotations.sentences),
    }
    return {
        "annotations": [summary],
        "entities": [_entity_row(article_id, entity) for entity in annotations.entities],
        "entity_mentions": [_mention_row(article_id, mention) for mention in annotations.mentions],
        "quotes": quotes,
        "event_mentions": event_mentions,
        "events": events,
        "times": _time_rows(article_id, annotations.times),
    }


def _entity_row(article_id: str, entity: Entity) -> _Row:
    return {
        "article_id": article_id,
        "entity_id": entity.entity_id,
        "name": entity.name,
        "type": entity.type,
        "country": entity.country,
        "role": entity.role,
        "mentions": entity.mentions,
        "first_start": entity.first_start,
        "in_title": entity.in_title,
    }


def _mention_row(article_id: str, mention: Mention) -> _Row:
    return {
        "article_id": article_id,
        "entity_id": mention.entity_id,
        "start": mention.span.start,
        "end": mention.span.end,
        "surface": mention.surface,
        "sentence": mention.sentence,
        "label": mention.label,
        "kind": mention.kind,
        "role": mention.role,
        "origin": mention.origin,
    }


def _time_rows(article_id: str, times: Sequence[TimeExpression]) -> list[_Row]:
    return [
        {
            "article_id": article_id,
            "start": time.span.start,
            "end": time.span.end,
            "surface": time.surface,
            "type": time.type,
            "value": time.value,
            "date_start": time.date_start,
            "date_end": time.date_end,
            "method": time.method,
        }
        for time in times
    ]
