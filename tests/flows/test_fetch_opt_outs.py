"""What sites say against keeping and mining their pages."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.fetch.web.opt_outs import MAX_RULES, READ_BYTES, opt_outs, tdmrep_rules


def said_by(headers: Mapping[str, str], body: bytes) -> tuple[str, ...]:
    return opt_outs(headers, body, product="Newslake")


def page(head: str) -> bytes:
    return f"<!doctype html><html><head>{head}</head><body><p>Ferry back</p></body></html>".encode()


def rules(*entries: tuple[str, object]) -> bytes:
    return json.dumps([{"location": location, "tdm-reservation": value} for location, value in entries]).encode()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("noarchive", ("noarchive",)),
        ("NoIndex, NOARCHIVE", ("noarchive",)),
        ("noai, noimageai", ("noai",)),
        ("noai,noarchive", ("noarchive", "noai")),
        ("*: noarchive", ("noarchive",)),
        ("newslake: noarchive", ("noarchive",)),
        ("Newslake/0.1: noarchive", ("noarchive",)),
        ("unavailable_after: 25 Jun 2026 15:00:00 PST, noarchive", ("noarchive",)),
        ("unavailable_after: Sat, 25 Jun 2026 15:00:00 GMT, noarchive", ("noarchive",)),
        ("max-snippet:20, noarchive", ("noarchive",)),
        ("googlebot: noindex, newslake: noarchive", ("noarchive",)),
        ("googlebot: noarchive, noai", ()),
        ("noai, googlebot: noarchive", ("noai",)),
        ("noindex, nofollow, none, nosnippet, noimageai", ()),
        ("unavailable_after: 25 Jun 2026 15:00:00 PST", ()),
        ("", ()),
    ],
)
def test_robots_rules_in_a_header_count_where_they_are_for_us(value: str, said: tuple[str, ...]) -> None:
    assert said_by({"x-robots-tag": value}, b"") == said


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="robots" content="noarchive">',
        "<META CONTENT='index, NoArchive' NAME=Robots />",
        "<meta name=robots content=noarchive>",
        '<meta\n  name = "newslake"\n  content = "noarchive"\n>',
        '<meta property="x" name="robots" data-a="a>b" content="nofollow noarchive">',
        '<meta name="robots" content="no&#97;rchive"/>',
        '<meta name="robots" content="index"><meta name="robots" content="noarchive">',
        '<script>if (a < b) { "<meta>" }</script><meta name="robots" content="noarchive">',
        "<title>a</title><!-- b --><!-- --><meta name=robots content=noarchive>",
    ],
)
def test_meta_tags_are_found_however_they_are_written(head: str) -> None:
    assert said_by({}, page(head)) == ("noarchive",)


@pytest.mark.parametrize(
    "head",
    [
        '<!-- <meta name="robots" content="noarchive"> -->',
        '<!-- <meta name="robots" content="noarchive">',
        "<script>document.write('<meta name=robots content=noarchive>')</script>",
        "<style>/* <meta name=robots content=noarchive> */</style>",
        "<title><meta name=robots content=noarchive></title>",
        "<meta name=googlebot content=noarchive>",
        "<meta name=description content=noarchive>",
        "<meta name=robots content=noindex>",
        "<meta name=robots><meta content=noarchive>",
        "<metadata name=robots content=noarchive>",
        "&lt;meta name=robots content=noarchive&gt;",
    ],
)
def test_what_only_looks_like_a_rule_for_us_is_none(head: str) -> None:
    assert said_by({}, page(head)) == ()


def test_a_page_in_utf_16_is_read_as_such() -> None:
    assert said_by({}, page('<meta name="robots" content="noai">').decode().encode("utf-16")) == ("noai",)


def test_only_the_beginning_of_a_page_is_looked_at() -> None:
    meta = "<meta name=robots content=noai>"
    assert said_by({}, page(" " * 1000 + meta)) == ("noai",)
    assert said_by({}, page(" " * READ_BYTES + meta)) == ()


@pytest.mark.parametrize(
    ("header", "head", "reserved"),
    [
        ("1", "", True),
        ("0", "", False),
        (None, "<meta name=tdm-reservation content=1>", True),
        (None, "<meta name='TDM-Reservation' content=' 1 '>", True),
        ("1", "<meta name=tdm-reservation content=0>", False),
        ("0", "<meta name=tdm-reservation content=1>", True),
        ("1", "<meta name=tdm-reservation content=yes>", True),
        ("0, 1", "", True),
        ("2", "", False),
        (None, "<meta name=tdm-policy content='https://news.example/policy.json'>", False),
    ],
)
def test_the_reservation_nearest_to_the_page_holds(header: str | None, head: str, reserved: bool) -> None:
    headers = {} if header is None else {"tdm-reservation": header, "tdm-policy": "https://news.example/policy.json"}
    assert said_by(headers, page(head)) == (("tdm-reservation",) if reserved else ())


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reading_of_a_page(body: bytes) -> None:
    said_by({"x-robots-tag": body.decode("latin-1"), "tdm-reservation": body.decode("latin-1")}, b"<meta " + body)


def test_the_first_rule_that_matches_holds() -> None:
    site = tdmrep_rules(rules(("/free/", 0), ("/", 1)))
    assert site.reserved("/news/ferry?page=2")
    assert not site.reserved("/free/ferry")
    assert not tdmrep_rules(rules(("/archive/", 1))).reserved("/news/ferry")


@pytest.mark.parametrize(
    ("location", "path", "matches"),
    [
        ("/", "/anything", True),
        ("*", "/anything", True),
        ("/images/*.jpg", "/images/a/b.jpg?size=2", True),
        ("/images/*.jpg$", "/images/a/b.jpg?size=2", False),
        ("/images/*.jpg$", "/images/a.jpg/b.jpg", True),
        ("/exactly$", "/exactly", True),
        ("/exactly$", "/exactly/not", False),
        ("/a*b*c$", "/abbc", True),
        ("/a*bc*bc$", "/abc", False),
        ("/News/", "/news/", False),
        ("/path/foo-%24", "/path/foo-$", True),
        ("/50%25*off", "/50%25%2Aoff", True),
        ("/%7Eanna/", "/~anna/", True),
        ("/a%2fb", "/a/b", False),
        ("/a%2fb", "/a%2Fb", True),
        ("/zürich", "/z%C3%BCrich", True),
        ("/" + "*a" * 2000, "/" + "a" * 2000, True),
        ("/" + "*a" * 2000 + "$", "/" + "a" * 2000 + "b", False),
    ],
)
def test_patterns_are_those_of_robots_txt(location: str, path: str, matches: bool) -> None:
    assert tdmrep_rules(rules((location, 1))).reserved(path) is matches


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>not found</html>",
        b'{"location": "/", "tdm-reservation": 1}',
        b'[{"tdm-reservation": 1}, {"location": 7, "tdm-reservation": 1}, "/", null]',
        b'[{"location": "/", "tdm-reservation": true}]',
        b'[{"location": "/", "tdm-reservation": 2}, {"location": "/", "tdm-reservation": 1}]',
        b"[" * 100_000,
        b"[" + b"9" * 10_000 + b"]",
    ],
)
def test_what_is_no_valid_rule_reserves_nothing(body: bytes) -> None:
    assert not tdmrep_rules(body).reserved("/aaaaaaaaaaaaaaaaaaaaaaaaaaaa")


def test_a_file_may_begin_with_a_mark_and_write_its_numbers_as_text() -> None:
    assert tdmrep_rules(b"\xef\xbb\xbf" + rules(("/", "1"))).reserved("/news")


def test_rules_without_end_are_cut_off() -> None:
    assert not tdmrep_rules(rules(*[("/other", 1)] * MAX_RULES, ("/", 1))).reserved("/news")


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists), st.text())
def test_no_file_breaks_the_reading_of_rules(value: object, path: str) -> None:
    entries = [{"location": path, "tdm-reservation": value}, {"location": value, "tdm-reservation": 1}, value]
    tdmrep_rules(json.dumps(entries).encode()).reserved(path)
