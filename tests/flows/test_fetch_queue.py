"""The queue of a source, over real servers: nothing is lost that was once named, and nothing is asked for too often."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from flows.fetch.batches import PartLimits
from flows.fetch.window import Window
from flows.sources import FilesSource, SitemapSource, UrlsSource
from tests.flows.house import SITE, House, feed_of, house_at, put_feed, source_at
from tests.web.clients import NOON
from tests.web.hostile import conditional
from tests.web.server import Reply, Web, serve
from warehouse.catalogue import Catalogue
from warehouse.home import Home
from warehouse.rebuild import rebuild_catalogue
from warehouse.records import PageCounts

DAY = date(2026, 3, 2)
HOUR = 3600.0


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with house_at(tmp_path / "house") as house:
        yield house


@pytest.fixture
def web() -> Iterator[Web]:
    with serve() as web:
        yield web


def until(house: House) -> Window:
    """From the last success to now."""
    start = house.catalogue.last_success("courier") or NOON - timedelta(hours=12)
    return Window(start, house.time.clock())


def counts(house: House) -> PageCounts:
    return house.catalogue.queue.counts("courier", DAY, DAY)[DAY]


def test_a_page_that_the_feed_has_forgotten_is_still_asked_for(house: House, web: Web) -> None:
    put_feed(web, [("/a", None), ("/shaky", None)])
    web.put("/shaky", Reply(b"", 503))
    assert house.fetch(source_at(web)).failures == {"http-5xx": 1}
    assert counts(house) == PageCounts(found=2, got=1, waiting=1)
    put_feed(web, [("/b", None)], etag='"2"')
    web.put("/shaky", Reply(b"back again"))
    house.time.seconds += HOUR
    report = house.fetch(source_at(web), until(house))
    assert (report.found, report.pages) == (1, 2)
    assert sorted(house.urls()) == ["/a", "/b", "/shaky"]
    assert counts(house) == PageCounts(found=3, got=3)


def test_a_page_that_never_comes_is_asked_for_ever_more_rarely_and_then_refused(house: House, web: Web) -> None:
    put_feed(web, [("/shaky", None)])
    web.put("/shaky", Reply(b"", 503))
    asked = []
    for hour in range(24 * 6):
        before = len(web.requests)
        house.time.seconds = max(house.time.seconds, hour * HOUR)
        house.fetch(source_at(web), until(house))
        if "/shaky" in web.paths()[before:]:
            asked.append(hour)
    assert asked[0] == 0
    gaps = [after - before for before, after in pairwise(asked[1:])]
    assert gaps == sorted(gaps)
    assert len(asked) == 7
    assert counts(house) == PageCounts(found=1, refused=1)


def test_every_page_named_is_a_row_with_what_the_source_said_of_it(house: House, web: Web) -> None:
    put_feed(web, [("/a", "Mon, 02 Mar 2026 09:30:00 +0100"), ("/gone", None)])
    web.put("/gone", Reply(b"", 410))
    house.fetch(source_at(web))
    house.fetch(source_at(web))
    rows = {row["url"].removeprefix(SITE): row for row in house.rows("discoveries")}
    assert rows.keys() == {"/a", "/gone"}
    assert rows["/a"]["title"] == "Title of /a"
    assert rows["/a"]["dated_at"] == datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
    assert rows["/a"]["found_in"] == f"{SITE}/feed.xml"
    assert rows["/gone"]["found_at"] == NOON
    assert counts(house) == PageCounts(found=2, got=1, refused=1)


def test_pages_are_looked_at_again_by_a_plan_and_only_new_versions_are_stored(house: House, web: Web) -> None:
    put_feed(web, [("/a", None), ("/plain", None)])
    web.put("/a", conditional(b"<p>first</p>", etag='"a1"'))
    source = source_at(web, revisit_after_hours=[1, 6])
    house.fetch(source)

    def visit(hours: float) -> list[str]:
        house.time.seconds = max(house.time.seconds, hours * HOUR)
        before = len(web.requests)
        house.fetch(source, until(house))
        return [path for path in web.paths()[before:] if path in {"/a", "/plain"}]

    assert visit(0.5) == []
    assert visit(1.1) == ["/a", "/plain"]
    last = [request.headers.get("if-none-match") for request in web.requests if request.path == "/a"]
    assert last == [None, '"a1"']
    outcomes = [(row["url"].removeprefix(SITE), row["outcome"], row["from_cache"]) for row in house.rows("fetches")]
    assert ("/a", "not-modified", True) in outcomes
    assert len(house.rows("raw_pages")) == 2
    web.put("/a", conditional(b"<p>second</p>", etag='"a2"'))
    assert visit(7) == ["/a", "/plain"]
    assert [row["body"] for row in house.rows("raw_pages")] == [b"<p>first</p>", b"<p>/plain</p>", b"<p>second</p>"]
    assert visit(100) == []
    assert counts(house) == PageCounts(found=2, got=2)


def test_patterns_choose_urls(house: House, web: Web) -> None:
    put_feed(web, [("/world/a", None), ("/world/advertising/b", None), ("/sport/c", None)])
    report = house.fetch(source_at(web, include=["*/world/*"], exclude=["*/advertising/*"]))
    assert (report.found, report.pages, report.excluded) == (1, 1, 2)
    assert str(report) == "1 new pages, 0 known, 2 excluded"


def test_a_run_may_be_bounded_and_the_next_one_goes_on(house: House, web: Web) -> None:
    put_feed(web, [(f"/{number}", None) for number in range(5)])
    source = source_at(web, max_pages=2)
    assert [house.fetch(source).pages for _ in range(4)] == [2, 2, 1, 0]
    assert house.urls() == [f"/{number}" for number in range(5)]


def test_a_home_page_leads_to_its_feed(house: House, web: Web) -> None:
    put_feed(web, [("/a", None)])
    home = (
        '<link rel="alternate" type="application/rss+xml" href="/broken.xml">'
        '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    )
    web.put("/", Reply(f"<html><head>{home}</head><body></body></html>".encode()))
    report = house.fetch(source_at(web, url=f"{SITE}/"))
    assert (report.error, report.pages) == (None, 1)
    (page,) = house.rows("raw_pages")
    assert page["found_in"] == f"{SITE}/feed.xml"


def test_a_quiet_feed_is_put_off_and_its_window_stays_open(house: House, web: Web) -> None:
    put_feed(web, [("/a", None)])
    house.fetch(source_at(web))
    house.time.seconds = 12 * HOUR
    house.fetch(source_at(web), until(house))
    success = house.catalogue.last_success("courier")
    house.time.seconds = 13 * HOUR
    report = house.fetch(source_at(web), until(house))
    assert str(report).startswith("not asked: it has not changed since 2026-03-02 12:00 UTC")
    assert house.catalogue.last_success("courier") == success
    assert house.fetch(source_at(web), until(house), forced=True).put_off is None
    assert house.catalogue.last_success("courier") == house.time.clock()


def test_an_unchanged_feed_answers_for_all_the_time_since_it_was_read(house: House, web: Web) -> None:
    put_feed(web, [("/a", None)])
    house.fetch(source_at(web))
    house.time.seconds = 50 * HOUR
    house.fetch(source_at(web), until(house))
    (covered,) = house.catalogue.covered("courier")
    assert (covered.start, covered.end) == (NOON - timedelta(hours=12), house.time.clock())


def test_pages_that_forbid_it_are_refused_or_recorded(house: House, web: Web) -> None:
    put_feed(web, [("/free", None), ("/mine", None), ("/reserved", None)])
    web.put("/mine", Reply(b"<p>mine</p>", headers={"X-Robots-Tag": "noarchive"}))
    web.put("/.well-known/tdmrep.json", Reply(b'[{"location": "/reserved", "tdm-reservation": 1}]'))
    report = house.fetch(source_at(web, opt_outs="respect"))
    assert (report.pages, report.failures) == (1, {"opted-out": 2})
    assert "/reserved" not in web.paths()
    details = {
        row["url"].removeprefix(SITE): row["detail"] for row in house.rows("fetches") if row["outcome"] == "opted-out"
    }
    assert details == {
        "/mine": "the page says noarchive",
        "/reserved": f"the site's tdmrep.json reserves {SITE}/reserved against data mining",
    }
    second = house.fetch(source_at(web, name="second", opt_outs="record"))
    assert second.pages == 2
    said = {row["url"].removeprefix(SITE): row["opt_outs"] for row in house.rows("raw_pages")}
    assert said == {"/free": None, "/mine": ["noarchive"], "/reserved": None}


def list_source(path: Path, web: Web, **keys: Any) -> UrlsSource:
    return UrlsSource.model_validate(
        {"name": "courier", "type": "urls", "path": path, "connect_to": web.endpoint, "delay_seconds": 0}
        | {"opt_outs": "record"}
        | keys
    )


def test_a_list_of_many_hosts_becomes_parts_in_which_hosts_take_turns(house: House, web: Web, tmp_path: Path) -> None:
    hosts, pages = ["a.example", "b.example", "c.example"], 4
    for page in range(pages):
        web.put(f"/{page}", Reply(f"<p>{page}</p>".encode()))
    path = tmp_path / "list.txt"
    path.write_text("\n".join(f"http://{host}/{page}" for host in hosts for page in range(pages)))
    report = house.fetch(list_source(path, web), limits=PartLimits(pages=5))
    assert (report.found, report.pages, len(report.parts)) == (12, 12, 3)
    expected = [f"http://{host}/{page}" for page in range(pages) for host in hosts]
    assert [row["url"] for row in house.rows("raw_pages")] == expected
    again = house.fetch(list_source(path, web))
    assert (again.found, again.known, again.pages) == (12, 12, 0)


def test_dated_pages_of_a_list_go_to_their_days(house: House, web: Web, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"url,published\n{SITE}/a,2026-02-27\n{SITE}/b,2026-03-01T10:00:00Z\n{SITE}/old,2020-01-01\n")
    for name in ("a", "b", "old"):
        web.put(f"/{name}", Reply(name.encode()))
    house.fetch(list_source(path, web), Window(datetime(2026, 2, 20, tzinfo=UTC), NOON))
    days = {row["url"].removeprefix(SITE): row["part"][:10] for row in house.rows("raw_pages")}
    assert days == {"/a": "2026-02-27", "/b": "2026-03-01"}


def test_lines_of_json_are_pages_and_damaged_ones_are_named(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "a.html").write_bytes(b"<p>a</p>")
    lines = [
        '{"url": "https://news.example/1", "html": "<p>1</p>", "published": "2026-02-01"}',
        "no json",
        '{"text": "2"}',
    ]
    (folder / "more.jsonl").write_text("\n".join(lines))
    source = FilesSource(name="archive", type="files", path=folder)
    report = house.fetch(source)
    assert (report.found, report.pages, report.failures) == (3, 3, {"damaged": 1})
    pages = {row["url"]: (row["body"], row["content_type"], row["part"][:10]) for row in house.rows("raw_pages")}
    assert pages == {
        "file://archive/a.html": (b"<p>a</p>", "text/html", "2026-03-02"),
        "https://news.example/1": (b"<p>1</p>", "text/html; charset=utf-8", "2026-02-01"),
        "file://archive/more.jsonl/3": (b"2", "text/plain; charset=utf-8", "2026-03-02"),
    }
    (damage,) = [row for row in house.rows("fetches") if row["outcome"] == "damaged"]
    assert damage["detail"].startswith("line 2: it is not JSON")
    assert house.fetch(source).pages == 0
    with (folder / "more.jsonl").open("a") as more:
        more.write('\n{"text": "4"}')
    again = house.fetch(source)
    assert (again.pages, again.known) == (1, 3)


def test_a_rebuilt_catalogue_asks_again_only_for_what_is_missing(house: House, web: Web, tmp_path: Path) -> None:
    put_feed(web, [("/a?utm_source=feed", None), ("/moved", None), ("/shaky", None)])
    web.put("/moved", Reply(b"", 301, {"Location": "/new"}))
    web.put("/new", Reply(b"new"))
    web.put("/shaky", Reply(b"", 503))
    house.fetch(source_at(web))
    with Catalogue.open(Home(tmp_path / "rebuilt").catalogue_url) as rebuilt:
        rebuild_catalogue(house.lake, rebuilt)
        assert rebuilt.queue.counts("courier", DAY, DAY) == {DAY: PageCounts(found=3, got=2, waiting=1)}
        web.put("/feed.xml", Reply(feed_of([("/a", None), ("/new", None)]), content_type="application/rss+xml"))
        other = House(house.home, house.lake, rebuilt, house.time)
        report = other.fetch(source_at(web))
        assert (report.found, report.known, report.pages) == (2, 2, 0)


def test_a_page_that_a_sitemap_names_late_is_found_and_filed_under_its_day(house: House, web: Web) -> None:
    source = SitemapSource.model_validate(
        {"name": "courier", "type": "sitemap", "url": f"{SITE}/sitemap.xml", "connect_to": web.endpoint}
        | {"delay_seconds": 0, "opt_outs": "record"}
    )

    def put(*entries: tuple[str, str]) -> None:
        listed = "".join(f"<url><loc>{SITE}{path}</loc><lastmod>{dated}</lastmod></url>" for path, dated in entries)
        web.put("/sitemap.xml", Reply(f"<urlset>{listed}</urlset>".encode(), content_type="application/xml"))
        for path, _ in entries:
            web.put(path, Reply(path.encode()))

    old, first, late = ("/old", "2020-01-01"), ("/a", "2026-03-02T09:00:00Z"), ("/late", "2026-03-01T23:55:00Z")
    put(old, first)
    midnight = Window(datetime(2026, 3, 2, tzinfo=UTC), NOON)
    assert house.fetch(source, midnight).pages == 1
    put(old, first, late)
    house.time.seconds = HOUR
    report = house.fetch(source, until(house))
    assert (report.found, report.known, report.pages) == (2, 1, 1)
    days = {row["url"].removeprefix(SITE): row["part"][:10] for row in house.rows("raw_pages")}
    assert days == {"/a": "2026-03-02", "/late": "2026-03-01"}
    exact = house.fetch(source, Window(NOON, house.time.clock()), forced=True)
    assert exact.found == 0


ODD_LINKS = [
    "http://xn--/a",
    "http://xn--a-ecp.ru/a",
    'https://[fe80::1%25eth0]"\x85[v1.a]',
    "http://news.example:99999/a",
    "http://user:secret@news.example/a",
    "http://[::1]/a",
    "http://news.example/" + "a" * 9000,
    "http://news.example/%zz%",
    "http://bücher.example/ä",
    "http://a b.example/",
]


def test_no_link_of_a_feed_stops_the_others(house: House, web: Web) -> None:
    items = [{"url": link} for link in ODD_LINKS] + [{"url": f"{SITE}/fine", "date_published": "٢٠٢٦"}]
    web.put("/feed.xml", Reply(json.dumps({"items": items}).encode(), content_type="application/feed+json"))
    web.put("/fine", Reply(b"fine"))
    report = house.fetch(source_at(web))
    assert (report.error, report.found) == (None, len(items))
    assert "/fine" in house.urls()
    assert report.pages + sum(report.failures.values()) == len(items)
    (fine,) = [row for row in house.rows("discoveries") if row["url"].endswith("/fine")]
    assert fine["published"] is None


LAST = "9999-12-31T23:59:59"


@pytest.mark.parametrize(
    "body",
    [
        f"<urlset><url><loc>{SITE}/2026/03/02/a</loc><lastmod>{LAST}Z</lastmod></url><url><loc>{SITE}/b</loc></url></urlset>",
        f"<sitemapindex><sitemap><loc>{SITE}/t.xml</loc><lastmod>{LAST}</lastmod></sitemap></sitemapindex>",
        f"{SITE}/b\n{SITE}/c\0d\n",
    ],
)
def test_no_date_and_no_letter_of_a_sitemap_stops_a_run(house: House, web: Web, body: str) -> None:
    web.put("/sitemap.xml", Reply(body.encode(), content_type="application/xml"))
    web.put("/t.xml", Reply(f"<urlset><url><loc>{SITE}/b</loc></url></urlset>".encode()))
    for path in ("/2026/03/02/a", "/b"):
        web.put(path, Reply(path.encode()))
    source = SitemapSource.model_validate(
        {"name": "courier", "type": "sitemap", "url": f"{SITE}/sitemap.xml", "connect_to": web.endpoint}
        | {"delay_seconds": 0, "opt_outs": "record"}
    )
    house.fetch(source)
    assert "/b" in house.urls()


def test_a_host_that_wants_a_day_of_peace_stops_no_run_and_costs_no_page(house: House, web: Web) -> None:
    put_feed(web, [("/a", None), ("/b", None), ("/c", None)])
    web.put("/a", Reply(b"", 429, {"Retry-After": "86400"}))
    report = house.fetch(source_at(web))
    assert report.failures == {"http-4xx": 3}
    assert sum(house.time.slept) < 60
    assert counts(house).waiting == 3
    for path in ("/a", "/b", "/c"):
        web.put(path, Reply(path.encode()))
    house.time.seconds = 25 * HOUR
    assert house.fetch(source_at(web), until(house)).pages == 3


def test_a_site_whose_robots_cannot_be_read_for_days_loses_no_page(house: House, web: Web, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text(f"{SITE}/a\n{SITE}/b\n")
    web.put("/robots.txt", Reply(b"", 503))
    for hour in range(0, 24 * 6, 5):
        house.time.seconds = hour * HOUR
        assert house.fetch(list_source(path, web), until(house)).failures == {"robots": 2}
    assert counts(house).waiting == 2
    rows = [row for row in house.rows("fetches") if row["purpose"] == "page"]
    assert len(rows) == 2  # that nobody asked is told once for each page
    web.put("/robots.txt", Reply(b"", 404))
    for name in ("/a", "/b"):
        web.put(name, Reply(name.encode()))
    house.time.seconds = 24 * 7 * HOUR
    assert house.fetch(list_source(path, web), until(house)).pages == 2


def test_a_redirect_to_a_page_of_an_earlier_run_stores_nothing_new(house: House, web: Web) -> None:
    put_feed(web, [("/a", None)])
    house.fetch(source_at(web))
    put_feed(web, [("/go?1", None)], etag='"2"')
    web.put("/go?1", Reply(b"", 302, {"Location": "/a"}))
    report = house.fetch(source_at(web))
    assert (report.pages, report.known) == (0, 1)
    assert counts(house) == PageCounts(found=2, got=2)


def test_wider_patterns_reach_what_was_read_before(house: House, web: Web) -> None:
    put_feed(web, [("/world/a", None), ("/sport/b", None)])
    assert house.fetch(source_at(web, include=["*/world/*"])).pages == 1
    assert house.fetch(source_at(web)).pages == 1


def test_a_page_that_is_gone_is_not_looked_at_again(house: House, web: Web) -> None:
    put_feed(web, [("/a", None)])
    source = source_at(web, revisit_after_hours=[1, 6, 24])
    house.fetch(source)
    web.put("/a", Reply(b"", 410))
    for hour in range(2, 24 * 10, 5):
        house.time.seconds = hour * HOUR
        house.fetch(source, until(house))
    assert web.paths().count("/a") == 2
    assert counts(house) == PageCounts(found=1, got=1)
