"""Quotations as rows of the table ``quotes``."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from transforms.annotate.records import Quote
from transforms.identity import stable_id
from transforms.spans import Span


def quote_rows(article_id: str, quotes: Sequence[Quote]) -> list[dict[str, Any]]:
    """One row a quotation, in the order given, without the columns of page, part and tool.

    The id is made of the article, the content and its number among equal contents, so that a quotation keeps it when
    others are added before it.
    """
    seen: Counter[str] = Counter()
    rows = []
    for quote in quotes:
        number = seen[quote.content]
        seen[quote.content] += 1
        rows.append(
            {
                "quote_id": stable_id("quote", article_id, quote.content, str(number)),
                "article_id": article_id,
                "sequence": quote.sequence,
                "quote_type": quote.quote_type,
                "content": quote.content,
                "content_spans": _pieces(quote.content_spans),
                "verbatim": quote.verbatim,
                "verbatim_spans": _pieces(quote.verbatim_spans),
                "cue": quote.cue,
                "cue_lemma": quote.cue_lemma,
                "cue_start": None if quote.cue_span is None else quote.cue_span.start,
                "cue_end": None if quote.cue_span is None else quote.cue_span.end,
                "speaker_mention": quote.speaker_mention,
                "speaker_start": None if quote.speaker_span is None else quote.speaker_span.start,
                "speaker_end": None if quote.speaker_span is None else quote.speaker_span.end,
                "speaker_name": quote.speaker_name,
                "speaker_entity_id": quote.speaker_entity_id,
                "speaker_kind": quote.speaker_kind,
                "resolved_by": quote.resolved_by,
                "rule_id": quote.rule_id,
                "confidence": quote.confidence,
            }
        )
    return rows


def _pieces(spans: Sequence[Span]) -> list[dict[str, int]]:
    return [{"start": span.start, "end": span.end} for span in spans]
