"""What is read from feeds, whole and broken ones."""

import json
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.fetch.feeds.feed import FeedItem, read_feed
from flows.fetch.feeds.feed_dates import instant_of, iso_date
from flows.fetch.feeds.feed_process import READ_HERE_BYTES, read_feed_in_time
from flows.fetch.results import Failure, Response

SITE = "http://news.example"
FEED = f"{SITE}/feeds/all.xml"

RSS = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>News</title><link>http://news.example/</link>
<item><title>Rents &amp;amp; wages &lt;b&gt;rise&lt;/b&gt;</title><link>/rents?id=7#comments</link>
<pubDate>Mon, 02 Mar 2026 09:30:00 +0100</pubDate></item>
<item><title>Bridge closed</title><guid>http://news.example/bridge</guid>
<pubDate>Mon, 02 Mar 2026 09:30</pubDate></item>
<item><title>No address</title><guid isPermaLink="false">17</guid></item>
<item><title>A trap</title><link>javascript:alert(1)</link></item>
<item><title>Another</title><link>file:///etc/passwd</link></item>
<item><title>Rents again</title><link>http://news.example/rents?id=7</link></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://www.news.example/2026/"><title>Nýtt</title>
<entry><title type="html">Höfnin &lt;i&gt;opnar&lt;/i&gt; &amp;amp; lokar</title><link href="harbour"/>
<link rel="enclosure" href="http://news.example/a.mp3"/><id>tag:1</id>
<published>2026-03-02T08:15Z</published><updated>2026-03-04T00:00:00Z</updated></entry>
<entry><title>Only changed</title><link rel="alternate" href="http://news.example/changed"/><id>tag:2</id>
<updated>2026-03-03T01:00:00+05:30</updated></entry></feed>""".encode()

RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="http://news.example/"><title>News</title></channel>
<item rdf:about="http://news.example/1"><title>One</title><link>http://news.example/1</link><dc:date>2026-03-02</dc:date>
</item></rdf:RDF>"""

JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [
            {"id": "1", "url": "one", "title": "One \ud800 <1>", "date_published": "2026-03-02T08:15:00-05:00"},
            {"id": "http://news.example/two", "date_modified": "2026-03-02"},
            {"id": 3},
            "no item",
            {"url": ["http://news.example/x"]},
        ],
    }
).encode()


def answer(body: bytes, content_type: str = "application/xml") -> Response:
    return Response(FEED, FEED, 200, body, {"content-type": content_type})


def items(body: bytes, content_type: str = "application/xml", *, max_items: int = 100) -> tuple[FeedItem, ...]:
    result = read_feed(answer(body, content_type), max_items=max_items)
    assert not isinstance(result, Failure), result
    return result


def utc(*fields: int) -> datetime:
    return datetime(*fields, tzinfo=UTC)  # type: ignore[misc, arg-type]


def test_rss_items_have_absolute_web_addresses_plain_titles_and_dates_as_given() -> None:
    assert items(RSS) == (
        FeedItem(
            "http://news.example/rents?id=7", "Rents & wages rise", "2026-03-02T09:30:00+01:00", utc(2026, 3, 2, 8, 30)
        ),
        FeedItem("http://news.example/bridge", "Bridge closed", "2026-03-02T09:30:00", utc(2026, 3, 2, 9, 30)),
    )


def test_atom_items_are_dated_by_their_change_only_for_filing() -> None:
    assert items(ATOM, "application/atom+xml") == (
        FeedItem(
            "http://www.news.example/2026/harbour",
            "Höfnin opnar & lokar",
            "2026-03-02T08:15:00+00:00",
            utc(2026, 3, 2, 8, 15),
        ),
        FeedItem("http://news.example/changed", "Only changed", None, utc(2026, 3, 2, 19, 30)),
    )


def test_rdf_items_are_dated_by_dublin_core() -> None:
    assert items(RDF) == (FeedItem("http://news.example/1", "One", "2026-03-02", utc(2026, 3, 2)),)


def test_json_feed_items_are_read_and_everything_else_is_passed_over() -> None:
    assert items(JSON_FEED, "application/feed+json") == (
        FeedItem("http://news.example/feeds/one", "One ? <1>", "2026-03-02T08:15:00-05:00", utc(2026, 3, 2, 13, 15)),
        FeedItem("http://news.example/two", None, None, utc(2026, 3, 2)),
    )


def test_a_feed_is_cut_at_the_limit() -> None:
    many = b"".join(b"<item><link>http://news.example/%d</link></item>" % number for number in range(50))
    found = items(b'<rss version="2.0"><channel>' + many + b"</channel></rss>", max_items=7)
    assert [item.url for item in found] == [f"http://news.example/{number}" for number in range(7)]


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("not closed", RSS[: RSS.index(b"<item><title>No address")]),
        ("a bare ampersand", RSS.replace(b"&amp;amp;", b"&")),
        ("an unknown entity", RSS.replace(b"Bridge closed", b"Bridge &nbsp;&unknown; closed")),
        ("control characters", RSS.replace(b"Bridge", b"Bri\x00\x01dge")),
        ("another encoding than it says", RSS.replace(b"Bridge", b"Br\xfccke")),
        ("text before it", b"\n\n  <!-- hello -->" + RSS[RSS.index(b"<rss") :]),
        ("a doctype", RSS.replace(b"<rss", b'<!DOCTYPE rss SYSTEM "http://10.0.0.1/rss.dtd"><rss', 1)),
    ],
)
def test_what_can_be_read_of_a_broken_feed_is_read(what: str, body: bytes) -> None:
    assert [item.url for item in items(body)][:2] == ["http://news.example/rents?id=7", "http://news.example/bridge"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0" * 100,
        b"/etc/passwd",
        b"<html><body><p>Page not found</p></body></html>",
        b"{",
        b'{"items": 7}',
        b"[]",
        b'{"a":' * 20_000,
        b"\x1f\x8b\x08\x00",
    ],
)
def test_what_is_no_feed_is_a_failure(body: bytes) -> None:
    result = read_feed(answer(body), max_items=10)
    assert isinstance(result, Failure)
    assert result.kind == "wrong-type"


def test_no_entity_is_expanded_and_no_file_is_read() -> None:
    bomb = b'<!DOCTYPE rss [<!ENTITY a0 "ha">'
    bomb += b"".join(b'<!ENTITY a%d "%s">' % (level, b"&a%d;" % (level - 1) * 10) for level in range(1, 12))
    bomb += b']><rss version="2.0"><channel><item><title>&a11;</title><link>http://news.example/1</link></item></channel></rss>'
    assert len(items(bomb)[0].title or "") < 100
    thief = (
        b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel><item><title>&x;</title>'
    )
    thief += b"<link>http://news.example/1</link></item></channel></rss>"
    assert "root:" not in (items(thief)[0].title or "")


def test_a_large_feed_is_read_like_a_small_one() -> None:
    padded = RSS.replace(
        b"<title>News</title>", b"<title>News</title><description>" + b"x" * 80_000 + b"</description>"
    )
    assert len(padded) > READ_HERE_BYTES
    assert read_feed_in_time(answer(padded), max_items=10, seconds=30.0) == items(RSS)
    no_feed = read_feed_in_time(answer(b"no feed " * 20_000), max_items=10, seconds=30.0)
    assert isinstance(no_feed, Failure)
    assert no_feed.detail == "neither RSS nor Atom nor JSON Feed"


def test_a_reading_process_that_dies_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    result = read_feed_in_time(answer(RSS + b" " * READ_HERE_BYTES), max_items=10, seconds=30.0)
    assert isinstance(result, Failure)
    assert result.kind == "wrong-type"


def test_a_feed_that_keeps_the_parser_busy_is_given_up() -> None:
    nested = b'<rss version="2.0"><channel>' + b"<a>" * 500_000
    result = read_feed_in_time(answer(nested), max_items=10, seconds=0.5)
    assert isinstance(result, Failure)
    assert result.kind == "timeout"


@pytest.mark.parametrize("seed", range(8))
def test_no_damage_to_a_feed_is_more_than_a_failure(seed: int) -> None:
    damage = random.Random(seed)
    for whole in (RSS, ATOM, RDF, JSON_FEED):
        for _ in range(12):
            body = bytearray(whole)
            for _ in range(damage.randrange(1, 12)):
                place = damage.randrange(len(body))
                action = damage.randrange(4)
                if action == 0:
                    body[place] = damage.randrange(256)
                elif action == 1:
                    del body[place : place + damage.randrange(40)]
                elif action == 2:
                    body[place:place] = body[place : place + damage.randrange(200)]
                else:
                    body[place:place] = damage.choice(
                        [b"<", b"&", b"]]>", b"<![CDATA[", b"<!--", b"\0", b"&#x110000;", b"<?"]
                    )
                body = body or bytearray(b"x")
            result = read_feed(answer(bytes(body)), max_items=100)
            if not isinstance(result, Failure):
                assert all(item.url.startswith(("http://", "https://")) for item in result)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    result = read_feed(answer(body), max_items=10)
    assert isinstance(result, Failure | tuple)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026", "2026"),
        ("2026-03", "2026-03"),
        ("2026-03-02", "2026-03-02"),
        ("20260302", "2026-03-02"),
        ("2026-03-02T08:15", "2026-03-02T08:15:00"),
        ("2026-03-02T08:15:30.123456Z", "2026-03-02T08:15:30+00:00"),
        ("2026-03-02 08:15:30 +0545", "2026-03-02T08:15:30+05:45"),
        ("2026-03-02T08:15:30-03", "2026-03-02T08:15:30-03:00"),
        ("Mon, 02 Mar 2026 08:15:30 GMT", "2026-03-02T08:15:30+00:00"),
        ("Mon, 2 Mar 2026 08:15:30 EST", "2026-03-02T08:15:30-05:00"),
        ("Mon, 2 Mar 2026 08:15:30", "2026-03-02T08:15:30"),
        ("Mon, 2 Mar 2026 08:15:30 CET", "2026-03-02T08:15:30"),
        ("2 Mar 2026 08:15", "2026-03-02T08:15:00"),
        ("02 Mar 2026", "2026-03-02"),
        ("", None),
        ("yesterday", None),
        ("2026-02-30", None),
        ("2026-03-02T25:00:00Z", None),
        ("2026-03-02T08:15:30+99:00", None),
        ("1" * 500, None),
    ],
)
def test_dates_are_as_precise_as_given(text: str, iso: str | None) -> None:
    assert iso_date(text) == iso


@given(st.datetimes(timezones=st.timezones()))
def test_a_date_keeps_its_instant(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    offset = whole.utcoffset()
    assert offset is not None
    iso = iso_date(whole.isoformat())
    if iso is not None:
        assert instant_of(iso) == whole.astimezone(UTC) if whole.year not in {1, 9999} else True


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_dates(text: str) -> None:
    iso = iso_date(text)
    assert iso is None or instant_of(iso) is None or iso[:4].isdigit()


def test_an_incomplete_date_is_its_beginning() -> None:
    assert instant_of("2026") == utc(2026, 1, 1)
    assert instant_of("2026-03") == utc(2026, 3, 1)
    assert instant_of("2026-03-02T08:15:00") == utc(2026, 3, 2, 8, 15)


@pytest.mark.parametrize(
    "broken",
    [
        "<gml:pos>1 2</gml:pos>",
        "</media:player>",
        "<itunes:duration>&#xD800;</itunes:duration>",
        "<itunes:explicit>&#99999999999;</itunes:explicit>",
        "<creativeCommons:license/></creativeCommons:license>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "undefined", "iso-8859-1"])
def test_an_extension_that_breaks_the_parser_costs_no_item(broken: str, encoding: str) -> None:
    spaces = " ".join(
        f'xmlns:{name}="http://{name}.example/"' for name in ("gml", "media", "itunes", "creativeCommons")
    )
    items = f"<item><link>{SITE}/a</link>{broken}</item><item><title>Ähre</title><link>{SITE}/b</link></item>"
    feed = f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0" {spaces}><channel>{items}</channel></rss>'
    body = feed.encode("iso-8859-1" if encoding == "iso-8859-1" else "utf-8")
    found = read_feed(Response(f"{SITE}/feed", f"{SITE}/feed", 200, body), max_items=10)
    assert not isinstance(found, Failure)
    assert [(item.url, item.title) for item in found] == [(f"{SITE}/a", None), (f"{SITE}/b", "Ähre")]
