"""The demo news site as a client sees it: real requests to the real server on loopback."""

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import feedparser
import httpx
import pytest
from lxml import etree, html
from protego import Protego

from flows.demo import courier, gazette, ledger
from flows.demo.outlets import COURIER, GAZETTE, HOSTS, LEDGER, OUTLETS, Outlet
from flows.demo.server import DemoServer, serve_demo_site
from flows.demo.site import demo_pages
from flows.demo.stories import Story, parse_story, stories_of
from flows.demo.templates import each, script_json

FIRST_DAY, LAST_DAY = date(2026, 3, 2), date(2026, 3, 15)
PATHS: dict[Outlet, Callable[[Story], str]] = {
    COURIER: courier.path_of,
    LEDGER: ledger.path_of,
    GAZETTE: gazette.path_of,
}
STORIES = [
    pytest.param(outlet, story, id=f"{outlet.folder}/{story.slug}")
    for outlet in OUTLETS
    for story in stories_of(outlet)
]
DISALLOWED = {COURIER.url(courier.SPONSORED), LEDGER.url(ledger.PREVIEW), GAZETTE.url(gazette.ARCHIVED)}
MISSING = {COURIER.url(courier.WITHDRAWN), GAZETTE.url(gazette.MISSING)}


class Web:
    """Reaches the outlets' absolute addresses on the demo server, as a connection mapping would."""

    def __init__(self, server: DemoServer) -> None:
        self.server = server
        self.client = httpx.Client(base_url="http://{}:{}".format(*server.address), trust_env=False)

    def get(self, url: str, method: str = "GET", **headers: str) -> httpx.Response:
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.request(method, target, headers={"Host": parts.netloc, **names})


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with DemoServer() as server:
        web = Web(server)
        with web.client:
            yield web


def found(tree: etree._Element, path: str) -> list[str]:
    """Attributes or texts at an XPath of them, in document order."""
    matches = tree.xpath(path)
    assert isinstance(matches, list)
    return [str(match) for match in matches]


def text_of(page: bytes) -> str:
    """The visible words of a page, with single spaces."""
    return " ".join(" ".join(found(html.fromstring(page), "//body//text()[not(ancestor::script)]")).split())


def linked_data(page: bytes) -> list[dict[str, Any]]:
    """The nodes of every JSON-LD block of a page."""
    blocks = found(html.fromstring(page), '//script[@type="application/ld+json"]/text()')
    return [node for block in blocks for node in json.loads(block)["@graph"]]


def feed_links(web: Web, outlet: Outlet) -> list[str]:
    return [entry.link for entry in feedparser.parse(web.get(outlet.url("/feed.xml")).content).entries]


# ---- the articles -------------------------------------------------------------------------------------------------


def test_three_outlets_print_at_least_a_dozen_articles_each() -> None:
    counts = {outlet.name: len(stories_of(outlet)) for outlet in OUTLETS}
    assert min(counts.values()) >= 12
    assert 32 <= sum(counts.values()) <= 40


@pytest.mark.parametrize(("outlet", "story"), STORIES)
def test_articles_are_of_news_length_and_dated_in_the_fortnight(outlet: Outlet, story: Story) -> None:
    words = sum(len(paragraph.split()) for paragraph in story.paragraphs)
    assert story.kind == "wall" or 150 <= words <= 450
    assert story.published.tzinfo is not None
    assert FIRST_DAY <= story.published.astimezone(UTC).date() <= LAST_DAY
    assert story.published <= story.modified < story.published + timedelta(days=1)


def test_halifax_changes_to_summer_time_within_the_fortnight() -> None:
    offsets = {story.published.utcoffset() for story in stories_of(COURIER)}
    assert offsets == {timedelta(hours=-4), timedelta(hours=-3)}


def test_people_recur_over_days_and_outlets() -> None:
    texts = {outlet: " ".join(" ".join(story.paragraphs) for story in stories_of(outlet)) for outlet in OUTLETS}
    for name in ("Margaret Oyelaran", "Joost van Aarden"):
        assert all(name in text for text in texts.values())
    for name in ("Katla Brimdal", "Sigrun Haaversen", "Daniel Achterberg", "Viktar Sazonau"):
        assert name in texts[COURIER]
        assert name in texts[LEDGER]


# ---- the pages ----------------------------------------------------------------------------------------------------


def test_building_the_site_twice_gives_equal_bytes() -> None:
    first, second = demo_pages(), demo_pages()
    assert first is not second
    assert first == second


@pytest.mark.parametrize(("outlet", "story"), STORIES)
def test_every_page_holds_the_whole_text_of_its_article(web: Web, outlet: Outlet, story: Story) -> None:
    answer = web.get(outlet.url(PATHS[outlet](story)))
    assert answer.status_code == 200
    shown = text_of(answer.content)
    assert story.title in shown
    assert [paragraph for paragraph in story.paragraphs if paragraph not in shown] == []


@pytest.mark.parametrize("story", stories_of(COURIER), ids=lambda story: story.slug)
def test_the_courier_states_dates_with_zone_in_json_ld_and_opengraph(web: Web, story: Story) -> None:
    page = web.get(COURIER.url(courier.path_of(story))).content
    (article,) = (node for node in linked_data(page) if node["@type"] in {"NewsArticle", "LiveBlogPosting"})
    assert article["headline"] == story.title
    assert datetime.fromisoformat(article["datePublished"]) == story.published
    assert datetime.fromisoformat(article["dateModified"]) == story.modified
    (published,) = found(html.fromstring(page), '//meta[@property="article:published_time"]/@content')
    assert datetime.fromisoformat(published) == story.published


@pytest.mark.parametrize("story", stories_of(LEDGER), ids=lambda story: story.slug)
def test_the_ledger_has_microdata_and_no_json_ld(web: Web, story: Story) -> None:
    tree = html.fromstring(web.get(LEDGER.url(ledger.path_of(story))).content)
    assert found(tree, '//script[@type="application/ld+json"]') == []
    (published,) = found(tree, '//time[@itemprop="datePublished"]/@datetime')
    assert datetime.fromisoformat(published) == story.published
    assert found(tree, '//*[@class="standfirst"]/text()') == [story.summary]
    assert found(tree, '//*[@itemprop="author"]//*[@itemprop="name"]/text()') == list(story.authors)


@pytest.mark.parametrize("story", stories_of(GAZETTE), ids=lambda story: story.slug)
def test_the_gazette_prints_its_date_without_zone_and_in_an_old_encoding(web: Web, story: Story) -> None:
    answer = web.get(GAZETTE.url(gazette.path_of(story)))
    assert answer.headers["content-type"] == "text/html"
    markup = answer.content.decode("windows-1252")
    assert not re.search(r"<time|ld\+json|property=|canonical|itemprop", markup, re.IGNORECASE)
    local = story.published
    assert f"Published: {local.day} March 2026, {local:%H:%M}" in markup
    assert local.utcoffset() == timedelta(hours=3)


def test_every_address_on_every_page_is_absolute_without_port_and_answers(web: Web) -> None:
    broken = set()
    for (host, path), response in demo_pages().items():
        if not response.content_type.startswith("text/html") or not response.body or path == gazette.BROKEN:
            continue
        for address in found(html.fromstring(response.body), "//@href | //@src | //@action"):
            parts = urlsplit(address)
            if parts.scheme in {"mailto", "javascript"}:
                continue
            assert parts.netloc in HOSTS, f"{host}{path}: {address}"
            if (parts.netloc, parts.path) not in web.server.pages:
                broken.add(address)
    assert broken == set()


# ---- what is special about some pages ------------------------------------------------------------------------------


def test_a_wall_shows_a_teaser_and_says_so_in_its_data(web: Web) -> None:
    (story,) = (story for story in stories_of(COURIER) if story.kind == "wall")
    page = web.get(COURIER.url(courier.path_of(story))).content
    (article,) = (node for node in linked_data(page) if node["@type"] == "NewsArticle")
    assert article["isAccessibleForFree"] is False
    assert article["hasPart"]["isAccessibleForFree"] is False
    assert "Subscribe to continue reading" in text_of(page)
    assert sum(len(paragraph.split()) for paragraph in story.paragraphs) < 60


def test_a_live_blog_lists_its_entries_newest_first(web: Web) -> None:
    (story,) = (story for story in stories_of(COURIER) if story.kind == "live")
    page = web.get(COURIER.url(courier.path_of(story))).content
    (blog,) = (node for node in linked_data(page) if node["@type"] == "LiveBlogPosting")
    instants = [datetime.fromisoformat(update["datePublished"]) for update in blog["liveBlogUpdate"]]
    assert len(instants) == 5
    assert instants == sorted(instants, reverse=True)
    assert instants[0] == story.modified
    assert instants[-1] == story.published


def test_the_archive_holds_an_earlier_capture_of_an_article_that_was_changed(web: Web) -> None:
    earlier = (files("flows.demo") / "archive" / "harbour-courier-2026-03-03-1030.html").read_bytes()
    canonical = found(html.fromstring(earlier), '//link[@rel="canonical"]/@href')[0]
    later = web.get(canonical).content
    (old,) = (node for node in linked_data(earlier) if node["@type"] == "NewsArticle")
    (new,) = (node for node in linked_data(later) if node["@type"] == "NewsArticle")
    assert old["@id"] == new["@id"] == canonical
    assert old["datePublished"] == new["datePublished"]
    assert datetime.fromisoformat(old["dateModified"]) < datetime.fromisoformat(new["dateModified"])
    assert "is considering an invitation" in text_of(earlier)
    assert "is considering an invitation" not in text_of(later)


def test_the_archive_holds_a_wire_text_with_a_dateline() -> None:
    wire = (files("flows.demo") / "archive" / "northlink-2026-03-12-bergen.txt").read_text(encoding="utf-8")
    assert wire.startswith("date 2026-03-12 Bergen: ")


def test_two_outlets_print_the_same_agency_text_and_one_of_them_cuts_it() -> None:
    (whole,) = (story for story in stories_of(COURIER) if story.authors == ("Northlink",))
    (cut,) = (story for story in stories_of(LEDGER) if story.authors == ("Northlink",))
    assert whole.paragraphs[0].startswith("PRETORIA (Northlink) — ")
    assert whole.title != cut.title
    assert cut.paragraphs == whole.paragraphs[: len(cut.paragraphs)]
    assert len(cut.paragraphs) < len(whole.paragraphs)


def test_one_article_is_in_german(web: Web) -> None:
    (story,) = (story for story in stories_of(LEDGER) if story.language == "de")
    tree = html.fromstring(web.get(LEDGER.url(ledger.path_of(story))).content)
    assert tree.get("lang") == "de"


def test_a_broken_page_is_answered_with_200_and_is_not_what_it_says(web: Web) -> None:
    answer = web.get(GAZETTE.url(gazette.BROKEN))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "</HTML>" not in answer.content.decode("utf-16-le")
    assert "<H1>" not in answer.content.decode("utf-16-le")
    assert b"<TITLE>" not in answer.content


def test_a_moved_article_redirects_to_its_present_address(web: Web) -> None:
    answer = web.get(LEDGER.url("/article/2101"))
    assert answer.status_code == 301
    assert web.get(answer.headers["location"]).status_code == 200


# ---- feeds, sitemaps, robots ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outlet", "version", "content_type"),
    [
        (COURIER, "rss20", "application/rss+xml"),
        (LEDGER, "atom10", "application/atom+xml"),
        (GAZETTE, "rss10", "application/rdf+xml"),
    ],
    ids=lambda value: value.folder if isinstance(value, Outlet) else None,
)
def test_feeds_are_well_formed_and_name_every_article(
    web: Web, outlet: Outlet, version: str, content_type: str
) -> None:
    answer = web.get(outlet.url("/feed.xml"))
    assert answer.headers["content-type"] == f"{content_type}; charset=utf-8"
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    assert feed.version == version
    titles = {entry.title for entry in feed.entries}
    assert {story.title for story in stories_of(outlet)} <= titles
    for entry in feed.entries:
        day = date(*(entry.get("published_parsed") or entry.updated_parsed)[:3])
        assert FIRST_DAY <= day <= LAST_DAY


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda outlet: outlet.folder)
def test_links_of_feeds_work_but_for_the_intended_ones(web: Web, outlet: Outlet) -> None:
    robots = Protego.parse(web.get(outlet.url("/robots.txt")).text)
    outcomes: dict[str, set[str]] = {"missing": set(), "disallowed": set()}
    for link in feed_links(web, outlet):
        answer = web.get(link)
        if answer.status_code == 301:
            answer = web.get(answer.headers["location"])
        if not robots.can_fetch(link, "Newslake"):
            outcomes["disallowed"].add(link)
        elif answer.status_code == 404:
            outcomes["missing"].add(link)
        else:
            assert answer.status_code == 200
    of_outlet = outlet.url("/")
    assert outcomes["disallowed"] == {link for link in DISALLOWED if link.startswith(of_outlet)}
    assert outcomes["missing"] == {link for link in MISSING if link.startswith(of_outlet)}


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda outlet: outlet.folder)
def test_robots_lead_to_sitemaps_that_name_every_article(web: Web, outlet: Outlet) -> None:
    maps = list(Protego.parse(web.get(outlet.url("/robots.txt")).text).sitemaps)
    named: set[str] = set()
    while maps:
        tree = etree.fromstring(web.get(maps.pop()).content)
        locations = set(found(tree, "//*[local-name()='loc']/text()"))
        if etree.QName(tree).localname == "sitemapindex":
            maps.extend(sorted(locations))
        named |= locations
    assert {outlet.url(PATHS[outlet](story)) for story in stories_of(outlet)} <= named


def test_news_sitemaps_give_title_language_and_date_with_zone(web: Web) -> None:
    tree = etree.fromstring(web.get(LEDGER.url("/sitemap_news.xml")).content)
    dates = found(tree, "//*[local-name()='publication_date']/text()")
    assert [datetime.fromisoformat(text) for text in dates] == [story.published for story in stories_of(LEDGER)]
    assert found(tree, "//*[local-name()='language']/text()").count("de") == 1


def test_the_registry_names_a_feed_of_each_outlet_and_a_folder_of_files(web: Web) -> None:
    registry = tomllib.loads((files("flows.demo") / "sources.toml").read_text(encoding="utf-8"))["source"]
    feeds = [source for source in registry if source["type"] == "feed"]
    assert [web.get(source["url"]).status_code for source in feeds] == [200, 200, 200]
    (folder,) = (source["path"] for source in registry if source["type"] == "files")
    endings = {entry.name.rsplit(".", 1)[1] for entry in (files("flows.demo") / folder).iterdir()}
    assert endings == {"html", "txt"}


# ---- the server ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/feed.xml", "/", "/sitemap.xml"])
def test_an_unchanged_page_costs_a_304_by_tag_or_by_date(web: Web, path: str) -> None:
    first = web.get(COURIER.url(path))
    by_tag = web.get(COURIER.url(path), If_None_Match=first.headers["etag"])
    by_date = web.get(COURIER.url(path), If_Modified_Since=first.headers["last-modified"])
    assert (by_tag.status_code, by_date.status_code) == (304, 304)
    assert by_tag.content == by_date.content == b""
    assert by_tag.headers["etag"] == first.headers["etag"]


def test_a_changed_page_is_sent_whole_and_a_tag_outranks_a_date(web: Web) -> None:
    url = COURIER.url("/feed.xml")
    current = web.get(url)
    assert web.get(url, If_Modified_Since="Sun, 01 Mar 2026 00:00:00 GMT").content == current.content
    other = web.get(url, If_None_Match='"other"', If_Modified_Since=current.headers["last-modified"])
    assert other.status_code == 200
    weak = web.get(url, If_None_Match=f'"other", W/{current.headers["etag"]}')
    assert weak.status_code == 304


def test_a_date_that_is_no_date_is_ignored(web: Web) -> None:
    assert web.get(COURIER.url("/feed.xml"), If_Modified_Since="last spring").status_code == 200


def test_head_gives_the_headers_of_get_and_no_body(web: Web) -> None:
    url = GAZETTE.url("/")
    head, get = web.get(url, "HEAD"), web.get(url)
    assert head.content == b""
    for name in ("content-type", "content-length", "etag", "last-modified"):
        assert head.headers[name] == get.headers[name]


def test_hosts_are_told_apart_and_strangers_find_nothing(web: Web) -> None:
    pages = {host: web.get(f"http://{host}/").content for host in HOSTS}
    assert len(set(pages.values())) == len(HOSTS)
    assert web.get("http://www.stranger.example/").status_code == 404
    assert web.get("http://WWW.Danube-Ledger.example:8080/").content == pages[LEDGER.host]


def test_queries_do_not_change_a_page_and_unknown_paths_are_404(web: Web) -> None:
    plain = web.get(COURIER.url("/about"))
    assert web.get(COURIER.url("/about?utm_source=rss")).content == plain.content
    assert web.get(COURIER.url("/../../etc/passwd")).status_code == 404
    assert web.get(COURIER.url("/aboutt")).status_code == 404


def test_the_server_remembers_what_was_asked() -> None:
    with DemoServer() as server:
        web = Web(server)
        with web.client:
            web.get(LEDGER.url("/feed.xml?a=b"), User_Agent="reader")
            web.get(LEDGER.url("/nothing"), "HEAD", User_Agent="reader")
        asked = [(one.method, one.host, one.target, one.status, one.user_agent) for one in server.requests]
    assert asked == [
        ("GET", LEDGER.host, "/feed.xml?a=b", 200, "reader"),
        ("HEAD", LEDGER.host, "/nothing", 404, "reader"),
    ]


def test_the_server_ends_although_a_client_keeps_its_connection_open() -> None:
    with httpx.Client(trust_env=False) as client:
        with serve_demo_site() as (address, port):
            assert address == "127.0.0.1"
            client.get(f"http://{address}:{port}/", headers={"Host": COURIER.host})
        with pytest.raises(httpx.TransportError):
            client.get(f"http://{address}:{port}/", headers={"Host": COURIER.host})


# ---- writing pages -------------------------------------------------------------------------------------------------


def test_text_is_escaped_and_markup_is_not_escaped_twice() -> None:
    inner = each("<b>$name</b>", [{"name": "R&D <script>"}])
    outer = each('<p title="$title">$inner</p>', [{"title": '"x"', "inner": inner}])
    assert outer == '<p title="&quot;x&quot;"><b>R&amp;D &lt;script&gt;</b></p>'


def test_json_cannot_end_its_script_element() -> None:
    value = {"headline": "</script><script>alert(1)</script> & <!--"}
    text = script_json(value)
    assert "<" not in text
    assert json.loads(text) == value
    assert unescape(text) == text


def test_a_story_without_a_head_is_refused() -> None:
    with pytest.raises(ValueError, match="head"):
        parse_story("loose", "A paragraph.\n\n+++\ntitle = 'x'\n+++\n")
