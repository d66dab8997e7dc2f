"""Captures of a site in an archive: its index, and what it replays."""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from flows.fetch.captures.captures import read_index_page
from flows.fetch.captures.wayback import WaybackReader
from flows.fetch.items import Finding, Item
from flows.fetch.results import Failure, Response
from flows.fetch.web.http import HttpSettings
from flows.fetch.window import Window
from flows.sources import WaybackSource
from tests.web.clients import NOON, QUICK, ToldTime, fetcher_for
from tests.web.server import Answer, Reply, Request, Web, serve

COLUMNS = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
DIGEST = "Q4YULN754FHV2U6Q5JUT6Q2P57WEWNNY"
MARCH_2 = Window(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC))
PAGE = b"<p>The ferry is back.</p>"
SOURCE = WaybackSource(
    name="old-courier",
    type="wayback",
    url="http://news.example/world/",
    cdx_url="http://archive.example/cdx",
    replay_url="http://archive.example/web/",
)


class Archive:
    """An archive with its index and replays, answering as the Internet Archive does."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.index: Callable[[dict[str, list[str]]], Reply] = lambda query: listing([])
        self.replays: dict[str, Answer] = {}
        # Every path that is put in advance answers exactly; those of the index carry a query.
        web.answer = self._answer  # type: ignore[method-assign]
        self.queries: list[dict[str, list[str]]] = []

    def _answer(self, request: Request) -> Reply:
        parts = urlsplit(request.path)
        if parts.path == "/cdx":
            query = parse_qs(parts.query)
            self.queries.append(query)
            return self.index(query)
        found = self.replays.get(request.path)
        return found if isinstance(found, Reply) else Reply(b"not archived", 404)

    def replay(self, timestamp: str, url: str, reply: Reply) -> None:
        self.replays[f"/web/{timestamp}id_/{url}"] = reply


def listing(rows: Sequence[Sequence[str]], *, resume_key: str | None = None) -> Reply:
    """An answer of the Internet Archive."""
    lines: list[Sequence[str]] = [COLUMNS, *rows] if rows else []
    lines += [[], [resume_key]] if resume_key else []
    return Reply(("[" + ",\n ".join(json.dumps(line) for line in lines) + "]").encode(), content_type="text/x-json")


def row(timestamp: str, url: str, *, type_: str = "text/html", status: str = "200", digest: str = DIGEST) -> list[str]:
    return ["example,news)/", timestamp, url, type_, status, digest, "1415"]


@pytest.fixture
def archive() -> Iterator[Archive]:
    with serve() as web:
        yield Archive(web)


def findings(
    archive: Archive, *, window: Window = MARCH_2, settings: HttpSettings = QUICK, source: WaybackSource = SOURCE
) -> list[Finding]:
    with fetcher_for(archive.web, ToldTime(), settings) as fetcher:
        return list(WaybackReader(source, fetcher, settings).discover(window))


def items_of(found: Sequence[Finding]) -> list[Item]:
    return [item for finding in found for item in finding.items]


def loaded(
    archive: Archive,
    timestamp: str = "20260302093000",
    url: str = "http://news.example/world/a",
    *,
    source: WaybackSource = SOURCE,
) -> Response | Failure:
    item = Item(
        url,
        f"{url}#capture={DIGEST}",
        "http://archive.example/cdx",
        dated=datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC),
        address=f"http://archive.example/web/{timestamp}id_/{url}",
    )
    with fetcher_for(archive.web, ToldTime()) as fetcher:
        reader = WaybackReader(source, fetcher, QUICK)
        visit = reader.load(item)
    last = visit.attempts[-1]
    if isinstance(visit.result, Failure):
        assert (last.outcome, last.detail) == (visit.result.kind, visit.result.detail)
    else:
        assert last.outcome == "ok"
        assert reader.keys(item, visit.result) == (item.key,)
    return visit.result


def memento(body: bytes = PAGE, headers: Mapping[str, str] = {}) -> Reply:
    """A capture as the Wayback Machine replays it."""
    own = {"X-Archive-Src": "courier.warc.gz", "Server": "nginx", "Cache-Control": "max-age=1800"}
    marked = {"Memento-Datetime": "Mon, 02 Mar 2026 09:30:00 GMT", "X-Archive-Orig-server": "Apache"}
    return Reply(body, headers={**own, **marked, **headers})


def test_captures_of_the_window_become_items_that_are_asked_for_at_the_archive(archive: Archive) -> None:
    archive.index = lambda query: listing([row("20260302093000", "http://www.news.example:80/world/a?utm_source=x")])
    (finding,) = findings(archive)
    (item,) = finding.items
    assert item.url == "http://www.news.example/world/a?utm_source=x"
    assert item.key == f"http://www.news.example/world/a#capture={DIGEST}"
    assert item.dated == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert (item.published, item.title, item.found_in) == (None, None, "http://archive.example/cdx")
    assert item.asked_at == (
        "http://archive.example/web/20260302093000id_/http://www.news.example/world/a?utm_source=x"
    )
    assert (finding.failure, finding.memo) == (None, None)
    assert [attempt.purpose for attempt in finding.attempts] == ["robots", "discovery"]
    (query,) = archive.queries
    assert query["url"] == ["http://news.example/world/"]
    assert (query["from"], query["to"]) == (["20260302000000"], ["20260302235959"])
    assert (query["matchType"], query["output"], query["limit"]) == (["prefix"], ["json"], ["5000"])
    assert "fl" not in query


def test_pywb_answers_a_json_object_a_line(archive: Archive) -> None:
    line = {"urlkey": "example,news)/world/a", "timestamp": "20260302093000", "url": "http://news.example/world/a"}
    line |= {"mime": "text/html", "status": "200", "digest": "sha1:" + DIGEST, "filename": "a.warc.gz"}
    image = {**line, "url": "http://news.example/world/a.png", "mime": "image/png"}
    archive.index = lambda query: Reply(f"{json.dumps(image)}\n{json.dumps(line)}\n".encode())
    (item,) = items_of(findings(archive))
    assert (item.url, item.key) == ("http://news.example/world/a", f"http://news.example/world/a#capture={DIGEST}")


@pytest.mark.parametrize("body", [b"", b"[]", b"\n", b"[]\n", b" [ ] "])
def test_an_empty_answer_is_an_empty_day(archive: Archive, body: bytes) -> None:
    archive.index = lambda query: Reply(body)
    (finding,) = findings(archive)
    assert (finding.items, finding.failure) == ((), None)


def test_a_long_index_is_read_page_by_page(archive: Archive) -> None:
    def index(query: dict[str, list[str]]) -> Reply:
        number = int(query.get("resumeKey", ["0"])[0])
        # A page may be empty where the archive looked at many captures of other types.
        rows = [] if number == 1 else [row(f"2026030209300{number}", f"http://news.example/world/{number}")]
        return listing(rows, resume_key=str(number + 1) if number < 3 else None)

    archive.index = index
    found = findings(archive)
    assert [len(finding.items) for finding in found] == [1, 0, 1, 1]
    assert [finding.failure for finding in found] == [None] * 4


def test_an_index_without_keys_to_go_on_with_is_asked_for_shorter_periods(archive: Archive) -> None:
    """As pywb's: where an answer is full, nobody knows what it lacks."""
    midnight = MARCH_2.start
    times = [f"{midnight + timedelta(minutes=number):%Y%m%d%H%M%S}" for number in range(0, 1440, 10)]

    def index(query: dict[str, list[str]]) -> Reply:
        inside = [time for time in times if query["from"][0] <= time <= query["to"][0]]
        lines = [
            {"timestamp": time, "url": f"http://news.example/world/{time}", "mime": "text/html", "status": "200"}
            for time in inside[: int(query["limit"][0])]
        ]
        return Reply("".join(json.dumps(line) + "\n" for line in lines).encode())

    archive.index = index
    tight = replace(QUICK, max_document_bytes=10_000)
    found = items_of(findings(archive, settings=tight))
    assert [item.url.rpartition("/")[2] for item in found] == times
    assert len(archive.queries) > 3


def test_more_captures_in_one_second_than_can_be_listed_are_a_failure(archive: Archive) -> None:
    line = {"timestamp": "20260302000000", "mime": "text/html", "status": "200", "url": "http://news.example/world/a"}
    archive.index = lambda query: Reply((json.dumps(line) + "\n").encode() * int(query["limit"][0]))
    found = findings(archive, settings=replace(QUICK, max_document_bytes=10_000))
    assert found[-1].failure is not None
    assert found[-1].failure.detail == "more than 50 captures at 2026-03-02T00:00:00+00:00"


def test_an_index_that_leads_in_a_circle_is_a_failure(archive: Archive) -> None:
    archive.index = lambda query: listing([], resume_key="b" if query.get("resumeKey") == ["a"] else "a")
    found = findings(archive)
    assert [finding.failure is None for finding in found] == [True, True, False]
    assert found[-1].failure is not None
    assert found[-1].failure.kind == "protocol"


def test_an_endless_index_is_read_up_to_a_bound(archive: Archive) -> None:
    archive.index = lambda query: listing([], resume_key=str(int(query.get("resumeKey", ["0"])[0]) + 1))
    found = findings(archive, settings=replace(QUICK, max_index_pages=7))
    assert len(archive.queries) == 7
    assert found[-1].failure is not None
    assert found[-1].failure.kind == "too-large"


def test_an_index_that_fails_midway_keeps_what_it_said_before(archive: Archive) -> None:
    def index(query: dict[str, list[str]]) -> Reply:
        if "resumeKey" in query:
            return Reply(b"", 503, {"Retry-After": "86400"})
        return listing([row("20260302093000", "http://news.example/world/a")], resume_key="more")

    archive.index = index
    first, second = findings(archive)
    assert [item.url for item in first.items] == ["http://news.example/world/a"]
    assert second.failure is not None
    assert (second.failure.kind, second.failure.status) == ("http-5xx", 503)


def test_an_answer_that_breaks_off_is_a_failure_with_what_came_before(archive: Archive) -> None:
    whole = listing([row("20260302093000", "http://news.example/world/a")] * 2).body
    archive.index = lambda query: Reply(whole[:-30])
    (finding,) = findings(archive)
    assert [item.url for item in finding.items] == ["http://news.example/world/a"]
    assert finding.failure is not None
    assert finding.failure.kind == "protocol"
    assert [attempt.outcome for attempt in finding.attempts] == ["http-4xx", "protocol"]


def test_bad_rows_are_told_and_the_others_are_read(archive: Archive) -> None:
    good = row("20260302093000", "http://news.example/world/a")
    archive.index = lambda query: listing(
        [
            row("20260302093000", "http://other.example/world/a"),
            row("20260302093000", "mailto:desk@news.example"),
            row("20260302093000", "http://news.example:25/world/a"),
            row("20261302093000", "http://news.example/world/b"),
            row("2026", "http://news.example/world/b"),
            row("20260302093000", "http://news.example/" + "a" * 5000),
            good[:-1],
            good,
        ]
    )
    (finding,) = findings(archive)
    assert [item.url for item in finding.items] == ["http://news.example/world/a"]
    assert finding.failure is None
    told = finding.attempts[-1]
    assert (told.purpose, told.outcome) == ("discovery", "bad-url")
    assert told.detail == "7 of 8 rows of the index: 'other.example' is not the host asked for"


def test_what_is_of_no_page_or_outside_the_window_is_left_out(archive: Archive) -> None:
    archive.index = lambda query: listing(
        [
            row("20260301235959", "http://news.example/world/before"),
            row("20260303000000", "http://news.example/world/after"),
            row("20260302093000", "http://news.example/world/a.pdf", type_="application/pdf"),
            row("20260302093000", "http://news.example/world/gone", status="404"),
            row("20260302093000", "http://news.example/world/again", type_="warc/revisit", status="-"),
            row("20260302093000", "http://news.example/world/xhtml", type_="application/xhtml+xml", digest="-"),
        ]
    )
    (finding,) = findings(archive)
    assert [item.key for item in finding.items] == ["http://news.example/world/xhtml#capture=20260302093000"]
    assert [attempt.outcome for attempt in finding.attempts] == ["http-4xx", "ok"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("[[" * 100_000, 0),
        ("<html>Sorry</html>", 0),
        ('[["timestamp","original"], 7, null, "x", {}]', 4),
        ('[["a"],[],["key"],["more"]]', 1),
        ('[["a"],[]]', 1),
        ('[["a"],[],[5]]', 1),
        ('[["a"]] trailing', 1),
        ('["a","b"]\n["c"', 1),
        ("NaN", 1),
        ('{"timestamp": 20260302093000, "url": ["x"]}', 1),
        ('{"timestamp": "\\ud800", "url": "\\u0000", "mime": "text/html", "status": "200"}', 1),
    ],
)
def test_no_answer_breaks_the_reader(text: str, rows: int) -> None:
    page = read_index_page(text, host="news.example", max_rows=10, max_url_length=200)
    assert page.captures == ()
    assert page.rows == rows


def test_an_answer_with_more_rows_than_asked_for_is_not_read_further() -> None:
    text = json.dumps([COLUMNS, *[row("20260302093000", "http://news.example/world/a")] * 11])
    page = read_index_page(text, host="news.example", max_rows=10, max_url_length=200)
    assert (page.rows, len(page.captures)) == (10, 10)
    assert page.failure is not None


def test_a_capture_is_the_answer_of_its_site(archive: Archive) -> None:
    marked = {"X-Archive-Orig-X-Robots-Tag": "max-snippet:20", "X-Archive-Orig-Content-Length": "99"}
    archive.replay("20260302093000", "http://news.example/world/a", memento(headers=marked))
    page = loaded(archive)
    assert isinstance(page, Response)
    assert (page.url, page.final_url) == ("http://news.example/world/a", "http://news.example/world/a")
    assert (page.status, page.body, page.redirects) == (200, PAGE, ())
    assert page.captured_at == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert page.archived_at == "http://archive.example/web/20260302093000id_/http://news.example/world/a"
    assert page.started_at == NOON
    assert page.headers == {
        "content-type": "text/html; charset=utf-8",
        "server": "Apache",
        "x-robots-tag": "max-snippet:20",
    }


def test_headers_that_are_not_marked_are_kept_where_they_are_of_the_page(archive: Archive) -> None:
    headers = {"Memento-Datetime": "Mon, 02 Mar 2026 09:30:00 GMT", "Server": "pywb", "X-Robots-Tag": "none-of-yours"}
    archive.replay("20260302093000", "http://news.example/world/a", Reply(PAGE, headers=headers))
    page = loaded(archive)
    assert isinstance(page, Response)
    assert page.headers == {"content-type": "text/html; charset=utf-8", "x-robots-tag": "none-of-yours"}


def test_what_the_site_forbade_when_it_was_captured_holds(archive: Archive) -> None:
    archive.replay(
        "20260302093000", "http://news.example/world/a", memento(headers={"X-Archive-Orig-X-Robots-Tag": "noarchive"})
    )
    failure = loaded(archive)
    assert isinstance(failure, Failure)
    assert failure.kind == "opted-out"
    page = loaded(archive, source=SOURCE.model_copy(update={"opt_outs": "record"}))
    assert isinstance(page, Response)
    assert page.opt_outs == ("noarchive",)


def test_an_archive_may_lead_to_a_capture_nearby(archive: Archive) -> None:
    other = "/web/20260302101112id_/http://news.example/world/a"
    archive.replay("20260302093000", "http://news.example/world/a", Reply(b"", 302, {"Location": other}))
    marked = {"X-Archive-Orig-Date": "Mon, 02 Mar 2026 10:11:12 GMT", "Memento-Datetime": "no date"}
    archive.replays[other] = memento(headers=marked)
    page = loaded(archive)
    assert isinstance(page, Response)
    assert page.captured_at == datetime(2026, 3, 2, 10, 11, 12, tzinfo=UTC)
    assert page.archived_at == f"http://archive.example{other}"
    assert (page.final_url, page.redirects) == ("http://news.example/world/a", ())


def test_a_redirect_of_the_site_is_told_in_the_site_s_own_terms(archive: Archive) -> None:
    target = "/web/20260302093001id_/http://news.example/world/b"
    archive.replay("20260302093000", "http://news.example/world/a", Reply(b"", 301, {"Location": target}))
    archive.replays[target] = memento()
    page = loaded(archive)
    assert isinstance(page, Response)
    assert (page.url, page.final_url) == ("http://news.example/world/a", "http://news.example/world/b")
    assert page.redirects == ("http://news.example/world/a",)


@pytest.mark.parametrize(
    ("reply", "detail"),
    [
        (Reply(b"<p>Sorry</p>"), "does not say that it replays a capture"),
        (Reply(b"", 302, {"Location": "/web/20200101000000id_/http://news.example/world/a"}), "2020-01-01"),
        (Reply(b"", 302, {"Location": "/sorry"}), "is no replay"),
        (Reply(b"", 302, {"Location": "/web/20260302093000/http://news.example/world/a"}), "is no replay"),
        (Reply(b"", 302, {"Location": "http://news.example/web/20260302093000id_/http://x.example/"}), "is no replay"),
        (Reply(b"", 302, {"Location": "/web/20261302093000id_/http://news.example/"}), "is no replay"),
        (Reply(b"", 302, {"Location": "/web/20260302093000id_/ftp://news.example/"}), "is no replay"),
    ],
)
def test_a_page_of_the_archive_s_own_is_never_taken_for_the_article(
    archive: Archive, reply: Reply, detail: str
) -> None:
    archive.replay("20260302093000", "http://news.example/world/a", reply)
    for path in (
        "/sorry",
        "/web/20260302093000/http://news.example/world/a",
        "/web/20260302093000id_/http://x.example/",
        "/web/20261302093000id_/http://news.example/",
        "/web/20260302093000id_/ftp://news.example/",
    ):
        archive.replays[path] = memento()
    archive.replays["/web/20200101000000id_/http://news.example/world/a"] = memento(
        headers={"Memento-Datetime": "Wed, 01 Jan 2020 00:00:00 GMT"}
    )
    failure = loaded(archive)
    assert isinstance(failure, Failure)
    assert failure.kind == "wrong-type"
    assert detail in failure.detail


def test_a_body_is_unpacked_where_the_archive_replays_it_as_the_site_sent_it(archive: Archive) -> None:
    packed = gzip.compress(PAGE)
    url = "http://news.example/world/"
    told = {"X-Archive-Orig-Content-Encoding": "gzip"}
    archive.replay("20260302093000", url + "told", memento(packed, told))
    archive.replay("20260302093000", url + "untold", memento(packed))
    archive.replay("20260302093000", url + "plain", memento(PAGE, told))
    archive.replay("20260302093000", url + "sent-so", memento(packed, {**told, "Content-Encoding": "gzip"}))
    for name in ("told", "untold", "plain", "sent-so"):
        page = loaded(archive, url=url + name)
        assert isinstance(page, Response)
        assert page.body == PAGE
        assert "content-encoding" not in page.headers


def test_a_packed_body_is_bounded_and_must_be_whole(archive: Archive) -> None:
    url = "http://news.example/world/"
    archive.replay("20260302093000", url + "bomb", memento(gzip.compress(b"a" * 5_000_000)))
    archive.replay("20260302093000", url + "cut", memento(gzip.compress(PAGE)[:-4]))
    kinds = [loaded(archive, url=url + name) for name in ("bomb", "cut")]
    assert [kind.kind for kind in kinds if isinstance(kind, Failure)] == ["too-large", "protocol"]


def test_a_capture_that_is_gone_is_the_archive_s_answer(archive: Archive) -> None:
    failure = loaded(archive)
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.status) == ("http-4xx", 404)


def test_the_archive_s_robots_are_obeyed(archive: Archive) -> None:
    archive.replays["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /cdx", content_type="text/plain")
    (finding,) = findings(archive)
    assert finding.failure is not None
    assert finding.failure.kind == "robots"
    assert archive.queries == []
