"""The HTTP client against a hostile web: real servers, real sockets."""

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from flows.fetch.results import Failure, Response
from flows.fetch.web.addresses import Endpoint, Reach
from flows.fetch.web.http import HttpClient
from tests.web.clients import QUICK, client_for, unhindered
from tests.web.hostile import FORBIDDEN, PAGE, put_hostile_pages
from tests.web.server import CERTIFICATES, Raw, Reply, Web, closed_port, serve
from warehouse.records import Validators

SITE = "http://news.example"


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with serve() as web:
        put_hostile_pages(web)
        yield web


@pytest.fixture
def client(web: Web) -> Iterator[HttpClient]:
    with client_for(web) as client:
        yield client


def get(client: HttpClient, path: str, *, accepted: frozenset[str] | None = None) -> Response | Failure:
    return client.get(SITE + path, admission=unhindered, accepted=accepted)


def failure(client: HttpClient, path: str, *, accepted: frozenset[str] | None = None) -> Failure:
    result = get(client, path, accepted=accepted)
    assert isinstance(result, Failure), result
    return result


def page(client: HttpClient, path: str, *, accepted: frozenset[str] | None = None) -> Response:
    result = get(client, path, accepted=accepted)
    assert isinstance(result, Response), result
    return result


def test_a_page_comes_with_its_headers(client: HttpClient) -> None:
    answer = page(client, "/ok")
    assert answer.body == PAGE.encode()
    assert (answer.status, answer.final_url, answer.redirects) == (200, f"{SITE}/ok", ())
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.started_at is not None


def test_the_client_says_who_it_is_and_sends_nothing_else_of_its_surroundings(
    client: HttpClient, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    page(client, "/ok")
    sent = web.requests[-1].headers
    assert sent["user-agent"] == "Newslake/0.1 (+desk@news.example)"
    assert sent.keys() <= {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert sent["host"] == "news.example"


@pytest.mark.parametrize("path", ["/gzip", "/deflate", "/raw-deflate", "/brotli", "/zstd", "/twice", "/untyped"])
def test_every_usual_encoding_is_undone(client: HttpClient, path: str) -> None:
    assert page(client, path).body == PAGE.encode()


@pytest.mark.parametrize("path", ["/gzip-bomb", "/brotli-bomb", "/zstd-bomb", "/nested-bomb"])
def test_a_bomb_is_cut_off_where_the_limit_is(client: HttpClient, path: str) -> None:
    assert failure(client, path).kind == "too-large"


@pytest.mark.parametrize("path", ["/large", "/announced", "/endless", "/large-headers", "/many-headers"])
def test_no_answer_is_read_beyond_the_limits(client: HttpClient, path: str) -> None:
    problem = failure(client, path)
    assert (problem.kind, problem.retryable) == ("too-large", False)


@pytest.mark.parametrize("path", ["/dripping", "/dripping-headers", "/silent"])
def test_a_server_that_drips_is_cut_off(web: Web, path: str) -> None:
    with client_for(web, replace(QUICK, total_timeout=0.3)) as client:
        problem = failure(client, path)
    assert (problem.kind, problem.retryable) == ("timeout", True)


@pytest.mark.parametrize(
    "path",
    [
        "/cut-gzip",
        "/cut-zstd",
        "/no-gzip",
        "/strange-encoding",
        "/many-encodings",
        "/many-members",
        "/no-http",
        "/hangs-up",
        "/cut-off",
        "/moved-nowhere",
        "/204",
        "/206",
        "/304",
    ],
)
def test_an_answer_against_the_rules_is_no_page(client: HttpClient, path: str) -> None:
    assert failure(client, path).kind == "protocol"


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (400, "http-4xx", False),
        (403, "http-4xx", False),
        (404, "http-4xx", False),
        (410, "http-4xx", False),
        (429, "http-4xx", True),
        (451, "http-4xx", False),
        (500, "http-5xx", True),
        (503, "http-5xx", True),
    ],
)
def test_error_statuses_are_soft_or_hard(client: HttpClient, status: int, kind: str, retryable: bool) -> None:
    problem = failure(client, f"/{status}")
    assert (problem.kind, problem.retryable, problem.status) == (kind, retryable, status)


def test_retry_after_is_a_number_or_a_date(client: HttpClient, web: Web) -> None:
    assert failure(client, "/later").retry_after == 7
    web.put("/at", Reply(b"", 503, {"Retry-After": "Mon, 02 Mar 2026 12:01:30 GMT"}))
    assert failure(client, "/at").retry_after == 90
    for nonsense in ("soon", "-5", "Mon, 99 Foo 2026", "1e9", ""):
        web.put("/nonsense", Reply(b"", 503, {"Retry-After": nonsense}))
        assert failure(client, "/nonsense").retry_after is None


def test_only_the_types_asked_for_are_read(client: HttpClient) -> None:
    html = frozenset({"text/html"})
    assert failure(client, "/picture", accepted=html).kind == "wrong-type"
    assert page(client, "/latin-1", accepted=html).content_type == "text/html; charset=iso-8859-1"
    assert page(client, "/untyped", accepted=html).content_type is None
    assert page(client, "/picture").body == b"\x89PNG"


def test_redirects_are_followed_and_remembered(client: HttpClient) -> None:
    answer = page(client, "/moved")
    assert (answer.url, answer.final_url, answer.redirects) == (f"{SITE}/moved", f"{SITE}/ok", (f"{SITE}/moved",))


@pytest.mark.parametrize("path", ["/loop", "/ping", "/chain/0"])
def test_redirects_without_end_are_a_loop(client: HttpClient, web: Web, path: str) -> None:
    before = len(web.requests)
    assert failure(client, path).kind == "redirect-loop"
    assert len(web.requests) - before <= QUICK.max_redirects + 1


@pytest.mark.parametrize("path", sorted(FORBIDDEN))
def test_no_redirect_leads_to_where_the_client_must_not_go(client: HttpClient, path: str) -> None:
    problem = failure(client, path)
    # A decimal number is a name like any other to a connection that goes to the tests' server in any case.
    if path != "/to-decimal":
        assert problem.kind in {"forbidden-address", "bad-url"}
        assert problem.detail.startswith("redirected to ")


def test_without_connect_to_every_spelling_of_loopback_is_refused() -> None:
    spellings = [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:7f00:1]",
        "localhost",
    ]
    with client_for(None) as client:
        for spelling in spellings:
            result = client.get(f"http://{spelling}:8000/", admission=unhindered)
            assert isinstance(result, Failure)
            assert result.kind in {"forbidden-address", "bad-url"}, spelling


def test_a_name_is_resolved_once_and_the_checked_address_is_connected_to() -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) > 1 else ["192.168.0.9"]

    with client_for(None, resolver=rebinding) as client:
        result = client.get("http://rebinding.example:8000/", admission=unhindered)
    assert isinstance(result, Failure)
    assert result.detail == "rebinding.example is 192.168.0.9, a private address"
    assert asked == ["rebinding.example"]


def test_forbidden_addresses_of_a_name_are_passed_over() -> None:
    with serve() as web:
        web.put("/ok", Reply(b"here"))
        port = Endpoint.parse(web.endpoint).port
        reach = Reach(private_hosts=frozenset({"intranet.example"}))

        def mixed(host: str, port: int) -> list[str]:
            return ["169.254.169.254", "127.0.0.1"]

        with client_for(None, reach=reach, resolver=mixed) as client:
            result = client.get(f"http://intranet.example:{port}/ok", admission=unhindered)
            assert isinstance(result, Response), result
            other = client.get(f"http://elsewhere.example:{port}/ok", admission=unhindered)
    assert isinstance(other, Failure)
    assert other.kind == "forbidden-address"


def test_a_private_host_may_not_redirect_to_another_private_host() -> None:
    with serve() as web:
        web.put("/away", Reply(b"", 302, {"Location": "http://10.1.2.3/"}))
        host, _, port = web.endpoint.partition(":")
        with client_for(None, reach=Reach(private_hosts=frozenset({host}))) as client:
            result = client.get(f"http://{host}:{port}/away", admission=unhindered)
    assert isinstance(result, Failure)
    assert result.kind == "forbidden-address"


def test_names_that_do_not_resolve_and_ports_that_are_closed_are_told_apart() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with client_for(None, resolver=unknown) as client:
        result = client.get("http://gone.example/", admission=unhindered)
    assert isinstance(result, Failure)
    assert (result.kind, result.retryable) == ("dns", False)
    with client_for(None, reach=Reach(Endpoint("127.0.0.1", closed_port()))) as client:
        result = client.get("http://closed.example/", admission=unhindered)
    assert isinstance(result, Failure)
    assert (result.kind, result.retryable) == ("refused", True)


def test_a_resolver_that_does_not_answer_is_not_waited_for() -> None:
    with serve() as web:

        def stuck(host: str, port: int) -> list[str]:
            web.closing.wait()
            return []

        with client_for(None, replace(QUICK, total_timeout=0.1), resolver=stuck) as client:
            result = client.get("http://stuck.example/", admission=unhindered)
    assert isinstance(result, Failure)
    assert (result.kind, result.retryable) == ("dns", True)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ok",
        "//news.example/",
        "ftp://news.example/",
        "file:///etc/passwd",
        "http://",
        "http:///path",
        "http://user:word@news.example/",
        "http://news.example:22/",
        "http://news.example:99999/",
        "http://news exa mple/",
        "http://news.example/\ud800",
        "http://news.example/\x00",
        "http://" + "a" * 300 + ".example/",
        "http://a..example/",
        "http://[::1/",
        "http://⒈example/",
        "http://news.example/" + "a" * 5000,
        "http://news.example/" + "ü" * 4000,
    ],
)
def test_no_other_url_is_asked_for(url: str) -> None:
    with client_for(None) as client:
        result = client.get(url, admission=unhindered)
    assert isinstance(result, Failure)
    assert result.kind == "bad-url", result
    assert not result.retryable


def test_an_unchanged_document_costs_a_304(client: HttpClient) -> None:
    first = page(client, "/changing")
    validators = Validators(first.headers["etag"], "Mon, 02 Mar 2026 12:00:00 GMT")
    again = client.get(f"{SITE}/changing", admission=unhindered, validators=validators)
    assert isinstance(again, Response)
    assert (again.not_modified, again.body) == (True, b"")


def test_each_hop_is_admitted_by_itself(client: HttpClient) -> None:
    asked = []

    def closed_to_ok(url: str) -> Failure | float:
        asked.append(url)
        return Failure("robots", "not this one") if url.endswith("/ok") else 0.0

    result = client.get(f"{SITE}/moved", admission=closed_to_ok)
    assert isinstance(result, Failure)
    assert (result.kind, result.asked, asked) == ("robots", False, [f"{SITE}/moved", f"{SITE}/ok"])


def test_tls_needs_a_certificate_that_somebody_vouches_for() -> None:
    with serve(tls=True) as web:
        web.put("/ok", Reply(b"secret"))
        with client_for(web) as client:
            result = client.get("https://news.example/ok", admission=unhindered)
            assert isinstance(result, Failure)
            assert (result.kind, result.retryable) == ("tls", False)
        trusting = replace(QUICK, certificate_authorities=CERTIFICATES / "certificate.pem")
        with client_for(web, trusting) as client:
            result = client.get("https://news.example/ok", admission=unhindered)
            assert isinstance(result, Response)
            assert result.body == b"secret"
            other_name = client.get("https://other.example/ok", admission=unhindered)
            assert isinstance(other_name, Failure)
            assert other_name.kind == "tls"


def test_tls_to_a_server_without_it_fails_as_tls(client: HttpClient) -> None:
    result = client.get("https://news.example/ok", admission=unhindered)
    assert isinstance(result, Failure)
    assert result.kind == "tls"


def test_headers_that_are_no_text_do_not_stop_the_client(client: HttpClient, web: Web) -> None:
    web.put("/odd", Raw((b"HTTP/1.1 200 OK\r\nX-Odd: caf\xe9 \xff\r\nX-Odd: two\r\nContent-Length: 2\r\n\r\nok",)))
    assert page(client, "/odd").headers["x-odd"] == "café ÿ, two"
