"""What is read from sitemaps, whole, broken and hostile ones."""

import gzip
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.fetch.results import Failure, Response
from flows.fetch.sitemaps.sitemap import MAX_BYTES, MAX_ENTRIES, Entry, Sitemap, day_in_path, read_sitemap
from flows.fetch.sitemaps.sitemap_xml import LONGEST_STRETCH, MAX_DEPTH, MAX_EVENTS, MAX_NAMES
from flows.fetch.web.http_settings import HttpSettings

SITEMAP = "http://news.example/maps/all.xml"
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = b"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"
 xmlns:video="http://www.google.com/schemas/sitemap-video/1.1">
<url><loc>http://news.example/ferry</loc><lastmod>2026-03-04</lastmod>
 <news:news><news:publication><news:name>The Courier</news:name><news:language>en</news:language></news:publication>
 <news:publication_date>2026-03-02T09:30:00+01:00</news:publication_date>
 <news:title>Ferry &amp; caf&#233; back &#8211; at last</news:title></news:news></url>
<url><image:image><image:loc>http://news.example/a.jpg</image:loc><image:title>A picture</image:title></image:image>
 <video:video><video:title>A film</video:title><video:publication_date>2019-01-01</video:publication_date>
 </video:video><loc>http://news.example/bridge</loc><lastmod>2026-03-03T12:00:00Z</lastmod></url>
</urlset>"""


def read(body: bytes, settings: HttpSettings | None = None, *, content_type: str = "application/xml") -> Sitemap:
    answer = Response(SITEMAP, SITEMAP, 200, body, {"content-type": content_type})
    return read_sitemap(answer, settings or HttpSettings())


def urlset(*entries: str, attributes: str = f'xmlns="{NAMESPACE}"') -> bytes:
    return f"<urlset {attributes}>{''.join(entries)}</urlset>".encode()


def url(path: str, more: str = "") -> str:
    return f"<url><loc>http://news.example/{path}</loc>{more}</url>"


def paths(sitemap: Sitemap) -> Sequence[str]:
    return [entry.url.removeprefix("http://news.example/") for entry in sitemap.pages]


def failed(sitemap: Sitemap) -> Failure:
    assert sitemap.failure is not None
    return sitemap.failure


def test_a_news_sitemap_gives_titles_and_dates_of_publication() -> None:
    assert read(NEWS) == Sitemap(
        (
            Entry(
                "http://news.example/ferry",
                "Ferry & café back – at last",
                "2026-03-02T09:30:00+01:00",
                "2026-03-02T09:30:00+01:00",
            ),
            Entry("http://news.example/bridge", dated="2026-03-03T12:00:00+00:00"),
        )
    )


def test_an_index_names_sitemaps_and_their_last_change() -> None:
    body = (
        b'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>/maps/a.xml.gz</loc>'
        b"<lastmod>2026-03-02</lastmod></sitemap><sitemap><loc>b.xml</loc></sitemap></sitemapindex>"
    )
    assert read(body) == Sitemap(
        sitemaps=(
            Entry("http://news.example/maps/a.xml.gz", dated="2026-03-02"),
            Entry("http://news.example/maps/b.xml"),
        )
    )


@pytest.mark.parametrize(
    ("path", "changed", "dated"),
    [
        ("2026/03/02/ferry", "2026-03-09T10:00:00Z", "2026-03-02"),
        ("world/2026/mar/02/ferry", None, "2026-03-02"),
        ("2026-03-02-ferry.html", None, "2026-03-02"),
        ("20260302/ferry", None, "2026-03-02"),
        ("2026/3/2", None, "2026-03-02"),
        ("events/2026/12/24/concert", "2026-03-02", "2026-03-02"),
        ("2026/03/15-recipes", None, None),
        ("remembering-2001-09-11", None, None),
        ("news/uk-20190712", None, None),
        ("2026/13/45/x", None, None),
        ("page?from=/2026/03/02/", None, None),
        ("bridge", "yesterday", None),
    ],
)
def test_without_a_date_of_publication_the_path_and_then_the_change_date_a_page(
    path: str, changed: str | None, dated: str | None
) -> None:
    lastmod = "" if changed is None else f"<lastmod>{changed}</lastmod>"
    (entry,) = read(urlset(url(path, lastmod))).pages
    assert (entry.published, entry.dated) == (None, dated)
    if changed is None:
        assert day_in_path(entry.url) == dated


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("no namespace", urlset(url("a?x=1&amp;y=2"), attributes="")),
        ("a wrong namespace", urlset(url("a?x=1&amp;y=2"), attributes='xmlns="http://www.google.com/schemas/0.84"')),
        ("a prefix", b'<s:urlset xmlns:s="x"><s:url><s:loc>/a?x=1&amp;y=2</s:loc></s:url></s:urlset>'),
        ("an undeclared prefix", urlset(url("a?x=1&amp;y=2", "<news:news><news:title>A</news:title></news:news>"))),
        ("upper case", b"<URLSET><URL><LOC>HTTP://news.example/a?x=1&amp;y=2</LOC></URL></URLSET>"),
        ("a byte order mark", b"\xef\xbb\xbf<?xml version='1.0'?>" + urlset(url("a?x=1&amp;y=2"))),
        ("UTF-16", urlset(url("a?x=1&amp;y=2")).decode().encode("utf-16")),
        ("UTF-16 without a mark", urlset(url("a?x=1&amp;y=2")).decode().encode("utf-16-be")),
        ("white space", urlset("<url><loc>\n  http://news.example/a\n?x=1&amp;y=2\t</loc></url>")),
        ("CDATA", urlset("<url><loc><![CDATA[http://news.example/a?x=1&y=2]]></loc></url>")),
        ("bare ampersands", urlset(url("a?x=1&y=2"))),
        ("ampersands escaped twice", urlset(url("a?x=1&amp;amp;y=2"))),
        ("bare brackets", urlset(url("a?x=1&amp;y=2", "<x>1 < 2 <3 </ <!x</x>"), url("b"))),
        ("a relative address", urlset("<url><loc>/a?x=1&amp;y=2#top</loc></url>")),
        ("control characters", urlset(url("a?x=\x001&amp;y=2\x08"))),
        ("text before it", b"\nWarning: division by zero<?xml version='1.0'?>" + urlset(url("a?x=1&amp;y=2"))),
        ("marked-up text before it", b"<br /><b>Warning</b>: no\n<?xml version='1.0'?>" + urlset(url("a?x=1&amp;y=2"))),
        ("a comment and a style sheet", b"<?xml-stylesheet href='a'?><!-- <url> -->" + urlset(url("a?x=1&amp;y=2"))),
        ("a document type", b"<!DOCTYPE urlset SYSTEM 'http://10.0.0.1/a.dtd'>" + urlset(url("a?x=1&amp;y=2"))),
        ("a root by another name", b"<urls>" + url("a?x=1&amp;y=2").encode() + b"</urls>"),
        ("bytes that are no UTF-8 elsewhere", urlset(url("a?x=1&amp;y=2", "<x>~</x>")).replace(b"~", b"\xff\xfe")),
    ],
)
def test_what_many_sitemaps_do_wrong_is_put_up_with(what: str, body: bytes) -> None:
    sitemap = read(body)
    assert paths(sitemap)[0].removeprefix("HTTP://news.example/") == "a?x=1&y=2"
    assert sitemap.failure is None


def test_a_declared_character_set_is_believed_where_the_text_is_no_utf_8() -> None:
    text = '<?xml version="1.0" encoding="ISO-8859-1"?><urlset>' + url("café") + "</urlset>"
    assert paths(read(text.encode("latin-1"))) == ["café"]
    assert paths(read(text.encode())) == ["café"]
    assert paths(read(text.replace("ISO-8859-1", "punycode").encode("latin-1"))) == ["caf\ufffd"]


def test_a_text_file_lists_one_url_a_line() -> None:
    body = "\ufeffhttp://news.example/2026/03/02/a\r\n\nhttp://news.example/b#top\n# a remark\n/relative\n".encode()
    assert read(body, content_type="text/plain") == Sitemap(
        (Entry("http://news.example/2026/03/02/a", dated="2026-03-02"), Entry("http://news.example/b")), unreadable=2
    )


def test_a_feed_may_serve_as_a_sitemap() -> None:
    rss = (
        b"<?xml version='1.0'?><rss version='2.0'><channel><item><title>One</title><link>http://news.example/1</link>"
        b"<pubDate>Mon, 02 Mar 2026 09:30:00 GMT</pubDate></item><item><link>http://news.example/2</link></item>"
        b"</channel></rss>"
    )
    first = Entry("http://news.example/1", "One", "2026-03-02T09:30:00+00:00", "2026-03-02T09:30:00+00:00")
    assert read(rss).pages == read(gzip.compress(rss)).pages == (first, Entry("http://news.example/2"))
    json = b'{"items": [{"url": "http://news.example/1", "date_modified": "2026-03-02"}]}'
    assert read(json).pages == (Entry("http://news.example/1", dated="2026-03-02T00:00:00+00:00"),)
    cut = read(rss, HttpSettings(max_feed_items=1))
    assert (paths(cut), failed(cut).kind) == (["1"], "too-large")


def test_gzip_is_known_by_its_first_bytes() -> None:
    assert read(gzip.compress(NEWS), content_type="text/xml") == read(NEWS)
    assert read(gzip.compress(gzip.compress(NEWS))) == read(NEWS)
    cut = failed(read(gzip.compress(NEWS)[:-20]))
    assert (cut.kind, cut.retryable) == ("protocol", True)


def test_a_gzip_bomb_is_left_packed() -> None:
    bomb = gzip.compress(b"<urlset>" + b" " * (MAX_BYTES + 1))
    assert failed(read(bomb)).kind == "too-large"


def test_each_address_counts_once_and_what_is_none_is_counted() -> None:
    body = urlset(
        url("a", "<lastmod>2026-03-02</lastmod>"),
        url("a"),
        "<url><loc>javascript:alert(1)</loc></url>",
        "<url><loc>file:///etc/passwd</loc></url>",
        "<url><loc>http://[nowhere/</loc></url>",
        "<url><loc></loc></url>",
        "<url><lastmod>2026-03-02</lastmod></url>",
        "<url><loc>http://news.example/<b>bold</b></loc></url>",
        url("a" * 5000),
        url("a" * 50_000),
    )
    sitemap = read(body)
    assert (paths(sitemap), sitemap.unreadable, sitemap.failure) == (["a"], 8, None)


def test_a_sitemap_with_more_entries_than_allowed_is_cut_and_says_so() -> None:
    sitemap = read(urlset(*(url(str(number)) for number in range(60_000))))
    assert (len(sitemap.pages), paths(sitemap)[-1]) == (MAX_ENTRIES, str(MAX_ENTRIES - 1))
    assert failed(sitemap).kind == "too-large"
    assert failed(sitemap).detail == "10000 of 60000 entries left out: a sitemap has 50000 at most"
    lines = read(b"".join(b"http://news.example/%d\n" % number for number in range(150_000)))
    assert len(lines.pages) == MAX_ENTRIES
    assert failed(lines).detail.startswith("100000 of 150000 entries left out")


@pytest.mark.parametrize(
    ("what", "body", "read_paths"),
    [
        ("cut within an address", urlset(url("a"), url("bridge"))[: -len("idge</loc></url></urlset>")], ["a"]),
        ("cut behind an address", urlset(url("a"), url("b"))[: -len("</url></urlset>")], ["a"]),
        ("cut within a tag", urlset(url("a"), url("b"))[: -len("t>")], ["a", "b"]),
        ("an entry that is not closed", urlset(url("a").removesuffix("</url>"), url("b"), url("c")), ["a", "b", "c"]),
        ("an attribute without quotes", urlset(url("a", "<x y=1/>"), url("b")), ["a", "b"]),
    ],
)
def test_what_can_be_read_of_a_broken_sitemap_is_read_and_the_damage_is_told(
    what: str, body: bytes, read_paths: list[str]
) -> None:
    sitemap = read(body)
    assert paths(sitemap) == read_paths
    assert failed(sitemap).kind == "wrong-type"
    assert failed(sitemap).detail.startswith("broken XML in line 1")
    assert failed(sitemap).detail.endswith(f"{len(read_paths)} entries could be read")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "an empty document"),
        (b" \n\t", "an empty document"),
        (b"<!DOCTYPE html><html><body><a href='/a'>A</a></body></html>", "an HTML page, no sitemap"),
        (b"<html>", "an HTML page, no sitemap"),
        (b"<svg></svg>", "<svg> is no sitemap"),
        (b"Not found", "neither XML nor a list of URLs"),
        (b"\x89PNG\r\n\x1a\n", "neither XML nor a list of URLs"),
        (b"<?xml version='1.0'?>", "XML without an element"),
        (b"<!-- never closed", "XML that ends in its prolog"),
        (b"<!---->" * 500, "more than 200 comments before the first element"),
    ],
)
def test_what_is_no_sitemap_is_named(body: bytes, reason: str) -> None:
    assert read(body) == Sitemap(failure=Failure("wrong-type", reason))


def test_an_empty_sitemap_is_one() -> None:
    assert read(urlset()) == read(b"<sitemapindex/>") == Sitemap()


def test_documents_that_declare_entities_are_refused() -> None:
    laughs = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))
    body = f'<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY l0 "ha">{laughs}]>'.encode() + urlset(url("&l9;"))
    assert failed(read(body)).detail == "the document type declares something, as in no sitemap"


def test_entities_are_never_resolved(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("a-secret")
    declaration = f'[<!ENTITY x SYSTEM "{secret.as_uri()}">]'
    assert failed(read(f"<!DOCTYPE urlset {declaration}>".encode() + urlset(url("&x;")))).kind == "wrong-type"
    # Where a parser might look for it in vain: behind the beginning of the first element.
    late = read(b"<urlset><!DOCTYPE urlset " + declaration.encode() + b">" + urlset(url("&x;")))
    assert "a-secret" not in str(late)
    assert paths(read(urlset(url("&x;")))) == ["&x;"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<urlset>" + b"<a/>" * (MAX_EVENTS // 2 + 50_000), f"more than {MAX_EVENTS} elements and pieces of text"),
        (b"<urlset>" + b"".join(b"<a%d/>" % n for n in range(MAX_NAMES + 1)), f"more than {MAX_NAMES} different names"),
        (
            b"<urlset>" + b"".join(b"<a xmlns:a%d='b%d'/>" % (n, n) for n in range(MAX_NAMES + 1)),
            f"more than {MAX_NAMES} different names",
        ),
        (b"<urlset><a " + b"".join(b"a%d='>' " % n for n in range(200_000)), f"more than {LONGEST_STRETCH} bytes"),
        (b"<urlset><a>" + b"&" * (2 * LONGEST_STRETCH) + b"</a>", f"more than {LONGEST_STRETCH} bytes"),
        (b"<urlset>" + b"<a>" * (MAX_DEPTH + 1), f"more than {MAX_DEPTH} elements within each other"),
    ],
)
def test_hostile_documents_are_given_up(body: bytes, reason: str) -> None:
    assert failed(read(body)).detail.startswith(reason)


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(0, len(NEWS)), st.integers(0, 60))
def test_no_bytes_make_it_raise(noise: bytes, at: int, cut: int) -> None:
    for body in (noise, NEWS[:at] + noise + NEWS[at + cut :]):
        for entry in read(body).pages:
            assert entry.url.startswith(("http://", "https://"))
