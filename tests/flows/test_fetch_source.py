"""The fetch step over real servers, a real lake and a real catalogue."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.fetch.batches import PartLimits
from flows.fetch.items import Item
from flows.fetch.placement import day_of, is_later
from flows.fetch.window import Window
from flows.sources import FilesSource
from tests.flows.house import SITE, TODAY, House, feed_of, house_at, put_feed, source_at
from tests.web.clients import NOON
from tests.web.server import Raw, Reply, Web, serve
from transforms.addresses import known_key
from transforms.identity import content_hash, stable_id
from warehouse.parts import Part

DAY = date(2026, 3, 2)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with house_at(tmp_path) as house:
        yield house


@pytest.fixture
def web() -> Iterator[Web]:
    with serve() as web:
        yield web


def test_a_feed_becomes_raw_pages_with_everything_known_about_them(house: House, web: Web) -> None:
    put_feed(web, [("/a", "Mon, 02 Mar 2026 09:30:00 +0100"), ("/moved", None)])
    web.put("/moved", Reply(b"", 302, {"Location": "/new"}))
    web.put("/new", Reply(b"<p>new</p>", content_type="text/html; charset=utf-8"))
    report = house.fetch(source_at(web))
    assert (report.found, report.known, report.pages, report.failures, report.error) == (2, 0, 2, {}, None)
    assert report.bytes == len(b"<p>/a</p>") + len(b"<p>new</p>")
    assert str(report) == "2 new pages, 0 known"
    assert report.parts == (Part(DAY, "courier", 0),)
    first, second = house.rows("raw_pages")
    assert first["page_id"] == stable_id("page", f"{SITE}/a", content_hash(b"<p>/a</p>"))
    assert first["item_title"] == "Title of /a"
    assert first["item_published"] == "2026-03-02T09:30:00+01:00"
    assert first["found_in"] == f"{SITE}/feed.xml"
    assert first["observed_at"] == NOON
    assert first["part"] == report.parts[0].name
    assert (second["url"], second["final_url"], second["redirects"]) == (
        f"{SITE}/moved",
        f"{SITE}/new",
        [f"{SITE}/moved"],
    )
    assert (second["status"], second["content_type"]) == (200, "text/html; charset=utf-8")
    assert ("content-length", "10") in second["headers"]
    assert [(row["purpose"], row["outcome"]) for row in house.rows("fetches")] == [
        ("robots", "http-4xx"),
        ("discovery", "ok"),
        ("page", "ok"),
        ("page", "ok"),
    ]
    assert [row["page_id"] for row in house.rows("fetches")][2:] == [first["page_id"], second["page_id"]]


def test_a_second_fetch_costs_a_304_and_adds_nothing(house: House, web: Web) -> None:
    put_feed(web, [("/a", None), ("/b", None)])
    house.fetch(source_at(web))
    before, asked = house.rows("fetches"), len(web.requests)
    report = house.fetch(source_at(web))
    assert (report.found, report.pages, report.parts) == (0, 0, ())
    assert web.paths()[asked:] == ["/feed.xml"]
    assert house.rows("fetches") == before


def test_known_pages_are_not_asked_for_again(house: House, web: Web) -> None:
    put_feed(web, [("/a", None)])
    house.fetch(source_at(web))
    put_feed(web, [("/b", None), ("/a?utm_source=rss", None), ("/a#top", None)], etag='"2"')
    report = house.fetch(source_at(web))
    assert (report.found, report.known, report.pages) == (2, 1, 1)
    assert house.urls() == ["/a", "/b"]


def test_a_page_reached_by_two_addresses_is_stored_once(house: House, web: Web) -> None:
    put_feed(web, [("/short", None), ("/long", None)])
    web.put("/short", Reply(b"", 301, {"Location": "/long"}))
    report = house.fetch(source_at(web))
    assert (report.pages, report.known) == (1, 1)


def test_pages_are_filed_under_the_day_of_their_publication_inside_the_window(house: House, web: Web) -> None:
    put_feed(
        web,
        [
            ("/late", "Mon, 02 Mar 2026 00:30:00 +0100"),
            ("/today", "Mon, 02 Mar 2026 10:00:00 GMT"),
            ("/old", "Tue, 06 Jan 2026 10:00:00 GMT"),
            ("/undated", None),
            ("/future", "Mon, 02 Mar 2099 10:00:00 GMT"),
        ],
    )
    window = Window(datetime(2026, 2, 28, 6, tzinfo=UTC), NOON)
    report = house.fetch(source_at(web), window)
    assert report.days == (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2))
    days = {row["url"].removeprefix(SITE): row["part"][:10] for row in house.rows("raw_pages")}
    assert days == {
        "/late": "2026-03-01",
        "/today": "2026-03-02",
        "/old": "2026-03-02",
        "/undated": "2026-03-02",
        "/future": "2026-03-02",
    }
    recorded = house.catalogue.source_days(source="courier")
    assert [(day.day, day.status, day.pages, day.parts) for day in recorded] == [
        (date(2026, 2, 28), "done", 0, 0),
        (date(2026, 3, 1), "done", 1, 1),
        (date(2026, 3, 2), "done", 4, 1),
    ]
    assert house.catalogue.last_success("courier") == NOON


def test_pages_published_after_the_window_are_left_to_the_next_one(house: House, web: Web) -> None:
    put_feed(web, [("/in", "Mon, 02 Mar 2026 08:00:00 GMT"), ("/after", "Mon, 02 Mar 2026 11:00:00 GMT")])
    ten = datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert house.fetch(source_at(web), Window(TODAY.start, ten)).pages == 1
    assert house.fetch(source_at(web), Window(ten, NOON)).pages == 1
    assert house.urls() == ["/in", "/after"]


def test_parts_are_cut_by_pages_in_the_order_of_the_feed(house: House, web: Web) -> None:
    put_feed(web, [(f"/{number}", None) for number in range(7)])
    report = house.fetch(source_at(web), limits=PartLimits(pages=3))
    assert len(report.parts) == 3
    parts = [
        [row["url"].removeprefix(SITE) for row in house.lake.read(file).to_pylist()]
        for file in house.catalogue.files(table="raw_pages")
    ]
    assert parts == [["/0", "/1", "/2"], ["/3", "/4", "/5"], ["/6"]]


def test_parts_are_cut_by_bytes(house: House, web: Web) -> None:
    put_feed(web, [(f"/{number}", None) for number in range(4)])
    for number, size in enumerate([100, 200, 300, 50]):
        web.put(f"/{number}", Reply(b"x" * size))
    house.fetch(source_at(web), limits=PartLimits(bytes=300))
    assert [file.rows for file in house.catalogue.files(table="raw_pages")] == [2, 1, 1]


def test_failures_are_rows_and_are_tried_again(house: House, web: Web) -> None:
    put_feed(web, [("/gone", None), ("/broken", None), ("/picture", None), ("/private", None), ("/fine", None)])
    web.put("/robots.txt", Reply(b"User-agent: *\nDisallow: /private\n"))
    web.put("/gone", Reply(b"", 410))
    web.put("/broken", Reply(b"", 500))
    web.put("/picture", Reply(b"", content_type="image/png"))
    report = house.fetch(source_at(web))
    assert report.failures == {"http-4xx": 1, "http-5xx": 1, "robots": 1, "wrong-type": 1}
    assert (report.found, report.pages, report.error) == (5, 1, None)
    assert str(report) == "1 new pages, 0 known, 1 http-4xx, 1 http-5xx, 1 robots, 1 wrong-type"
    pages = [
        (row["url"].removeprefix(SITE), row["outcome"], row["status"])
        for row in house.rows("fetches")
        if row["purpose"] == "page"
    ]
    assert pages == [
        ("/gone", "http-4xx", 410),
        ("/broken", "http-5xx", 500),
        ("/broken", "http-5xx", 500),
        ("/broken", "http-5xx", 500),
        ("/picture", "wrong-type", 200),
        ("/private", "robots", None),
        ("/fine", "ok", 200),
    ]
    ids = [row["fetch_id"] for row in house.rows("fetches")]
    assert len(set(ids)) == len(ids)
    (recorded,) = house.catalogue.source_days(source="courier")
    assert (recorded.status, recorded.detail) == ("done", "1 http-4xx, 1 http-5xx, 1 robots, 1 wrong-type")
    web.put("/broken", Reply(b"mended"))
    # The feed has not changed, but what it named waits in the queue.
    again = house.fetch(source_at(web))
    assert (again.found, again.pages, again.failures) == (0, 1, {})
    # Now only lasting failures are left.
    asked = len(web.requests)
    assert house.fetch(source_at(web)).pages == 0
    assert web.paths()[asked:] == ["/feed.xml"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Reply(b"", 404), "http-4xx"),
        (Reply(b"", 503), "http-5xx"),
        (Reply(b"<html>no feed</html>"), "wrong-type"),
        (Raw((b"",)), "protocol"),
    ],
)
def test_a_source_that_cannot_be_read_fails_its_window(house: House, web: Web, answer: Reply | Raw, kind: str) -> None:
    web.put("/feed.xml", answer)
    report = house.fetch(source_at(web))
    assert report.error is not None
    assert report.error.startswith(f"{kind}: ")
    assert str(report) == f"failed, {report.error}"
    (recorded,) = house.catalogue.source_days(source="courier")
    assert (recorded.status, recorded.detail) == ("failed", report.error)
    assert house.catalogue.last_success("courier") is None
    assert [row["outcome"] for row in house.rows("fetches") if row["purpose"] == "discovery"][-1] == kind


def test_an_empty_feed_is_an_empty_day(house: House, web: Web) -> None:
    web.put("/feed.xml", Reply(feed_of([]), content_type="application/rss+xml"))
    report = house.fetch(source_at(web))
    assert (report.found, report.parts, report.error) == (0, (), None)
    (recorded,) = house.catalogue.source_days(source="courier")
    assert (recorded.status, recorded.pages, recorded.parts) == ("done", 0, 0)


def test_an_item_can_lead_nowhere_private(house: House, web: Web) -> None:
    body = b'<rss version="2.0"><channel><item><link>http://169.254.169.254/latest</link></item></channel></rss>'
    web.put("/feed.xml", Reply(body, content_type="application/rss+xml"))
    assert house.fetch(source_at(web)).failures == {"forbidden-address": 1}


def test_the_source_may_be_private_if_it_says_so(house: House, web: Web) -> None:
    base = f"http://{web.endpoint}"
    link = f'<rss version="2.0"><channel><item><link>{base}/a</link></item></channel></rss>'
    web.put("/feed.xml", Reply(link.encode(), content_type="application/rss+xml"))
    web.put("/a", Reply(b"here"))
    refused = house.fetch(source_at(web, url=f"{base}/feed.xml", connect_to=None))
    assert refused.error is not None
    assert refused.error.startswith("forbidden-address: ")
    allowed = house.fetch(source_at(web, url=f"{base}/feed.xml", connect_to=None, allow_private=True))
    assert (allowed.error, allowed.pages) == (None, 1)


def test_two_sources_of_one_feed_both_see_it_but_store_its_pages_once(house: House, web: Web) -> None:
    put_feed(web, [("/a", None)])
    assert house.fetch(source_at(web)).pages == 1
    second = house.fetch(source_at(web, name="second"))
    assert (second.found, second.known, second.pages) == (1, 1, 0)


def files_source(root: Path) -> FilesSource:
    return FilesSource(name="archive", type="files", path=root)


def test_unchanged_files_are_stored_once_and_changed_ones_again(house: House, tmp_path: Path) -> None:
    root = tmp_path / "pages"
    root.mkdir()
    (root / "a.html").write_bytes(b"<p>first</p>")
    (root / "b.txt").write_bytes(b"text")
    first = house.fetch(files_source(root))
    assert (first.found, first.known, first.pages) == (2, 0, 2)
    second = house.fetch(files_source(root))
    assert (second.found, second.known, second.pages, second.parts) == (2, 2, 0, ())
    (root / "a.html").write_bytes(b"<p>second</p>")
    third = house.fetch(files_source(root))
    assert (third.known, third.pages) == (1, 1)
    (root / "a.html").write_bytes(b"<p>first</p>")
    assert house.fetch(files_source(root)).pages == 0
    pages = [(row["url"], row["body"], row["status"], row["content_type"]) for row in house.rows("raw_pages")]
    assert pages == [
        ("file://archive/a.html", b"<p>first</p>", None, "text/html"),
        ("file://archive/b.txt", b"text", None, "text/plain"),
        ("file://archive/a.html", b"<p>second</p>", None, "text/html"),
    ]
    ids = [row["page_id"] for row in house.rows("raw_pages")]
    assert len(set(ids)) == 3


def test_a_folder_that_is_missing_fails_its_window(house: House, tmp_path: Path) -> None:
    report = house.fetch(files_source(tmp_path / "nowhere"))
    assert report.error is not None
    assert report.error.startswith("file: ")


def test_equal_answers_make_equal_files(web: Web, tmp_path: Path) -> None:
    put_feed(web, [(f"/{number}", None) for number in range(5)])
    hashes = []
    for name in ("one", "two"):
        with house_at(tmp_path / name) as house:
            house.fetch(source_at(web))
            hashes.append([file.content_hash for file in house.catalogue.files(table="raw_pages")])
    # The Date header tells the time of the server, which this one does not send.
    assert hashes[0] == hashes[1]


def test_the_delay_of_the_source_is_kept(house: House, web: Web) -> None:
    put_feed(web, [("/a", None), ("/b", None)])
    house.fetch(source_at(web, delay_seconds=2.5))
    assert house.time.slept == [2.5, 2.5, 2.5]


def test_the_fetch_does_without_what_was_remembered_when_it_was_interrupted(house: House, web: Web) -> None:
    put_feed(web, [("/a", None), ("/b", None)])

    clock = dying_clock(house, after=4)
    with pytest.raises(KeyboardInterrupt):
        house.fetch(source_at(web), clock=clock, limits=PartLimits(pages=1))
    assert len(house.rows("raw_pages")) < 2
    house.fetch(source_at(web), limits=PartLimits(pages=1))
    assert house.urls() == ["/a", "/b"]


def dying_clock(house: House, *, after: int) -> Callable[[], datetime]:
    left = iter(range(after))

    def clock() -> datetime:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return house.time.clock()

    return clock


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://News.example/A?b=2&a=1#top", "http://news.example/A?a=1&b=2"),
        ("http://news.example/a?utm_source=rss&id=3", "http://news.example/a?id=3"),
        ("http://news.example/a?12345", "http://news.example/a?12345"),
        ("http://news.example/a?id=", "http://news.example/a?id="),
        ("http://news.example:80/", "http://news.example/"),
        ("http://[broken", "http://[broken"),
    ],
)
def test_what_a_page_is_known_by(url: str, key: str) -> None:
    assert known_key(url) == key


INSTANTS = st.datetimes(datetime(2026, 2, 20), datetime(2026, 3, 20), timezones=st.just(UTC))  # noqa: DTZ001


@given(st.none() | INSTANTS, INSTANTS, st.integers(1, 10**7), INSTANTS)
def test_every_item_belongs_to_one_day_of_the_window_or_to_a_later_one(
    dated: datetime | None, start: datetime, seconds: int, now: datetime
) -> None:
    window = Window(start, start + timedelta(seconds=seconds))
    item = Item(f"{SITE}/a", "a", SITE, dated=dated)
    day = day_of(item, window, now)
    if is_later(item, window, now):
        assert dated is not None
        assert window.last_day <= day == dated.date() <= now.date()
    else:
        assert day in window.days()
        assert day == window.last_day or (dated is not None and dated.date() == day)


@given(INSTANTS, st.integers(1, 10**7))
def test_the_days_of_a_window_share_it_without_gap(start: datetime, seconds: int) -> None:
    window = Window(start, start + timedelta(seconds=seconds))
    shares = [window.within(day) for day in window.days()]
    assert (shares[0].start, shares[-1].end) == (window.start, window.end)
    assert all(before.end == after.start for before, after in pairwise(shares))


def test_a_window_has_time_zones_and_is_not_empty() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Window(datetime(2026, 3, 2), NOON)  # noqa: DTZ001
    with pytest.raises(ValueError, match="empty window"):
        Window(NOON, NOON)


def test_a_whole_day_is_one_day() -> None:
    assert Window(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)).days() == (DAY,)
