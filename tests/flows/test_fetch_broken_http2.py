"""The HTTP client against HTTP/2 servers that break the protocol's rules: whatever they do is a failure of a kind."""

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from hpack import Encoder
from hyperframe.frame import DataFrame, GoAwayFrame, HeadersFrame, PushPromiseFrame, WindowUpdateFrame

from flows.fetch.results import Failure, Response
from flows.fetch.web.addresses import Endpoint, Reach
from flows.fetch.web.http import HttpClient
from tests.web.clients import QUICK, client_for, unhindered
from tests.web.hostile import PAGE
from tests.web.http2 import Behaviour, Http2Web, Talk, serve_http2
from tests.web.server import CERTIFICATES, Reply

SITE = "https://news.example"
TRUSTING = replace(QUICK, certificate_authorities=CERTIFICATES / "certificate.pem", total_timeout=0.5)


def headers(stream: int, *named: tuple[str, str]) -> bytes:
    """A frame of headers, as a server would send it that has sent none before."""
    return HeadersFrame(stream, bytes(Encoder().encode(list(named))), flags=["END_HEADERS"]).serialize()


def is_no_number(talk: Talk, stream: int) -> None:
    """A status in words."""
    talk.send(headers(stream, (":status", "two hundred")) + DataFrame(stream, b"ok", flags=["END_STREAM"]).serialize())


def disowns(talk: Talk, stream: int) -> None:
    """Begins to answer, and then says that it never saw the request."""
    talk.head(stream)
    talk.send(DataFrame(stream, b"<html>").serialize() + GoAwayFrame(0, last_stream_id=max(1, stream - 2)).serialize())
    talk.closing.wait()


def sends_one_huge_frame(talk: Talk, stream: int) -> None:
    """A frame of 16 MiB, of which the length is looked at only when all of it is there."""
    talk.head(stream)
    talk.send(b"\xff\xff\xff\x00\x00" + stream.to_bytes(4, "big"))
    talk.repeat(b"a" * 65_536)


def hints_for_ever(talk: Talk, stream: int) -> None:
    """Answers that announce an answer."""
    talk.repeat(headers(stream, (":status", "103"), ("link", "</style.css>")), pause=0.02)


def pushes(talk: Talk, stream: int) -> None:
    """A page that nobody asked for, though the client refuses them."""
    block = bytes(Encoder().encode([(":method", "GET"), (":path", "/a"), (":scheme", "https"), (":authority", "a")]))
    talk.send(PushPromiseFrame(stream, promised_stream_id=2, data=block, flags=["END_HEADERS"]).serialize())


def sends_endless_data(talk: Talk, stream: int) -> None:
    """More than the client's window allows."""
    talk.head(stream)
    talk.repeat(DataFrame(stream, b"a" * 16_000).serialize())


def sends_too_little(talk: Talk, stream: int) -> None:
    """A body that is shorter than was said."""
    talk.head(stream, {"content-length": "5000"})
    talk.data(stream, b"<html>", last=True)


BROKEN: Mapping[str, tuple[Behaviour | Reply, str]] = {
    "a status that is no number": (is_no_number, "protocol"),
    "a request disowned": (disowns, "protocol"),
    "a huge frame": (sends_one_huge_frame, "too-large"),
    "hints for ever": (hints_for_ever, "timeout"),
    "a push": (pushes, "protocol"),
    "data without end": (sends_endless_data, "too-large"),
    "a short body": (sends_too_little, "protocol"),
    "a large body": (Reply(b"a" * 300_000), "too-large"),
    "a body announced large": (lambda talk, stream: talk.head(stream, {"content-length": "9" * 15}), "too-large"),
    "a gzip bomb": (Reply(gzip.compress(b"a" * 20_000_000), headers={"content-encoding": "gzip"}), "too-large"),
    "an empty 204": (Reply(b"", 204), "protocol"),
    "data of another stream": (lambda talk, stream: talk.send(DataFrame(99, b"a").serialize()), "protocol"),
    "damaged headers": (lambda talk, stream: talk.send(HeadersFrame(stream, b"\xff" * 50).serialize()), "timeout"),
    "damaged headers that end": (
        lambda talk, stream: talk.send(HeadersFrame(stream, b"\xff" * 50, flags=["END_HEADERS"]).serialize()),
        "protocol",
    ),
    "a window that overflows": (
        lambda talk, stream: talk.send(WindowUpdateFrame(0, 2**31 - 1).serialize()),
        "protocol",
    ),
    "no HTTP/2 at all": (lambda talk, stream: talk.send(b"HTTP/1.1 200 OK\r\n\r\n"), "timeout"),
}


@pytest.fixture(scope="module")
def web() -> Iterator[Http2Web]:
    with serve_http2() as web:
        web.put("/ok", Reply(PAGE.encode()))
        for number, (behaviour, _) in enumerate(BROKEN.values()):
            web.put(f"/{number}", behaviour)
        yield web


@pytest.fixture
def client(web: Http2Web) -> Iterator[HttpClient]:
    with client_for(None, TRUSTING, reach=Reach(Endpoint.parse(web.endpoint))) as client:
        yield client


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("earlier", [0, 1], ids=["at once", "after another answer"])
def test_whatever_a_server_does_is_a_failure_and_the_next_request_succeeds(
    client: HttpClient, name: str, earlier: int
) -> None:
    for _ in range(earlier):
        client.get(f"{SITE}/ok", admission=unhindered)
    result = client.get(f"{SITE}/{list(BROKEN).index(name)}", admission=unhindered)
    assert isinstance(result, Failure), result
    assert result.kind == BROKEN[name][1], result
    after = client.get(f"{SITE}/ok", admission=unhindered)
    assert isinstance(after, Response), after
    assert after.body == PAGE.encode()
