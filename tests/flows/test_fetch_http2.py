"""The HTTP client over HTTP/2: real TLS, a real server, and what a hostile one may do."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from flows.fetch.results import Failure, Response
from flows.fetch.web.addresses import Endpoint, Reach
from flows.fetch.web.http import HttpClient
from tests.web.clients import QUICK, client_for, unhindered
from tests.web.hostile import PAGE
from tests.web.hostile_http2 import (
    AGAINST_THE_RULES,
    CUT_OFF_BY_TIME,
    FLOODS,
    TOO_LARGE,
    answers_and_goes_away,
    answers_and_hangs_up,
    answers_twice,
)
from tests.web.http2 import Http2Web, serve_http2
from tests.web.server import CERTIFICATES, Reply, serve
from warehouse.records import Validators

SITE = "https://news.example"
TRUSTING = replace(QUICK, certificate_authorities=CERTIFICATES / "certificate.pem")
HOSTILE = {**CUT_OFF_BY_TIME, **FLOODS, **TOO_LARGE, **AGAINST_THE_RULES}


@pytest.fixture
def web() -> Iterator[Http2Web]:
    with serve_http2() as web:
        web.put("/ok", Reply(PAGE.encode(), headers={"etag": '"1"'}))
        yield web


@pytest.fixture
def client(web: Http2Web) -> Iterator[HttpClient]:
    with client_for(None, TRUSTING, reach=Reach(Endpoint.parse(web.endpoint))) as client:
        yield client


@pytest.fixture
def hurried(web: Http2Web) -> Iterator[HttpClient]:
    settings = replace(TRUSTING, total_timeout=0.3)
    with client_for(None, settings, reach=Reach(Endpoint.parse(web.endpoint))) as client:
        yield client


def get(client: HttpClient, path: str) -> Response | Failure:
    return client.get(SITE + path, admission=unhindered)


def body(client: HttpClient, path: str) -> bytes:
    result = get(client, path)
    assert isinstance(result, Response), result
    return result.body


def failure(client: HttpClient, path: str) -> Failure:
    result = get(client, path)
    assert isinstance(result, Failure), result
    return result


def test_one_connection_serves_one_page_after_the_other(client: HttpClient, web: Http2Web) -> None:
    for _ in range(5):
        assert body(client, "/ok") == PAGE.encode()
    assert (web.connections, web.paths) == (1, ["/ok"] * 5)
    assert web.headers[0].keys() == {
        ":method", ":scheme", ":authority", ":path", "user-agent", "accept", "accept-encoding",
    }  # fmt: skip
    assert web.headers[0][":authority"] == "news.example"


def test_answers_without_a_page_leave_the_connection_in_use(client: HttpClient, web: Http2Web) -> None:
    web.put("/moved", Reply(b"gone there", 301, {"location": "/ok"}))
    web.put("/same", lambda talk, stream: talk.reply(stream, Reply(b"", 304)))
    assert failure(client, "/none").status == 404
    assert body(client, "/moved") == PAGE.encode()
    same = client.get(f"{SITE}/same", admission=unhindered, validators=Validators('"1"'))
    assert isinstance(same, Response)
    assert same.not_modified
    assert web.connections == 1


def test_a_server_without_http_2_is_spoken_to_as_before() -> None:
    with serve(tls=True) as old:
        old.put("/ok", Reply(PAGE.encode()))
        with client_for(old, TRUSTING) as client:
            assert body(client, "/ok") == PAGE.encode()


@pytest.mark.parametrize("path", CUT_OFF_BY_TIME)
def test_the_total_time_bounds_whatever_is_sent(hurried: HttpClient, web: Http2Web, path: str) -> None:
    web.put(path, HOSTILE[path])
    problem = failure(hurried, path)
    assert (problem.kind, problem.retryable) == ("timeout", True)


@pytest.mark.parametrize("path", FLOODS)
def test_floods_that_bring_nothing_are_bounded_by_time_and_by_bytes(
    hurried: HttpClient, web: Http2Web, path: str
) -> None:
    web.put(path, HOSTILE[path])
    assert failure(hurried, path).kind in {"timeout", "too-large"}


@pytest.mark.parametrize("path", TOO_LARGE)
def test_no_more_is_taken_than_the_limits_allow(client: HttpClient, web: Http2Web, path: str) -> None:
    web.put(path, HOSTILE[path])
    problem = failure(client, path)
    assert (problem.kind, problem.retryable) == ("too-large", False)


def test_the_limit_of_headers_is_that_of_the_settings(web: Http2Web) -> None:
    web.put("/headers", Reply(b"page", headers={"x-large": "a" * 2000}))
    settings = replace(TRUSTING, max_header_bytes=1000)
    with client_for(None, settings, reach=Reach(Endpoint.parse(web.endpoint))) as client:
        assert failure(client, "/headers").kind == "too-large"


@pytest.mark.parametrize("path", AGAINST_THE_RULES)
def test_an_answer_against_the_rules_is_a_failure_that_may_pass(client: HttpClient, web: Http2Web, path: str) -> None:
    web.put(path, HOSTILE[path])
    problem = failure(client, path)
    assert (problem.kind, problem.retryable) == ("protocol", True)
    assert len(problem.detail) <= 300


@pytest.mark.parametrize("path", HOSTILE)
def test_a_connection_that_went_wrong_does_not_harm_the_next_page(
    hurried: HttpClient, web: Http2Web, path: str
) -> None:
    web.put(path, HOSTILE[path])
    assert body(hurried, "/ok") == PAGE.encode()
    failure(hurried, path)
    assert body(hurried, "/ok") == PAGE.encode()
    assert web.connections == 2


@pytest.mark.parametrize("farewell", [answers_and_goes_away, answers_and_hangs_up])
def test_a_connection_that_was_closed_while_idle_is_not_used_again(
    client: HttpClient, web: Http2Web, farewell: object
) -> None:
    assert callable(farewell)
    web.put("/last", farewell)
    assert body(client, "/last") == b"the last"
    assert web.left.wait(2)
    assert body(client, "/ok") == PAGE.encode()
    assert web.paths == ["/last", "/ok"]


def test_an_answer_that_nobody_asked_for_is_not_taken_for_the_next_one(client: HttpClient, web: Http2Web) -> None:
    web.put("/first", answers_twice)
    assert body(client, "/first") == b"the first"
    result = get(client, "/ok")
    assert isinstance(result, Failure) or result.body == PAGE.encode()
    assert body(client, "/ok") == PAGE.encode()
