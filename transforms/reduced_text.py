"""Texts reduced to what facts point at: every other character is masked, so that all offsets still hold."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, get_args

import pyarrow as pa

from transforms.schemas import TABLES

Kept = Literal["full", "quotes", "none"]
"""What is kept of a text. quotes: the characters that rows of other tables point at: quotations with their speakers,
names, words of events and times. none: none of its characters; names and codes of what was found stay as data.
"""
MASK = "\u2588"
"""Stands for each character that is not kept; line breaks stay, so that blocks can be told."""

_MASKED = re.compile(r"[^\n]")
Row = dict[str, Any]


def stricter(*kept: Kept) -> Kept:
    """The one that keeps least."""
    order: tuple[Kept, ...] = get_args(Kept)
    return max(kept, key=order.index)


def reduced_tables(tables: Mapping[str, pa.Table], kept: Mapping[str, Kept]) -> dict[str, pa.Table]:
    """The tables of a part that carry text, with no more of it than is to be kept; rows and offsets stay.

    Args:
        tables: ``articles`` and the tables that annotate makes, as many as have rows.
        kept: What to keep, by page; other pages stay as they are. What was reduced further before stays so.
    """
    if "articles" not in tables:
        return {}
    spans = _spans(tables)
    changed: dict[str, pa.Table] = {}

    def reduce(name: str, change: Callable[[Row], Row]) -> None:
        rows = tables[name].to_pylist()
        new = [change(row) for row in rows]
        if new != rows:
            changed[name] = pa.Table.from_pylist(new, schema=tables[name].schema)

    reduce("articles", lambda row: _article(row, kept.get(row["page_id"], "full"), spans.get(row["page_id"], [])))
    bare = {page for page, level in kept.items() if level == "none"}
    if bare:
        for name, change in _WORDLESS.items():
            if name in tables:
                reduce(name, lambda row, change=change: change(row) if row["page_id"] in bare else row)  # type: ignore[misc]
        if "events" in tables:
            names = _resolved_names(tables)
            reduce("events", lambda row: _event(row, names) if row["page_id"] in bare else row)
    return changed


def masked(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with every character masked that lies outside the spans, but for line breaks."""
    pieces, at = [], 0
    for start, end in sorted(spans):
        if end > at:
            pieces += [_MASKED.sub(MASK, text[at : max(at, start)]), text[max(at, start) : end]]
            at = end
    return "".join([*pieces, _MASKED.sub(MASK, text[at:])])


def _article(row: Row, level: Kept, spans: list[tuple[int, int]]) -> Row:
    level = stricter(level, row["text_kept"] or "full")
    if level == "full":
        return row
    text = masked(row["text"], spans if level == "quotes" else [])
    return {**row, "text": text, "lead": None, "text_kept": level}


def _spans(tables: Mapping[str, pa.Table]) -> dict[str, list[tuple[int, int]]]:
    """Every stretch of a text whose characters stand in another table, by page."""
    found: dict[str, list[tuple[int, int]]] = {}
    for name, table in tables.items():
        if TABLES[name].step == "annotate":
            starts = [column.name for column in TABLES[name].columns if column.span_of is not None]
            lists = [column.name for column in TABLES[name].columns if pa.types.is_list(column.type)]
            for row in table.to_pylist():
                found.setdefault(row["page_id"], []).extend(_spans_of(row, starts, lists))
    return found


def _spans_of(row: Row, starts: list[str], lists: list[str]) -> Iterator[tuple[int, int]]:
    for start in starts:
        if row[start] is not None:
            yield row[start], row[start.removesuffix("start") + "end"]
    for name in lists:
        for item in row[name] or ():
            if isinstance(item, dict):
                yield item["start"], item["end"]


def _mask(text: str | None) -> str | None:
    return None if text is None else _MASKED.sub(MASK, text)


def _quote(row: Row) -> Row:
    words = ("content", "verbatim", "cue", "speaker_mention")
    return {**row, **{name: _mask(row[name]) for name in words}, "cue_lemma": None}


def _surface(row: Row) -> Row:
    return {**row, "surface": _mask(row["surface"])}


def _event_mention(row: Row) -> Row:
    parties = {
        name: [{**party, "text": _mask(party["text"])} for party in row[name]] for name in ("actors", "recipients")
    }
    place = row["place"] if row["place_entity_id"] is not None else None
    return {**row, **parties, "trigger": _mask(row["trigger"]), "place": place, "date_text": None}


def _event(row: Row, names: Mapping[str, frozenset[str]]) -> Row:
    known = names.get(row["page_id"], frozenset())
    named = {
        column: [name if name in known else _mask(name) for name in row[column]]
        for column in ("actor_names", "recipient_names")
    }
    return {**row, **named, "place": row["place"] if row["place"] in known else None}


def _resolved_names(tables: Mapping[str, pa.Table]) -> dict[str, frozenset[str]]:
    """Names of entities, which are data and no words of the text, by page."""
    names: dict[str, set[str]] = {}
    for row in tables["entities"].select(["page_id", "name"]).to_pylist() if "entities" in tables else ():
        names.setdefault(row["page_id"], set()).add(row["name"])
    return {page: frozenset(found) for page, found in names.items()}


_WORDLESS: Mapping[str, Callable[[Row], Row]] = {
    "entity_mentions": _surface,
    "quotes": _quote,
    "event_mentions": _event_mention,
    "times": _surface,
}
