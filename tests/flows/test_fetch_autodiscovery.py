"""Feeds that a home page names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.fetch.feeds.autodiscovery import LONGEST_PAGE, MOST_FEEDS, feed_links

HOME = "https://courier.example/en/"


def links(page: str | bytes, *, base: str = HOME, content_type: str | None = "text/html; charset=utf-8") -> list[str]:
    content = page if isinstance(page, bytes) else page.encode()
    return [url.removeprefix("https://courier.example") for url in feed_links(content, base, content_type)]


def link(href: str, type_: str = "application/rss+xml", *, rel: str = "alternate", title: str = "") -> str:
    return f'<link rel="{rel}" type="{type_}" title="{title}" href="{href}">'


def test_feeds_come_in_the_page_s_order_each_once() -> None:
    page = link("/rss.xml") + link("news.atom", "application/atom+xml") + link("/rss.xml") + link("/x", "text/css")
    assert links(f"<html><head><title>News</title>{page}</head></html>") == ["/rss.xml", "/en/news.atom"]


def test_a_blog_s_own_feed_comes_before_that_of_its_comments_and_its_data_is_none() -> None:
    head = (
        link("/comments/feed/")
        + link("/feed/", title="Comments on everything")
        + link("/wp-json/wp/v2/pages/2", "application/json")
        + link("/wp-json/oembed/1.0/embed?url=x", "text/xml+oembed")
        + link("/feed.json", "application/json")
        + link("/feed/rss/")
    )
    assert links(head) == ["/feed/rss/", "/feed.json", "/comments/feed/", "/feed/"]


@pytest.mark.parametrize(
    "tag",
    [
        '<LINK REL="Alternate" TYPE="Application/RSS+XML" HREF="/f">',
        "<link rel=alternate type=application/atom+xml href=/f>",
        '<link rel="home alternate" type="application/rss+xml; charset=utf-8" href=" /f ">',
        '<link rel="alternate" type="application/feed+json" href="/f" />',
        '<link rel="alternate" type="application/rdf+xml" href="/en/../f#top" />',
        '<link rel="feed" href="/f">',
        '<base href="https://courier.example/x/"><base href="/y/"><link rel=feed href="../f">',
        '<link rel="alternate" type="application/rss+xml" href="&#x2f;f">',
        '<body><p>late <link rel="alternate" type="application/rss+xml" href="/f">',
        '<link rel="alternate" type="application/rss+xml" href="/f"',
    ],
)
def test_links_are_read_as_browsers_read_them(tag: str) -> None:
    assert links(f"<!doctype html><title>News</title>{tag}\n<p>text") == ["/f"]


@pytest.mark.parametrize(
    "tag",
    [
        '<link rel="stylesheet alternate" type="application/rss+xml" href="/f">',
        '<link rel="alternate" hreflang="de" href="/de/">',
        '<link rel="canonical" type="application/rss+xml" href="/f">',
        '<link rel="alternate" type="application/rss+xml">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">',
        '<link rel="alternate" type="application/rss+xml" href="file:///etc/passwd">',
        '<link rel="alternate" type="application/rss+xml" href="http://courier.example:25/f">',
        '<link rel="alternate" type="application/rss+xml" href="http://[x/f">',
        f'<link rel="alternate" type="application/rss+xml" href="/{"a" * 5000}">',
        f'<link rel="alternate" type="application/rss+xml" href="{HOME}">',
        '<!-- <link rel="alternate" type="application/rss+xml" href="/f"> -->',
        "<script>'<link rel=alternate type=application/rss+xml href=/f>'</script>",
    ],
)
def test_what_is_no_feed_is_none(tag: str) -> None:
    assert links(f"<!doctype html><title>News</title>{tag}<p>text") == []


def test_a_feed_may_lie_on_another_host() -> None:
    assert links(link("//feeds.example/courier")) == ["https://feeds.example/courier"]


def test_links_in_the_text_count_only_where_nothing_else_names_a_feed() -> None:
    text = (
        '<p><a href="https://other.example/feed">theirs</a> <a href="/story/the-feed">story</a> <a href="/rss">RSS</a>'
        '<a href="/comments/feed/">comments</a> <a href="/index.rdf">RDF</a> <a href="/?feed=rss2">feed</a>'
        '<a href="atom.xml">Atom</a> <a href="/world/feed/">world</a> <a href="/feedback">write to us</a>'
    )
    assert links(text) == ["/rss", "/index.rdf", "/?feed=rss2", "/en/atom.xml", "/world/feed/"]
    assert links(link("/main.xml") + text) == ["/main.xml"]


def test_the_character_set_of_the_page_is_heeded() -> None:
    page = f"<html><head>{link('/überblick.xml')}</head>".encode("latin-1")
    assert links(page, content_type="text/html; charset=iso-8859-1") == ["/%C3%BCberblick.xml"]
    assert links(f"<html><head>{link('/f')}</head>".encode("utf-16")) == ["/f"]


def test_a_page_of_another_type_names_none() -> None:
    assert links(link("/f"), content_type="image/png") == []
    assert links(b"") == []
    assert links(b"\x89PNG\r\n\x1a\n" + bytes(100)) == []


def test_only_so_many_feeds_and_so_much_of_a_page_are_looked_at() -> None:
    assert len(links("".join(link(f"/{number}.xml") for number in range(1000)))) == MOST_FEEDS
    assert links("<p>" + " " * LONGEST_PAGE + link("/f")) == []


@pytest.mark.parametrize(
    "hostile",
    ["<div>" * 300_000, "<a " + "x=y " * 400_000 + ">", '<a href="/feed/x">' * 100_000, "<table><tr><td>" * 90_000],
)
def test_hostile_markup_hides_nothing_after_it(hostile: str) -> None:
    assert links(hostile + link("/f")) == ["/f"]


@given(st.binary(max_size=300), st.text(max_size=40))
def test_no_page_breaks_it(page: bytes, base: str) -> None:
    assert isinstance(feed_links(b"<link rel=feed href=/f><a href=/rss>" + page, base, None), tuple)
