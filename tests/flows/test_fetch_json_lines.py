"""Pages in JSON lines."""

import gzip
import json
from io import BytesIO
from typing import Any

import pytest

from flows.fetch.local.json_lines import JsonLineLimits, LinePage, LineProblem, read_json_lines


def read(*lines: Any, after: int = 0, **bounds: int) -> list[LinePage | LineProblem]:
    """What a file of those lines holds; what is no text or bytes is written as JSON."""
    encoded = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    return list(read_json_lines(BytesIO(b"\n".join(encoded)), limits=JsonLineLimits(**bounds), after=after))


def page(record: Any) -> LinePage:
    (found,) = read(record)
    assert isinstance(found, LinePage)
    return found


def problems(*lines: Any, **bounds: int) -> list[str]:
    found = read(*lines, **bounds)
    assert all(isinstance(problem, LineProblem) for problem in found)
    return [problem.detail for problem in found if isinstance(problem, LineProblem)]


def test_a_line_is_a_page() -> None:
    record = {
        "id": "a-17",
        "url": "https://courier.example/a#top",
        "html": "<p>Zoë</p>",
        "title": " The  ferry ",
        "published": "2026-03-02T08:30:00+01:00",
    }
    assert page(record) == LinePage(
        url="https://courier.example/a",
        id="a-17",
        body="<p>Zoë</p>".encode(),
        content_type="text/html; charset=utf-8",
        title="The ferry",
        published="2026-03-02T08:30:00+01:00",
        line=1,
    )


def test_a_text_is_a_page_too_and_everything_else_may_be_missing() -> None:
    assert page({"text": "The ferry is back.", "id": 17}) == LinePage(
        None, "17", b"The ferry is back.", "text/plain; charset=utf-8", None, None, 1
    )
    assert page({"html": "<p>", "text": "other", "url": "", "title": None}).body == b"<p>"


def test_the_names_that_the_command_line_takes_are_read() -> None:
    record = {"html": "<p>", "item_title": "Ferry", "item_published": "2026-03-02"}
    assert (page(record).title, page(record).published) == ("Ferry", "2026-03-02")


def test_values_that_are_none_are_left_out() -> None:
    record = {"html": "<p>", "title": 7, "published": "soon", "id": ["a"]}
    assert (page(record).title, page(record).published, page(record).id) == (None, None, None)
    assert page({"html": "a\ud800\0", "title": "b\ud800\0"}).body == b"a?\0"
    assert page({"html": "a", "title": "b\ud800\0"}).title == "b?"


def test_a_file_of_the_machine_is_never_read(tmp_path: Any) -> None:
    (tmp_path / "secret").write_text("secret")
    assert problems({"id": "a", "file": str(tmp_path / "secret")}) == [
        "it has neither html nor text; a file that it names is not read here"
    ]


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        (b"{", "it is not JSON"),
        (b"\xff", "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b"9" * 10_000, "it is not JSON"),
        (b"[]", "it is not a JSON object"),
        (b"NaN", "it is not a JSON object"),
        ({}, "it has neither html nor text"),
        ({"text": None, "rejected": "no-text"}, "it has neither html nor text"),
        ({"html": "a", "url": "ftp://courier.example/"}, "its url is none"),
        ({"html": "a", "url": "http://courier.example:22/"}, "its url is none"),
        ({"html": "a", "url": ["x"]}, "its url is none"),
        ({"html": "a" * 60}, "60 bytes of content, 50 allowed"),
        ({"html": "é" * 30}, "60 bytes of content, 50 allowed"),
    ],
)
def test_a_damaged_line_is_told_and_the_next_one_is_read(line: Any, detail: str) -> None:
    problem, following = read(line, {"html": "<p>"}, body=50)
    assert isinstance(problem, LineProblem)
    assert problem.line == 1
    assert problem.detail.startswith(detail)
    assert isinstance(following, LinePage)
    assert following.line == 2


def test_a_line_beyond_the_bound_is_told() -> None:
    assert problems({"html": "a" * 2000}, line=1000) == ["longer than 1000 bytes"]


def test_reading_goes_on_after_a_line() -> None:
    found = read({"html": "1"}, b"", b"{", {"html": "4"}, {"html": "5"}, after=3)
    assert [(page.line, page.body) for page in found if isinstance(page, LinePage)] == [(4, b"4"), (5, b"5")]
    assert len(found) == 2


def test_a_packed_file_with_a_byte_order_mark_is_read_up_to_its_damage() -> None:
    content = b"\xef\xbb\xbf" + b'{"html":"1"}\r\n' * 3
    assert len(list(read_json_lines(BytesIO(gzip.compress(content)), limits=JsonLineLimits()))) == 3
    *pages, last = read_json_lines(BytesIO(gzip.compress(content)[:-8]), limits=JsonLineLimits(), after=3)
    assert pages == []
    assert isinstance(last, LineProblem)
    assert last.final
