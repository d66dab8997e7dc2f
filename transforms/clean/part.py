"""A part's raw pages in, its articles and rejects out."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from importlib.metadata import version
from typing import Any

import pyarrow as pa

from transforms import duplicates, schemas
from transforms.clean.records import Article, Page, Reject

RULES_VERSION = 3
"""Raised with every change that can change a row."""
_LIBRARIES = ("trafilatura", "lxml", "courlan", "py3langid", "ftfy", "charset-normalizer")


@cache
def tool() -> str:
    """The step's rules and the libraries that decide its rows, with versions."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return f"clean {RULES_VERSION} ({libraries})"


def clean_part(raw_pages: pa.Table, clean: Callable[[Page], Article | Reject]) -> dict[str, pa.Table]:
    """Tables ``articles`` and ``rejects`` of a part's ``raw_pages``: every page is a row of one of the two.

    ``clean`` is ``clean_page``, or what calls it elsewhere with limits.
    """
    articles: list[dict[str, Any]] = []
    rejects: list[dict[str, Any]] = []
    for batch in raw_pages.to_batches(max_chunksize=32):
        for row in batch.to_pylist():
            result = clean(page_of(row))
            origin = {name: row[name] for name in ("page_id", "source", "part", "observed_at")}
            if isinstance(result, Reject):
                refusal = {"stage": "clean", "reason": result.reason, "detail": result.detail}
                rejects.append({**origin, **refusal, "url": row["final_url"], "tool": tool()})
            else:
                articles.append({**origin, **article_row(result), "tool": tool()})
    return {"articles": schemas.ARTICLES.rows(articles), "rejects": schemas.REJECTS.rows(rejects)}


def page_of(row: Mapping[str, Any]) -> Page:
    """The page in a row of ``raw_pages``."""
    return Page(
        url=row["url"],
        final_url=row["final_url"],
        body=row["body"],
        content_type=row["content_type"],
        headers=dict(row["headers"] or ()),
        item_title=row["item_title"],
        item_published=row["item_published"],
    )


def article_row(article: Article) -> dict[str, Any]:
    """The article's columns of a row of ``articles``."""
    row = {field.name: getattr(article, field.name) for field in fields(article) if field.name != "published"}
    row["authors"] = list(article.authors)
    row["tags"] = list(article.tags)
    row["encoding_faults"] = list(article.encoding_faults)
    row["headings"] = [{"start": span.start, "end": span.end} for span in article.headings]
    if signature := duplicates.signature(article.text):
        row["similarity_signature"] = list(signature.bands)
        row["similarity_shingles"] = signature.shingles
    return row
