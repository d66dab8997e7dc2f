"""How the fetcher behaves towards sites: robots.txt, pauses, second tries, and when it leaves a host alone."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from flows.fetch.results import Failure, Response, Visit
from flows.fetch.web.addresses import Endpoint, Reach
from flows.fetch.web.fetcher import PAGE_TYPES
from flows.fetch.web.pace import Pace
from flows.fetch.web.robots import Rules
from tests.web.clients import QUICK, ToldTime, fetcher_for
from tests.web.hostile import conditional
from tests.web.server import Raw, Reply, Request, Web, closed_port, serve
from warehouse.records import Validators

SITE = "http://news.example"
CLOSED = "User-agent: *\nDisallow: /private\nCrawl-delay: 5\n\nUser-agent: Newslake\nDisallow: /not-you\n"


@pytest.fixture
def web() -> Iterator[Web]:
    with serve() as web:
        for name in ("a", "b", "c", "private", "not-you"):
            web.put(f"/{name}", Reply(name.encode()))
        yield web


def outcomes(visit: Visit) -> list[tuple[str, str]]:
    return [(attempt.purpose, attempt.outcome) for attempt in visit.attempts]


def refused(visit: Visit) -> Failure:
    assert isinstance(visit.result, Failure), visit.result
    return visit.result


def test_robots_are_asked_once_and_obeyed(web: Web) -> None:
    web.put("/robots.txt", Reply(CLOSED.encode(), content_type="text/plain"))
    with fetcher_for(web, ToldTime()) as fetcher:
        assert outcomes(fetcher.visit(f"{SITE}/private", "page")) == [("robots", "ok"), ("page", "ok")]
        visit = fetcher.visit(f"{SITE}/not-you", "page")
    assert outcomes(visit) == [("page", "robots")]
    assert refused(visit).detail == f"robots.txt does not allow Newslake to fetch {SITE}/not-you"
    assert web.paths() == ["/robots.txt", "/private"]


def test_crawl_delay_is_kept_between_requests(web: Web) -> None:
    web.put("/robots.txt", Reply(b"User-agent: *\nCrawl-delay: 5\n"))
    time = ToldTime()
    with fetcher_for(web, time, delay=1.0) as fetcher:
        for name in "abc":
            fetcher.visit(f"{SITE}/{name}", "page")
    assert time.slept == [5.0, 5.0, 5.0]


def test_a_site_cannot_stop_the_run_by_its_crawl_delay(web: Web) -> None:
    web.put("/robots.txt", Reply(b"User-agent: *\nCrawl-delay: 99999\n"))
    time = ToldTime()
    with fetcher_for(web, time) as fetcher:
        fetcher.visit(f"{SITE}/a", "page")
        fetcher.visit(f"{SITE}/b", "page")
    assert time.slept == [60.0, 60.0]


def test_every_host_has_its_own_pauses(web: Web) -> None:
    time = ToldTime()
    with fetcher_for(web, time, delay=2.0) as fetcher:
        for host in ("one.example", "two.example"):
            fetcher.visit(f"http://{host}/a", "page")
            fetcher.visit(f"http://{host}/b", "page")
    assert time.slept == [2.0, 2.0, 2.0, 2.0]  # between robots.txt, a and b, twice


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_without_robots_everything_is_allowed(web: Web, status: int) -> None:
    web.put("/robots.txt", Reply(b"User-agent: *\nDisallow: /\n", status))
    with fetcher_for(web, ToldTime()) as fetcher:
        assert isinstance(fetcher.visit(f"{SITE}/a", "page").result, Response)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_robots_that_cannot_be_had_now_close_the_site_for_now(web: Web, status: int) -> None:
    web.put("/robots.txt", Reply(b"", status))
    with fetcher_for(web, ToldTime()) as fetcher:
        first, second = (fetcher.visit(f"{SITE}/{name}", "page") for name in "ab")
    kind = "http-4xx" if status == 429 else "http-5xx"
    assert outcomes(first) == [("robots", kind), ("robots", kind), ("robots", kind), ("page", "robots")]
    assert outcomes(second) == [("page", "robots")]
    assert refused(second).retryable
    assert web.paths() == ["/robots.txt"] * 3


def test_a_robots_file_behind_a_redirect_counts(web: Web) -> None:
    web.put("/robots.txt", Reply(b"", 301, {"Location": "http://www.news.example/rules"}))
    web.put("/rules", Reply(b"User-agent: *\nDisallow: /a\n"), host="www.news.example")
    with fetcher_for(web, ToldTime()) as fetcher:
        assert refused(fetcher.visit(f"{SITE}/a", "page")).kind == "robots"
        assert isinstance(fetcher.visit(f"{SITE}/b", "page").result, Response)


def test_a_redirect_is_judged_by_the_robots_of_where_it_leads(web: Web) -> None:
    web.put("/away", Reply(b"", 302, {"Location": "http://closed.example/a"}))
    web.put("/robots.txt", Reply(b"User-agent: *\nDisallow: /\n"), host="closed.example")
    with fetcher_for(web, ToldTime()) as fetcher:
        visit = fetcher.visit(f"{SITE}/away", "page")
    assert refused(visit).kind == "robots"
    assert [request.path for request in web.requests if request.host == "closed.example"] == ["/robots.txt"]


@pytest.mark.parametrize(
    ("body", "allowed"),
    [
        (b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /\r\n", False),
        (b"USER-AGENT: NEWSLAKE\nDISALLOW: /\n", False),
        (b"User-agent: other\nDisallow: /\n", True),
        (b"User-agent: *\nDisallow: /\nAllow: /a$\n", True),
        (b"User-agent: *\nDisallow:\n", True),
        (b"<html>no robots here</html>", True),
        (b"\xff\xfe\x00\x01" * 1000, True),
        (b"User-agent: *\nDisallow: /" + b"*a" * 50_000 + b"\n", True),
        (b"#" * 600_000 + b"\nUser-agent: *\nDisallow: /\n", True),
        (b"", True),
    ],
)
def test_robots_files_of_all_kinds(body: bytes, allowed: bool) -> None:
    rules = Rules.read(Response(f"{SITE}/robots.txt", f"{SITE}/robots.txt", 200, body))
    assert (rules.objection(f"{SITE}/a", "Newslake") is None) == allowed


def test_a_passing_error_is_tried_again_with_growing_waits(web: Web) -> None:
    answers = iter([Reply(b"", 500), Reply(b"", 502), Reply(b"at last")])
    web.put("/shaky", lambda request: next(answers))
    time = ToldTime()
    with fetcher_for(web, time) as fetcher:
        visit = fetcher.visit(f"{SITE}/shaky", "page")
    assert outcomes(visit)[1:] == [("page", "http-5xx"), ("page", "http-5xx"), ("page", "ok")]
    assert time.slept == [1.0, 2.0]


def test_a_lasting_error_is_not_tried_again(web: Web) -> None:
    with fetcher_for(web, ToldTime()) as fetcher:
        assert outcomes(fetcher.visit(f"{SITE}/gone", "page"))[1:] == [("page", "http-4xx")]


def test_retry_after_is_waited_for(web: Web) -> None:
    answers = iter([Reply(b"", 429, {"Retry-After": "30"}), Reply(b"at last")])
    web.put("/busy", lambda request: next(answers))
    time = ToldTime()
    with fetcher_for(web, time) as fetcher:
        assert isinstance(fetcher.visit(f"{SITE}/busy", "page").result, Response)
    assert time.slept == [30.0]


def test_a_host_that_wants_more_patience_than_a_run_has_is_left_alone(web: Web) -> None:
    web.put("/busy", Reply(b"", 503, {"Retry-After": "7200"}))
    time = ToldTime()
    with fetcher_for(web, time) as fetcher:
        assert outcomes(fetcher.visit(f"{SITE}/busy", "page"))[1:] == [("page", "http-5xx")]
        after = fetcher.visit(f"{SITE}/a", "page")
        elsewhere = fetcher.visit("http://other.example/a", "page")
    assert outcomes(after) == [("page", "http-5xx")]
    assert refused(after).detail == "not asked: news.example wants to be left alone for 7200 s"
    assert refused(after).retryable
    assert isinstance(elsewhere.result, Response)
    assert time.slept == []


def test_a_dead_host_costs_one_round_of_tries() -> None:
    reach = Reach(Endpoint("127.0.0.1", closed_port()))
    with fetcher_for(None, ToldTime(), reach=reach) as fetcher:
        first, second = (fetcher.visit(f"{SITE}/{name}", "page") for name in "ab")
    assert outcomes(first) == [("robots", "refused")] * 3 + [("page", "refused")]
    assert outcomes(second) == [("page", "refused")]


def test_a_host_that_falls_silent_is_left_to_the_next_run(web: Web) -> None:
    for number in range(6):
        web.put(f"/dead/{number}", Raw((b"",)))
    with fetcher_for(web, ToldTime(), replace(QUICK, attempts=1)) as fetcher:
        visits = [fetcher.visit(f"{SITE}/dead/{number}", "page") for number in range(6)]
    assert web.paths() == ["/robots.txt", "/dead/0", "/dead/1", "/dead/2"]
    assert refused(visits[5]).detail == "not asked: news.example gave no answer to 3 URLs in a row"
    assert refused(visits[5]).kind == "protocol"


def test_pages_are_read_only_if_they_are_pages(web: Web) -> None:
    web.put("/picture", Reply(b"\x89PNG", content_type="image/png"))
    with fetcher_for(web, ToldTime()) as fetcher:
        assert refused(fetcher.visit(f"{SITE}/picture", "page", accepted=PAGE_TYPES)).kind == "wrong-type"


def test_not_modified_is_an_outcome_of_its_own(web: Web) -> None:
    web.put("/feed", conditional(b"<rss/>", etag='"7"'))
    with fetcher_for(web, ToldTime()) as fetcher:
        visit = fetcher.visit(f"{SITE}/feed", "discovery", validators=Validators(etag='"7"'))
    assert outcomes(visit)[1:] == [("discovery", "not-modified")]


def test_sources_that_share_a_pace_never_ask_a_host_twice_at_once(web: Web) -> None:
    at_once: list[int] = []
    inside = 0
    guard = threading.Lock()

    def watched(request: Request) -> Reply:
        nonlocal inside
        with guard:
            inside += 1
            at_once.append(inside)
        web.closing.wait(0.01)
        with guard:
            inside -= 1
        return Reply(b"ok")

    web.put("/watched", watched)
    time = ToldTime()
    pace = time.pace()

    def ask() -> None:
        with fetcher_for(web, time, pace=pace) as fetcher:
            for _ in range(5):
                fetcher.visit(f"{SITE}/watched", "page")

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert at_once == [1] * 15


def test_a_hold_is_waited_for_and_only_grows() -> None:
    time = ToldTime()
    pace = Pace(now=time.now, sleep=time.sleep)
    pace.hold("news.example", 10.0)
    pace.hold("news.example", 3.0)
    assert pace.held("news.example") == 10.0
    with pace.turn("news.example", 1.0):
        pass
    assert time.slept == [10.0]
    assert pace.held("news.example") == 0.0


def test_feeds_are_asked_for_as_feeds_and_pages_as_pages(web: Web) -> None:
    with fetcher_for(web, ToldTime()) as fetcher:
        fetcher.visit(f"{SITE}/a", "discovery")
        fetcher.visit(f"{SITE}/a", "page")
    assert [request.headers["accept"].partition(",")[0] for request in web.requests] == [
        "text/plain",
        "application/rss+xml",
        "text/html",
    ]
