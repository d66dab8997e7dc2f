"""Whatever a server sends: an article that can be stored, or a reason."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transforms.clean import Article, Page, Reject, clean_page
from transforms.identity import content_hash

CASES = Path(__file__).parent / "clean_cases"
PAGES = sorted(path.read_bytes() for path in CASES.glob("*/page.*"))


def cleaned(
    body: bytes, content_type: str | None = "text/html", url: str = "https://a.example.org/n/1"
) -> Article | Reject:
    return clean_page(Page(url, url, body, content_type, {}))


def assert_sound(result: Article | Reject) -> None:
    if isinstance(result, Reject):
        assert result.reason
        return
    assert result.text.strip()
    assert result.word_count > 0
    assert result.text_hash == content_hash(result.text.encode("utf-8"))
    for heading in result.headings:
        assert 0 <= heading.start < heading.end <= len(result.text)
        assert heading.of(result.text).strip() == heading.of(result.text)
    strings = [result.text, result.title, result.lead, result.canonical_url, *result.authors, *result.tags]
    pa.array(strings, pa.string()).validate(full=True)
    assert not any(ord(character) < 32 and character != "\n" for character in result.text)


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=3000), st.sampled_from(["text/html", "text/plain", None, "text/html; charset=utf-16", "\x00;"])
)
def test_random_bytes_give_an_article_or_a_reason(body: bytes, content_type: str | None) -> None:
    assert_sound(cleaned(body, content_type))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_mutated_pages_give_an_article_or_a_reason(data: st.DataObject) -> None:
    page = bytearray(data.draw(st.sampled_from(PAGES)))
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(page)))
        end = min(len(page), start + data.draw(st.integers(0, 200)))
        junk = st.sampled_from(
            [b"", b"<", b"\xff\xfe", b"\x00", b"&#xD800;", b"<div>" * 50, b'"', b"\xed\xa0\x80", b"</body>"]
        )
        page[start:end] = data.draw(junk)
    assert_sound(cleaned(bytes(page)))


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=600))
def test_any_text_gives_an_article_or_a_reason(text: str) -> None:
    assert_sound(cleaned(text.encode("utf-8", "surrogatepass"), "text/plain", "file://inbox/a.txt"))


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 50_000 + b"text",
        b'<script type="application/ld+json">' + b'{"a":' * 20_000 + b"</script><p>x</p>",
        b'<script type="application/ld+json">' + b"[" * 100_000 + b"</script><p>x</p>",
        b"<p>" + b"&amp;" * 50_000,
        b"<!DOCTYPE x [<!ENTITY a 'b'><!ENTITY c SYSTEM 'file:///etc/passwd'>]><html><p>&c;</p></html>",
        b"<h1>" + b"a" * 1_000_000,
        b"<a href='" + b"x" * 100_000 + b"'>y</a>",
    ],
    ids=["deep", "deep json", "open lists", "entities", "external entity", "long headline", "long address"],
)
def test_hostile_pages_give_an_article_or_a_reason(body: bytes) -> None:
    assert_sound(cleaned(body))


def test_too_many_elements_are_refused() -> None:
    result = cleaned(b"<html><body>" + b"<a href=/>x</a>" * 200_000)
    assert isinstance(result, Reject)
    assert result.reason == "too-large"


@pytest.mark.parametrize("body", PAGES, ids=range(len(PAGES)))
def test_the_same_page_always_gives_the_same_result(body: bytes) -> None:
    assert cleaned(body) == cleaned(body)
