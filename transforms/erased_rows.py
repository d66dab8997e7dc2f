"""A part's tables in, the same tables without erased pages out: each page leaves a row that says no more than that."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa

from transforms.erasure import ERASED, Tombstones, is_withheld, withheld
from transforms.identity import content_hash
from transforms.schemas import ARTICLES, RAW_PAGES, REJECTS, TABLES

NAMES = ("url", "final_url", "redirects", "known_by")
"""Columns of ``raw_pages`` in which a page is named."""


@dataclass(frozen=True, slots=True)
class WithoutErased:
    """What erasing makes of a part's tables."""

    pages: frozenset[str]
    """Pages that were named, by id; those of earlier erasures are not among them."""
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    """The tables that change."""
    rows: Mapping[str, int] = field(default_factory=dict)
    """Rows removed or emptied, by table."""


def without_erased(tables: Mapping[str, pa.Table], tombstones: Tombstones, *, now: datetime) -> WithoutErased:
    """The part without what the tombstones name.

    Of a raw page remain its id and times; of an article a row in ``rejects``; of an attempt to fetch that it took
    place. What was derived from the article goes.

    Args:
        tables: All tables of the part that have rows, or some of them; with ``raw_pages`` and ``articles``.
        tombstones: What was erased.
        now: When the bodies are removed.
    """
    pages = named_pages(tables, tombstones)
    changed: dict[str, pa.Table] = {}
    rows: dict[str, int] = {}

    def note(name: str, table: pa.Table, count: int) -> None:
        if count:
            changed[name], rows[name] = table, count

    if "raw_pages" in tables:
        note("raw_pages", *_raw_pages(tables["raw_pages"], pages, tombstones, now))
    if "fetches" in tables:
        note("fetches", *_rewritten(tables["fetches"], lambda row: _fetch(row, pages, tombstones)))
    if "discoveries" in tables:
        note("discoveries", *_rewritten(tables["discoveries"], lambda row: _discovery(row, tombstones)))
    refused = list(_refusals(tables, pages))
    known = tables.get("rejects", REJECTS.rows([]))
    rejects, count = _rewritten(known, lambda row: _reject(row, pages, tombstones))
    if refused:
        rejects = pa.concat_tables([rejects, REJECTS.rows(refused)])
    if refused or count:
        changed["rejects"], rows["rejects"] = rejects, count
    for name, table in tables.items():
        if name == ARTICLES.name or TABLES[name].step == "annotate":
            kept = [page not in pages for page in table["page_id"].to_pylist()]
            note(name, table.filter(pa.array(kept, pa.bool_())), kept.count(False))
    return WithoutErased(pages, changed, {name: count for name, count in rows.items() if count})


def named_pages(tables: Mapping[str, pa.Table], tombstones: Tombstones) -> frozenset[str]:
    """Ids of the part's pages that the tombstones name, by whatever address."""
    found = set()
    if "raw_pages" in tables:
        for row in tables["raw_pages"].select(["page_id", *NAMES]).to_pylist():
            if not is_withheld(row["url"]) and tombstones.bar(*names_of(row)):
                found.add(row["page_id"])
    for name, columns in (("articles", ("url", "canonical_url")), ("rejects", ("url",))):
        if name in tables:
            for row in tables[name].select(["page_id", *columns]).to_pylist():
                if tombstones.bar(*(row[column] for column in columns)):
                    found.add(row["page_id"])
    return frozenset(found)


def names_of(row: Mapping[str, Any]) -> Iterator[str]:
    """Every address by which a row of ``raw_pages`` names its page."""
    yield row["url"]
    yield row["final_url"]
    yield from row["redirects"] or ()
    yield from (key for key in row["known_by"] or () if not key.startswith("page:"))


def _raw_pages(table: pa.Table, pages: AbstractSet[str], tombstones: Tombstones, now: datetime) -> tuple[pa.Table, int]:
    """Emptied rows stand where the pages stood: bodies of others are not touched, and never leave Arrow."""
    columns = ["page_id", "source", "url", "observed_at", "part", "found_in"]
    rows = table.select(columns).to_pylist()
    emptied = [at for at, row in enumerate(rows) if row["page_id"] in pages]
    count = len(emptied)
    table = _with_strings(table, "found_in", [_hidden(row["found_in"], tombstones) for row in rows])
    if not emptied and table["found_in"].to_pylist() == [row["found_in"] for row in rows]:
        return table, 0
    stubs = [
        {
            "page_id": rows[at]["page_id"],
            "source": rows[at]["source"],
            "url": withheld(rows[at]["url"]),
            "final_url": withheld(rows[at]["url"]),
            "body": b"",
            "content_hash": content_hash(b""),
            "observed_at": rows[at]["observed_at"],
            "part": rows[at]["part"],
            "body_removed_at": now,
        }
        for at in emptied
    ]
    gone = set(emptied)
    kept = [at for at in range(table.num_rows) if at not in gone]
    order = {at: place for place, at in enumerate([*kept, *emptied])}
    joined = pa.concat_tables([table.take(pa.array(kept, pa.int64())), RAW_PAGES.rows(stubs)])
    return joined.take(pa.array([order[at] for at in range(table.num_rows)], pa.int64())), max(count, 1)


def _with_strings(table: pa.Table, name: str, values: list[str | None]) -> pa.Table:
    at = table.schema.get_field_index(name)
    return table.set_column(at, table.schema.field(name), pa.array(values, pa.string()))


def _rewritten(table: pa.Table, rewrite: Any) -> tuple[pa.Table, int]:  # noqa: ANN401 - a function of a row
    rows = table.to_pylist()
    new = [rewrite(row) for row in rows]
    count = sum(one != other for one, other in zip(rows, new, strict=True))
    return (pa.Table.from_pylist(new, schema=table.schema), count) if count else (table, 0)


def _fetch(row: dict[str, Any], pages: AbstractSet[str], tombstones: Tombstones) -> dict[str, Any]:
    if row["page_id"] in pages or tombstones.bar(row["url"]):
        return {**row, "url": withheld(row["url"]), "detail": None}
    return {**row, "detail": tombstones.without_names(row["detail"])}


def _discovery(row: dict[str, Any], tombstones: Tombstones) -> dict[str, Any]:
    if tombstones.bar(row["url"], row["key"], row["address"]):
        nothing = {"title": None, "published": None, "address": None}
        row = {**row, **nothing, "url": withheld(row["url"]), "key": withheld(row["key"])}
    return {**row, "found_in": _hidden(row["found_in"], tombstones)}


def _reject(row: dict[str, Any], pages: AbstractSet[str], tombstones: Tombstones) -> dict[str, Any]:
    if row["page_id"] in pages:
        return {**row, "url": withheld(row["url"]), "reason": ERASED, "detail": None}
    return {**row, "detail": tombstones.without_names(row["detail"])}


def _refusals(tables: Mapping[str, pa.Table], pages: AbstractSet[str]) -> Iterator[dict[str, Any]]:
    """Rows of ``rejects`` in place of articles."""
    if "articles" not in tables:
        return
    columns = ["page_id", "source", "url", "observed_at", "part", "tool"]
    for row in tables["articles"].select(columns).to_pylist():
        if row["page_id"] in pages:
            yield {**row, "url": withheld(row["url"]), "stage": "clean", "reason": ERASED}


def _hidden(address: str | None, tombstones: Tombstones) -> str | None:
    return withheld(address) if address is not None and tombstones.bar(address) else address
