"""What answers say about failures, walls and freshness."""

from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.fetch.results import Failure, FailureKind
from flows.fetch.web.answers import LONGEST_FRESHNESS, SOFT, fresh_seconds, status_problem
from flows.fetch.web.walls import is_consent_host, wall
from tests.web.clients import QUICK, client_for, unhindered
from tests.web.server import Reply, serve

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DATE = "Mon, 02 Mar 2026 12:00:00 GMT"


def test_every_kind_of_failure_is_soft_or_hard() -> None:
    assert SOFT.keys() == set(get_args(FailureKind))


@pytest.mark.parametrize(
    ("status", "soft"),
    [(404, False), (408, True), (410, False), (425, True), (429, True), (500, True), (501, False), (505, False)],
)
def test_a_status_may_say_more_than_its_kind(status: int, soft: bool) -> None:
    problem = status_problem(status, {}, NOON)
    assert problem is not None
    assert problem.retryable is soft


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (401, {"www-authenticate": 'Basic realm="subscribers"'}),
        (402, {}),
        (403, {"cf-mitigated": "challenge"}),
        (503, {"cf-mitigated": "Challenge"}),
        (202, {"x-amzn-waf-action": "challenge"}),
        (405, {"x-amzn-waf-action": "captcha"}),
        (429, {"x-vercel-mitigated": "challenge", "retry-after": "5"}),
        (403, {"x-datadome": "protected"}),
        (200, {"cf-mitigated": "challenge"}),
    ],
)
def test_walls_are_known_by_status_and_headers(status: int, headers: dict[str, str]) -> None:
    problem = status_problem(status, headers, NOON)
    assert problem is not None
    assert (problem.kind, problem.retryable, problem.status) == ("wall", False, status)


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (403, {}),
        (200, {"x-datadome": "protected"}),
        (200, {"x-amzn-waf-action": "allow"}),
        (403, {"server": "cloudflare"}),
        (407, {}),
    ],
)
def test_other_answers_are_no_walls(status: int, headers: dict[str, str]) -> None:
    assert wall(status, headers) is None


@pytest.mark.parametrize(
    ("host", "asks"),
    [
        ("consent.google.com", True),
        ("consent.yahoo.com", True),
        ("guce.oath.com", True),
        ("consent.com", False),
        ("www.consent.example.com", False),
        ("consentnews.example.com", False),
    ],
)
def test_hosts_that_ask_for_consent_have_a_name_for_it(host: str, asks: bool) -> None:
    assert is_consent_host(host) is asks


def test_a_redirect_to_a_consent_page_is_a_wall_and_is_not_followed() -> None:
    with serve() as web:
        web.put("/a", Reply(b"", 302, {"Location": "https://consent.yahoo.com/v2/collectConsent?sessionId=1"}))
        with client_for(web) as client:
            result = client.get("http://news.example/a", admission=unhindered)
        assert isinstance(result, Failure)
        assert (result.kind, result.retryable) == ("wall", False)
        assert web.paths() == ["/a"]


def test_a_page_of_such_a_host_can_be_asked_for_by_itself() -> None:
    with serve() as web:
        web.put("/", Reply(b"about consent"))
        with client_for(web, QUICK) as client:
            assert not isinstance(client.get("http://consent.news.example/", admission=unhindered), Failure)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache-control": "public"}, None),
        ({"cache-control": "max-age=300"}, 300),
        ({"cache-control": 'Public, Max-Age="300"'}, 300),
        ({"cache-control": "max-age=300", "age": "100"}, 200),
        ({"cache-control": "max-age=300", "age": "400"}, 0),
        ({"cache-control": "max-age=300", "age": "old"}, 300),
        ({"cache-control": "s-maxage=900, max-age=60"}, 60),
        ({"cache-control": "s-maxage=900"}, None),
        ({"cache-control": "max-age=60, max-age=900"}, 60),
        ({"cache-control": "no-store, max-age=300"}, 0),
        ({"cache-control": "max-age=300, no-cache"}, 0),
        ({"cache-control": 'no-cache="set-cookie", max-age=300'}, 0),
        ({"cache-control": 'private="max-age=5", max-age=300'}, 300),
        ({"cache-control": "max-age=soon"}, 0),
        ({"cache-control": "max-age=-1"}, 0),
        ({"cache-control": "max-age"}, 0),
        ({"cache-control": "max-age=99999999999999999999"}, LONGEST_FRESHNESS),
        ({"cache-control": "max-age=60", "expires": "Tue, 03 Mar 2026 12:00:00 GMT"}, 60),
        ({"expires": "Mon, 02 Mar 2026 12:10:00 GMT"}, 600),
        ({"expires": "Mon, 02 Mar 2026 12:10:00 GMT", "date": "Mon, 02 Mar 2026 12:05:00 GMT"}, 300),
        ({"expires": "Mon, 02 Mar 2026 12:10:00 GMT", "date": DATE, "age": "60"}, 540),
        ({"expires": "Mon, 02 Mar 2026 11:00:00 GMT", "date": DATE}, 0),
        ({"expires": "0"}, 0),
        ({"expires": "-1", "date": "soon"}, 0),
    ],
)
def test_freshness_is_what_the_server_says(headers: dict[str, str], seconds: float | None) -> None:
    assert fresh_seconds(headers, NOON) == seconds


@given(st.dictionaries(st.sampled_from(["cache-control", "age", "expires", "date"]), st.text(max_size=60)))
def test_no_headers_break_the_reading_of_freshness(headers: dict[str, str]) -> None:
    seconds = fresh_seconds(headers, NOON)
    assert seconds is None or 0 <= seconds <= LONGEST_FRESHNESS
