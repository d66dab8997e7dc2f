"""A part's raw pages become articles and rejects, none lost."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from transforms import schemas
from transforms.clean import Inspection, Page, clean_page, clean_part, inspect_page, tool
from transforms.identity import content_hash, stable_id

CASES = Path(__file__).parent / "clean_cases"


def raw_row(case: str, content_type: str = "text/html") -> dict[str, Any]:
    (file,) = (CASES / case).glob("page.*")
    url = f"https://www.harbour-courier.example/news/{case}"
    body = file.read_bytes()
    return {
        "page_id": stable_id("page", url, content_hash(body)),
        "source": "courier",
        "url": url,
        "final_url": url,
        "redirects": [],
        "status": 200,
        "content_type": content_type,
        "headers": [("content-type", content_type)],
        "body": body,
        "content_hash": content_hash(body),
        "observed_at": datetime(2026, 3, 4, 12, tzinfo=UTC),
        "part": "2026-03-04/courier/0000",
    }


def test_every_page_is_an_article_or_a_reject() -> None:
    cases = ["json_ld_in_graph", "wall", "front_page", "live_blog", "consent"]
    pages = schemas.RAW_PAGES.rows([raw_row(case) for case in cases])
    tables = clean_part(pages, clean_page)
    articles, rejects = tables["articles"], tables["rejects"]
    assert articles.schema == schemas.ARTICLES.schema
    assert rejects.schema == schemas.REJECTS.schema
    ids = articles["page_id"].to_pylist() + rejects["page_id"].to_pylist()
    assert set(ids) == set(pages["page_id"].to_pylist())
    assert len(ids) == pages.num_rows
    assert set(rejects["reason"].to_pylist()) == {"wall", "consent", "list-page"}
    assert set(articles["tool"].to_pylist()) == {tool()}


def test_a_part_without_pages_gives_empty_tables() -> None:
    tables = clean_part(schemas.RAW_PAGES.rows([]), clean_page)
    assert tables["articles"].num_rows == tables["rejects"].num_rows == 0


def test_the_same_part_gives_the_same_tables() -> None:
    pages = schemas.RAW_PAGES.rows([raw_row("json_ld_in_graph"), raw_row("live_blog")])
    assert clean_part(pages, clean_page)["articles"].equals(clean_part(pages, clean_page)["articles"])


def test_the_tool_names_rules_and_libraries() -> None:
    assert tool().startswith("clean 3 (trafilatura ")


def test_an_inspection_shows_every_candidate_and_the_winners() -> None:
    row = raw_row("json_ld_in_graph")
    inspection = inspect_page(Page(row["url"], row["url"], row["body"], "text/html", {}))
    assert isinstance(inspection, Inspection)
    assert inspection.charset == "utf-8"
    fields = {candidate.field for candidate in inspection.candidates}
    assert fields == {"published", "modified", "title", "authors", "canonical_url"}
    for field in fields:
        assert sum(candidate.won for candidate in inspection.candidates if candidate.field == field) == 1
    assert {candidate.origin for candidate in inspection.candidates if candidate.field == "published"} >= {
        "json-ld",
        "time-element",
    }
