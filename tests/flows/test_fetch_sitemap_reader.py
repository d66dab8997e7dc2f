"""The walk through a site's sitemaps, over real servers."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.fetch.documents import Documents
from flows.fetch.items import Finding, Item
from flows.fetch.results import Failure, Response
from flows.fetch.sitemaps.sitemap_reader import MAX_DEPTH, SitemapReader
from flows.fetch.web.http_settings import HttpSettings
from flows.fetch.window import Window
from flows.sources import SitemapSource
from tests.web.clients import QUICK, ToldTime, fetcher_for
from tests.web.hostile import conditional
from tests.web.server import Reply, Web, serve
from warehouse.catalogue import Catalogue
from warehouse.home import Home

SITE = "http://news.example"
MARCH_2 = Window(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC))
XML = "application/xml"


@dataclass(frozen=True)
class Desk:
    """Reads the server's sitemaps for one source, and remembers what it has read as the fetch does."""

    web: Web
    root: Path

    @contextmanager
    def reader(
        self, path: str = "/sitemap.xml", settings: HttpSettings = QUICK, **changes: str
    ) -> Iterator[tuple[SitemapReader, Documents]]:
        source = SitemapSource.model_validate({"name": "courier", "type": "sitemap", "url": SITE + path} | changes)
        time = ToldTime()
        with (
            Catalogue.open(Home(self.root).catalogue_url) as catalogue,
            fetcher_for(self.web, time, settings) as fetcher,
        ):
            documents = Documents(source.name, fetcher, catalogue.documents, clock=time.clock)
            yield SitemapReader(source, fetcher, documents, settings), documents

    def findings(
        self,
        window: Window = MARCH_2,
        *,
        path: str = "/sitemap.xml",
        settings: HttpSettings = QUICK,
        **changes: str,
    ) -> list[Finding]:
        with self.reader(path, settings, **changes) as (reader, documents):
            found = []
            for finding in reader.discover(window):
                found.append(finding)
                if finding.memo is not None:
                    documents.keep(finding.memo)
        return found

    def asked(self) -> list[str]:
        return [path for path in self.web.paths() if path != "/robots.txt"]


@pytest.fixture
def web() -> Iterator[Web]:
    with serve() as web:
        yield web


@pytest.fixture
def desk(web: Web, tmp_path: Path) -> Desk:
    return Desk(web, tmp_path)


def entry(kind: str, url: str, lastmod: str | None = None) -> str:
    address = url if "://" in url else SITE + url
    changed = "" if lastmod is None else f"<lastmod>{lastmod}</lastmod>"
    return f"<{kind}><loc>{address.replace('&', '&amp;')}</loc>{changed}</{kind}>"


def pages(*urls: str | tuple[str, str]) -> bytes:
    entries = [entry("url", *([url] if isinstance(url, str) else url)) for url in urls]
    return f"<urlset>{''.join(entries)}</urlset>".encode()


def index(*urls: str | tuple[str, str]) -> bytes:
    entries = [entry("sitemap", *([url] if isinstance(url, str) else url)) for url in urls]
    return f"<sitemapindex>{''.join(entries)}</sitemapindex>".encode()


def items(findings: list[Finding]) -> list[Item]:
    return [item for finding in findings for item in finding.items]


def urls(findings: list[Finding]) -> list[str]:
    return [item.url.removeprefix(SITE) for item in items(findings)]


def failures(findings: list[Finding]) -> list[Failure]:
    return [finding.failure for finding in findings if finding.failure is not None]


def details(findings: list[Finding]) -> list[str]:
    attempts = [attempt for finding in findings for attempt in finding.attempts]
    return [attempt.detail for attempt in attempts if attempt.detail and attempt.purpose == "discovery"]


def test_pages_dated_in_the_window_are_named(web: Web, desk: Desk) -> None:
    news = (
        f"<urlset><url><loc>{SITE}/ferry?utm_source=map</loc><news><publication_date>2026-03-02T09:30+01:00"
        f"</publication_date><title>Ferry back</title></news></url></urlset>"
    )
    web.put("/sitemap.xml", Reply(news.encode(), content_type=XML))
    (finding,) = desk.findings()
    assert finding.items == (
        Item(
            f"{SITE}/ferry?utm_source=map",
            f"{SITE}/ferry",
            f"{SITE}/sitemap.xml",
            "Ferry back",
            "2026-03-02T09:30:00+01:00",
            datetime(2026, 3, 2, 8, 30, tzinfo=UTC),
        ),
    )
    assert [attempt.outcome for attempt in finding.attempts][-1] == "ok"
    assert finding.failure is None


def test_pages_dated_outside_of_the_window_are_not(web: Web, desk: Desk) -> None:
    listed = pages(
        ("/before", "2026-03-01T23:59:59Z"),
        ("/first", "2026-03-02T00:00:00Z"),
        ("/last", "2026-03-02T23:59:59Z"),
        ("/after", "2026-03-03T00:00:00Z"),
        ("/elsewhere", "2026-03-03T08:00:00+09:00"),
        ("/2026/03/02/by-path", "2026-03-09T00:00:00Z"),
        ("/2026/03/01/by-path", "2026-03-02T12:00:00Z"),
        "/undated",
    )
    web.put("/sitemap.xml", Reply(listed))
    found = desk.findings()
    assert urls(found) == ["/first", "/last", "/elsewhere", "/2026/03/02/by-path", "/undated"]
    assert {item.published for item in items(found)} == {None}
    without = desk.findings(undated="skip")
    assert urls(without) == ["/first", "/last", "/elsewhere", "/2026/03/02/by-path"]
    assert details(without) == ["left out – pages without a date: 1"]


def test_a_day_counts_for_every_window_that_it_reaches_into(web: Web, desk: Desk) -> None:
    web.put("/sitemap.xml", Reply(pages("/2026/03/02/ferry")))
    nine, ten = (datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (9, 10))
    (item,) = items(desk.findings(Window(nine, ten)))
    assert item.dated == nine


@pytest.mark.parametrize(
    ("path", "reply"),
    [
        ("/a.xml.gz", Reply(gzip.compress(pages("/a")), content_type="application/x-gzip")),
        ("/b.xml.gz", Reply(gzip.compress(pages("/a")), content_type="application/octet-stream")),
        ("/c.xml", Reply(gzip.compress(pages("/a")), headers={"Content-Encoding": "gzip"}, content_type=XML)),
        (
            "/d.xml.gz",
            Reply(gzip.compress(gzip.compress(pages("/a"))), headers={"Content-Encoding": "gzip"}, content_type=XML),
        ),
        ("/e.xml.gz", Reply(pages("/a"), content_type="application/x-gzip")),
    ],
)
def test_packed_sitemaps_are_read_however_they_are_served(web: Web, desk: Desk, path: str, reply: Reply) -> None:
    web.put(path, reply)
    assert urls(desk.findings(path=path)) == ["/a"]


@pytest.mark.parametrize("path", ["", "/", "/robots.txt"])
def test_a_site_names_its_sitemaps_in_robots_txt(web: Web, desk: Desk, path: str) -> None:
    robots = f"User-agent: *\nDisallow: /private\nSitemap: {SITE}/one.xml\nsitemap: http://cdn.example/two.xml\n"
    web.put("/robots.txt", Reply(robots.encode(), content_type="text/plain"))
    web.put("/one.xml", Reply(pages("/1")))
    web.put("/two.xml", Reply(index("http://cdn.example/three.xml", f"{SITE}/four.xml", "http://far.example/five.xml")))
    web.put("/three.xml", Reply(pages("/3", "http://cdn.example/3")))
    web.put("/four.xml", Reply(pages("/4")))
    found = desk.findings(path=path)
    assert urls(found) == ["/1", "/3", "/4"]
    assert details(found) == [
        "left out – sitemaps of other sites: 1 (far.example)",
        "left out – pages of other sites: 1 (cdn.example)",
    ]
    assert failures(found) == []


def test_a_site_that_names_none_has_the_usual_one(web: Web, desk: Desk) -> None:
    web.put("/robots.txt", Reply(b"User-agent: *\nDisallow:\n", content_type="text/plain"))
    web.put("/sitemap.xml", Reply(pages("/1")))
    assert urls(desk.findings(path="/")) == ["/1"]


def test_sitemaps_that_cannot_list_the_window_are_not_asked_for(web: Web, desk: Desk) -> None:
    listed = index(
        ("/changed-before.xml", "2026-03-01T23:59:59Z"),
        ("/changed-that-day.xml", "2026-03-01"),
        ("/changed-since.xml", "2026-06-01T00:00:00Z"),
        "/news.xml",
        "/posts-2025.xml",
        "/posts-2026.xml",
        "/map_20260228.xml",
        "/map_20260301.xml",
        "/map_20260302.xml",
        "/map_20260303.xml",
        "/map_20260304.xml",
        "/map?yyyy=2026&mm=02",
        "/map?yyyy=2026&mm=03",
        "/archive/2026/02/map.xml",
        "/archive/2026/03/map.xml",
        "/page-1.xml",
        "/page-2025.xml",
    )
    web.put("/sitemap.xml", Reply(listed))
    found = desk.findings()
    assert desk.asked() == [
        "/sitemap.xml",
        "/news.xml",
        "/page-1.xml",
        "/page-2025.xml",
        "/posts-2026.xml",
        "/changed-since.xml",
        "/map?yyyy=2026&mm=03",
        "/archive/2026/03/map.xml",
        "/map_20260303.xml",
        "/map_20260302.xml",
        "/changed-that-day.xml",
        "/map_20260301.xml",
    ]
    assert {failure.kind for failure in failures(found)} == {"http-4xx"}


def test_loops_and_repetitions_are_read_once(web: Web, desk: Desk) -> None:
    web.put("/sitemap.xml", Reply(index("/sitemap.xml", "/second.xml", "/second.xml#again", "/moved.xml")))
    web.put("/second.xml", Reply(index("/sitemap.xml", "/second.xml", "/third.xml")))
    web.put("/third.xml", Reply(pages("/a")))
    web.put("/moved.xml", Reply(b"", 301, {"Location": "/sitemap.xml"}))
    found = desk.findings()
    assert urls(found) == ["/a"]
    assert sorted(desk.asked()) == sorted(
        ["/sitemap.xml", "/second.xml", "/moved.xml", "/sitemap.xml", "/third.xml"]  # once more by the redirect
    )
    assert failures(found) == []


def test_indexes_within_indexes_are_followed_so_far(web: Web, desk: Desk) -> None:
    web.put("/sitemap.xml", Reply(index("/1.xml")))
    for depth in range(1, 20):
        web.put(f"/{depth}.xml", Reply(index(f"/{depth + 1}.xml")))
    found = desk.findings()
    assert desk.asked() == ["/sitemap.xml", *(f"/{depth}.xml" for depth in range(1, MAX_DEPTH + 1))]
    assert [(failure.kind, failure.detail) for failure in failures(found)] == [
        ("too-large", "sitemaps left out: 1 below more than 5 indexes")
    ]


def test_a_walk_ends_at_its_limit_and_says_what_it_left_out(web: Web, desk: Desk) -> None:
    web.put("/sitemap.xml", Reply(index(*((f"/{day:02}.xml", f"2026-03-{day:02}T00:00:00Z") for day in range(2, 12)))))
    for day in range(2, 12):
        web.put(f"/{day:02}.xml", Reply(pages((f"/{day}", "2026-03-02T00:00:00Z"))))
    found = desk.findings(settings=replace(QUICK, max_sitemaps=4))
    assert urls(found) == ["/11", "/10", "/9"]
    assert [(failure.kind, failure.detail) for failure in failures(found)] == [
        ("too-large", "sitemaps left out: 7, as at most 4 are read in one walk")
    ]


def test_one_that_fails_does_not_stop_the_others(web: Web, desk: Desk) -> None:
    web.put("/sitemap.xml", Reply(index("/gone.xml", "/page.xml", "/cut.xml", "/bomb.xml", "/good.xml")))
    web.put("/page.xml", Reply(b"<!DOCTYPE html><html><body>Log in</body></html>"))
    web.put("/cut.xml", Reply(pages("/a", "/b")[:-30]))
    web.put("/bomb.xml", Reply(gzip.compress(b"a" * 60_000_000)))
    web.put("/good.xml", Reply(pages("/c")))
    found = desk.findings()
    assert urls(found) == ["/a", "/c"]
    assert [failure.kind for failure in failures(found)] == ["http-4xx", "wrong-type", "wrong-type", "too-large"]
    outcomes = [finding.attempts[-1].outcome for finding in found]
    assert outcomes == ["ok", "http-4xx", "wrong-type", "wrong-type", "too-large", "ok"]
    assert all(finding.memo is None for finding in found if finding.failure is not None)


def test_pages_of_other_sites_are_left_out_and_counted(web: Web, desk: Desk) -> None:
    others = [f"http://{host}.test/x" for host in ("a", "b", "c", "d")]
    web.put("/sitemap.xml", Reply(pages("/1", "http://www.news.example/2", "ftp://news.example/3", *others)))
    found = desk.findings()
    assert urls(found) == ["/1", "http://www.news.example/2"]
    assert details(found) == [
        "left out – pages of other sites: 4 (a.test, b.test, c.test, …), entries without a web address: 1"
    ]
    web.put("/sitemap.xml", Reply(pages(*others)))
    assert [failure.detail for failure in failures(desk.findings())] == ["it lists no page of news.example"]


def test_hosts_of_one_registrable_domain_are_one_site(web: Web, desk: Desk) -> None:
    web.put("/sitemap.xml", Reply(index("http://maps.courier.co.uk/a.xml", "http://other.co.uk/b.xml")))
    web.put("/a.xml", Reply(pages("http://sport.courier.co.uk/1", "http://other.co.uk/2")))
    found = desk.findings(url="http://www.courier.co.uk/sitemap.xml")
    assert [item.url for item in items(found)] == ["http://sport.courier.co.uk/1"]
    assert desk.asked() == ["/sitemap.xml", "/a.xml"]


def served(body: bytes, etag: str) -> Callable[..., Reply]:
    return conditional(body, etag=etag, content_type=XML)


def test_a_second_walk_reads_only_what_changed(web: Web, desk: Desk) -> None:
    web.put("/sitemap.xml", served(index("/a.xml", "/b.xml"), '"i"'))
    web.put("/a.xml", served(pages("/1"), '"a1"'))
    web.put("/b.xml", served(pages("/2"), '"b1"'))
    assert urls(desk.findings()) == ["/1", "/2"]
    web.put("/b.xml", served(pages("/2", "/3"), '"b2"'))
    found = desk.findings()
    # The index is unchanged; what it names may have changed all the same.
    assert [finding.attempts[-1].outcome for finding in found] == ["not-modified", "not-modified", "ok"]
    assert [finding.unchanged for finding in found] == [False, True, False]
    assert urls(found) == ["/2", "/3"]


def test_a_sitemap_with_later_pages_is_read_again_for_them(web: Web, desk: Desk) -> None:
    web.put("/sitemap.xml", served(pages(("/2", "2026-03-02T08:00:00Z"), ("/3", "2026-03-03T08:00:00Z")), '"1"'))
    assert urls(desk.findings()) == ["/2"]
    third = Window(MARCH_2.end, datetime(2026, 3, 4, tzinfo=UTC))
    assert urls(desk.findings(third)) == ["/3"]
    assert urls(desk.findings(third)) == []
    assert urls(desk.findings(MARCH_2)) == ["/2"]


def test_robots_txt_is_obeyed(web: Web, desk: Desk) -> None:
    web.put("/robots.txt", Reply(b"User-agent: *\nDisallow: /sitemap.xml\n", content_type="text/plain"))
    web.put("/sitemap.xml", Reply(pages("/1")))
    assert [failure.kind for failure in failures(desk.findings())] == ["robots"]
    assert desk.asked() == []


def test_a_page_is_loaded_and_known_by_where_it_was_and_where_it_led(web: Web, desk: Desk) -> None:
    web.put("/sitemap.xml", Reply(pages("/old")))
    web.put("/old", Reply(b"", 301, {"Location": "/new"}))
    web.put("/new", Reply(b"<html>ferry</html>"))
    with desk.reader() as (reader, _):
        (finding,) = reader.discover(MARCH_2)
        (item,) = finding.items
        page = reader.load(item).result
        assert isinstance(page, Response)
        assert reader.keys(item, page) == (f"{SITE}/old", f"{SITE}/new")
        assert reader.delay_of("news.example") == 0.0
