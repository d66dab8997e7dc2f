"""Which evidence decides a page's character set, and what is refused as no text."""

import pytest

from transforms.clean.decode import MAX_BYTES, Decoded, decode
from transforms.clean.records import Reject

GERMAN = "<html><body><p>Größere Brücken für Übermorgen, äußerst schön.</p></body></html>"


def decoded(body: bytes, content_type: str | None) -> Decoded:
    result = decode(body, content_type)
    assert isinstance(result, Decoded)
    return result


def test_byte_order_mark_decides_before_the_header() -> None:
    result = decoded(b"\xef\xbb\xbf" + GERMAN.encode(), "text/html; charset=iso-8859-1")
    assert (result.text, result.origin) == (GERMAN, "bom")


def test_valid_utf8_decides_before_a_header_that_is_wrong() -> None:
    result = decoded(GERMAN.encode(), "text/html; charset=iso-8859-1")
    assert (result.text, result.origin) == (GERMAN, "utf-8")


def test_header_decides_where_the_bytes_fit_it() -> None:
    result = decoded(GERMAN.encode("cp1252"), "text/html; charset=ISO-8859-1")
    assert (result.text, result.charset, result.origin) == (GERMAN, "cp1252", "header")


def test_meta_element_decides_where_the_header_is_silent() -> None:
    page = '<html><head><meta charset="windows-1251"></head><body>Новости порта</body></html>'
    result = decoded(page.encode("cp1251"), "text/html")
    assert (result.text, result.origin) == (page, "meta")


def test_unknown_charset_is_passed_over() -> None:
    assert decoded(GERMAN.encode(), "text/html; charset=klingon").text == GERMAN


def test_detection_reads_what_nothing_declares() -> None:
    text = "Nach dem Fund ruhen die Bauarbeiten. Größere Schäden gibt es nicht, sagte die Bürgermeisterin. " * 5
    result = decoded(text.encode("cp1252"), "text/plain")
    assert result.origin == "detection"
    assert "Größere Schäden" in result.text


def test_seven_bit_japanese_is_not_taken_for_ascii() -> None:
    page = "<html><body>港の桟橋</body></html>"
    assert decoded(page.encode("iso2022_jp"), "text/html; charset=iso-2022-jp").text == page


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"%PDF-1.7 ...", "text/html"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), None),
        (b"{}", "application/json"),
        (b'<?xml version="1.0"?><rss><channel/></rss>', "text/xml"),
        (bytes(range(1, 9)) * 200, "text/plain"),
    ],
)
def test_what_is_not_a_page_is_of_the_wrong_type(body: bytes, content_type: str | None) -> None:
    result = decode(body, content_type)
    assert isinstance(result, Reject)
    assert result.reason == "wrong-type"


def test_html_served_as_plain_text_is_html() -> None:
    assert decoded(b"<!DOCTYPE html><html><body>x</body></html>", "text/plain").kind == "html"


def test_plain_text_without_a_content_type_is_text() -> None:
    assert decoded(b"The harbour council voted on Tuesday.", None).kind == "text"


def test_nothing_but_white_space_is_empty() -> None:
    assert decode(b" \n\t ", "text/html") == Reject("empty", "no content")


def test_more_than_the_bound_is_too_large() -> None:
    result = decode(b"a" * (MAX_BYTES + 1), "text/html")
    assert isinstance(result, Reject)
    assert result.reason == "too-large"
