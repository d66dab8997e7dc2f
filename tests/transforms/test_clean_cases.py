"""Golden cases: a folder of ``clean_cases`` holds a page, what is known about it, what must come out, its origin."""

import json
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from transforms.clean import Article, Page, Reject, clean_page
from transforms.clean.part import article_row
from transforms.clean.records import RejectReason

CASES = sorted(path for path in (Path(__file__).parent / "clean_cases").iterdir() if path.is_dir())


def page_of(case: Path) -> Page:
    meta = json.loads((case / "meta.json").read_text(encoding="utf-8"))
    (file,) = case.glob("page.*")
    return Page(
        url=meta["url"],
        final_url=meta.get("final_url", meta["url"]),
        body=file.read_bytes(),
        content_type=meta["content_type"],
        headers={},
        item_title=meta.get("item_title"),
        item_published=meta.get("item_published"),
    )


def plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_page_gives_what_the_case_expects(case: Path) -> None:
    expected: dict[str, Any] = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    result = clean_page(page_of(case))
    if "reject" in expected:
        assert isinstance(result, Reject)
        assert result.reason == expected["reject"]
        return
    assert isinstance(result, Article)
    fields = {**asdict(result), **article_row(result)}
    assert {name: plain(fields[name]) for name in expected["article"]} == expected["article"]
    assert result.text.split("\n\n") == expected["blocks"]
    assert [heading.of(result.text) for heading in result.headings] == expected["headings"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_says_where_its_page_comes_from(case: Path) -> None:
    assert (case / "origin.txt").read_text(encoding="utf-8").strip()


ELSEWHERE = {
    "too-large": "test_clean_any_bytes.py and test_clean_decode.py",
    "time-limit": "tests/flows/test_clean_pages.py",
    "memory-limit": "tests/flows/test_clean_pages.py",
    "crashed": "tests/flows/test_clean_pages.py",
    "erased": "tests/warehouse/test_erasure.py and tests/flows/test_erase.py",
    "extractor-failed": "no page is known that does it",
}
"""Reasons that need a page too large to keep, or a process of its own: where they are tested."""


def test_every_reason_has_a_case() -> None:
    expected = [json.loads((case / "expected.json").read_text(encoding="utf-8")) for case in CASES]
    shown = {outcome["reject"] for outcome in expected if "reject" in outcome}

    assert shown | ELSEWHERE.keys() == set(get_args(RejectReason))
