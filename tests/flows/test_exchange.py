"""JSON lines in and out: what is wrong with a line is said with its number."""

import gzip
import json
from pathlib import Path

import pytest

from flows.exchange import BadLineError, annotate_lines, clean_lines

PAGE = "<html><body><article><h1>Ferry returns</h1>" + "<p>The ferry came back on Monday after a week at sea.</p>" * 6


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{not json", "line 2 is not JSON"),
        ("[]", "line 2 is not a JSON object"),
        ('{"id": "b"}', "line 2 has no text in url"),
        ('{"id": "b", "url": 3}', "line 2 has no text in url"),
        ('{"id": "b", "url": "https://e.org/"}', "line 2 has neither html nor file"),
        (
            '{"id": "b", "url": "https://e.org/", "item_title": 3}',
            "line 2 has something other than a text in item_title",
        ),
        ("[" * 100_000, "line 2 is not JSON"),
    ],
)
def test_a_bad_page_line_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    good = json.dumps({"id": "a", "url": "https://www.example.org/a", "html": PAGE})

    with pytest.raises(BadLineError, match=complaint):
        clean_lines([good, line], print, base=tmp_path)


def test_an_impossible_date_is_named() -> None:
    with pytest.raises(BadLineError, match="line 1: published is no ISO 8601 date: 'yesterday'"):
        annotate_lines(['{"id": "a", "text": "Fine.", "published": "yesterday"}'], print, model="en_core_web_sm")


def test_a_title_that_is_no_text_is_named() -> None:
    with pytest.raises(BadLineError, match="line 1 has something other than a text in title, language"):
        annotate_lines(['{"id": "a", "text": "Fine.", "title": 5, "language": ["en"]}'], print, model="en_core_web_sm")


def test_pages_come_from_files_packed_or_not(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "page.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    lines = [
        json.dumps({"id": name, "url": "https://www.example.org/a", "file": name})
        for name in ("page.html", "page.html.gz")
    ]
    written: list[str] = []

    assert clean_lines(lines, written.append, base=tmp_path) == 2
    first, second = (json.loads(line) for line in written)
    assert first["title"] == "Ferry returns"
    assert {**first, "id": ""} == {**second, "id": ""}


def test_a_lone_surrogate_in_an_id_survives_the_way_through(tmp_path: Path) -> None:
    line = '{"id": "\\ud83d", "url": "https://www.example.org/a", "html": ""}'
    written: list[str] = []

    clean_lines([line], written.append, base=tmp_path)

    assert json.loads(written[0].encode()) == {**json.loads(written[0]), "id": "\ud83d"}
