"""Which address is the article's own."""

import pytest

from transforms.clean import document, urls
from transforms.clean.document import Document


def canonical(head: str, request: str, *, root: str = "") -> str:
    page = document.parse(f"<html {root}><head>{head}</head><body><p>x</p></body></html>", request)
    assert isinstance(page, Document)
    return urls.canonical(urls.addresses(page)).value


@pytest.mark.parametrize(
    ("head", "request_address", "expected"),
    [
        ('<link rel="canonical" href="/n/1">', "https://a.example.org/n/1?page=2", "https://a.example.org/n/1"),
        ('<meta property="og:url" content="https://www.example.org/n/1">', "https://m.example.org/n/1", "https://www.example.org/n/1"),
        ("", "https://example.org/n/1?utm_source=feed&id=3#comments", "https://example.org/n/1?id=3"),
        # a front page is nobody's article
        ('<link rel="canonical" href="https://example.org/">', "https://example.org/n/1", "https://example.org/n/1"),
        # nor is a page of another outlet
        ('<link rel="canonical" href="https://other.example.net/n/1">', "https://example.org/n/1", "https://example.org/n/1"),
        ('<link rel="canonical" href="javascript:void(0)">', "https://example.org/n/1", "https://example.org/n/1"),
        # caches serve what lives elsewhere
        ('<link rel="canonical" href="https://example.org/n/1">', "https://example-org.cdn.ampproject.org/c/n/1", "https://example.org/n/1"),
        ("", "file://inbox/a b/pier.txt", "file://inbox/a b/pier.txt"),
        ('<link rel="canonical" href="https://example.org/n/1">', "file://inbox/pier.html", "https://example.org/n/1"),
    ],
)  # fmt: skip
def test_canonical_address(head: str, request_address: str, expected: str) -> None:
    assert canonical(head, request_address) == expected


@pytest.mark.parametrize(
    ("request_address", "expected"),
    [
        ("https://example.org/n/pier/amp/", "https://example.org/n/pier"),
        ("https://example.org/amp/n/pier", "https://example.org/n/pier"),
        ("https://example.org/n/pier.amp.html", "https://example.org/n/pier.html"),
        ("https://example.org/n/pier?outputType=amp&id=3", "https://example.org/n/pier?id=3"),
        ("https://example.org/n/amp-lifier", "https://example.org/n/amp-lifier"),
    ],
)
def test_an_amp_page_without_canonical_link_is_its_twin_s(request_address: str, expected: str) -> None:
    assert canonical("", request_address, root="amp") == expected


def test_only_pages_in_amp_have_such_twins() -> None:
    assert canonical("", "https://example.org/units/amp") == "https://example.org/units/amp"
