"""Archives read as they come, from wherever reading stopped, from servers of every kind."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from flows.fetch.results import Failure, Response
from flows.fetch.web.http import HttpClient
from flows.fetch.web.streams import ByteStream, Share, StreamBroken
from tests.web.clients import QUICK, client_for, unhindered
from tests.web.server import CERTIFICATES, Raw, Reply, Request, Web, serve

SITE = "http://archive.example"
ARCHIVE = bytes(range(256)) * 2000
LIMIT = 1_000_000
QUICK_TO_GIVE_UP = replace(QUICK, total_timeout=1.0, read_timeout=0.3, throughput_seconds=0.3)


def in_ranges(request: Request) -> Reply:
    """As servers of files answer."""
    start = int(request.headers.get("range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
    headers = {"ETag": '"1"', "Accept-Ranges": "bytes"}
    if start >= len(ARCHIVE):
        return Reply(b"", 416, headers | {"Content-Range": f"bytes */{len(ARCHIVE)}"})
    if start:
        span = f"bytes {start}-{len(ARCHIVE) - 1}/{len(ARCHIVE)}"
        return Reply(ARCHIVE[start:], 206, headers | {"Content-Range": span}, "application/warc")
    return Reply(ARCHIVE, 200, headers, "application/warc")


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/warc\r\n"
    with serve() as web:
        web.put("/page", Reply(b"page"))
        web.put("/ranges.warc", in_ranges)
        web.put("/whole.warc", Reply(ARCHIVE, content_type="application/warc"))
        web.put("/moved.warc", Reply(b"", 302, {"Location": "/ranges.warc"}))
        web.put("/to-private.warc", Reply(b"", 302, {"Location": "http://10.0.0.1/a.warc"}))
        web.put("/other-range.warc", Reply(b"abc", 206, {"Content-Range": "bytes 7-9/10"}))
        web.put("/no-range.warc", Reply(b"abc", 206))
        web.put("/packed.warc", Reply(b"abc", headers={"Content-Encoding": "gzip"}))
        web.put("/packed.warc.gz", Reply(b"\x1f\x8babc", headers={"Content-Encoding": "x-gzip"}))
        web.put("/cut-off.warc", Raw((head + b"Content-Length: 5000\r\n\r\n" + b"a" * 100,)))
        web.put("/dripping.warc", Raw((head + b"\r\n", b"a"), pause=0.02, endless=True))
        web.put("/dripping-chunk.warc", Raw((head + b"Transfer-Encoding: chunked\r\n\r\n", b"0"), 0.02, endless=True))
        web.put("/silent.warc", Raw((head + b"\r\n", b""), pause=0.02, endless=True))
        web.put("/endless.warc", Raw((head + b"\r\n", b"a" * 65_536), endless=True))
        web.put("/announced.warc", Raw((head + b"Content-Length: 99999999999\r\n\r\n",)))
        yield web


@pytest.fixture
def client(web: Web) -> Iterator[HttpClient]:
    with client_for(web, QUICK_TO_GIVE_UP) as client:
        yield client


def read_all(stream: ByteStream, size: int = 10_007) -> bytes:
    return b"".join(iter(lambda: stream.read(size), b""))


def opened(client: HttpClient, path: str, *, start: int = 0, max_bytes: int = LIMIT) -> bytes:
    with client.open_stream(SITE + path, admission=unhindered, start=start, max_bytes=max_bytes) as stream:
        assert isinstance(stream, ByteStream), stream
        return read_all(stream)


def refused(client: HttpClient, path: str, *, start: int = 0, max_bytes: int = LIMIT) -> Failure:
    with client.open_stream(SITE + path, admission=unhindered, start=start, max_bytes=max_bytes) as failure:
        assert isinstance(failure, Failure)
        return failure


def test_an_archive_is_larger_than_a_page_may_be(client: HttpClient, web: Web) -> None:
    assert len(ARCHIVE) > QUICK.max_transfer_bytes
    with client.open_stream(f"{SITE}/ranges.warc", admission=unhindered, max_bytes=LIMIT) as stream:
        assert isinstance(stream, ByteStream)
        assert (stream.etag, stream.total_size) == ('"1"', len(ARCHIVE))
        assert read_all(stream) == ARCHIVE
        assert stream.read(1) == b""
    assert web.requests[-1].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("path", ["/ranges.warc", "/whole.warc", "/moved.warc"])
@pytest.mark.parametrize("start", [0, 1, 300_000, len(ARCHIVE) - 1, len(ARCHIVE)])
def test_reading_goes_on_where_it_stopped(client: HttpClient, path: str, start: int) -> None:
    assert opened(client, path, start=start) == ARCHIVE[start:]


@pytest.mark.parametrize(
    ("path", "start", "kind"),
    [
        ("/other-range.warc", 3, "protocol"),
        ("/no-range.warc", 3, "protocol"),
        ("/no-range.warc", 0, "protocol"),
        ("/packed.warc", 0, "protocol"),
        ("/ranges.warc", len(ARCHIVE) + 1, "http-4xx"),
        ("/whole.warc", len(ARCHIVE) + 1, "protocol"),
        ("/announced.warc", 0, "too-large"),
        ("/to-private.warc", 0, "forbidden-address"),
        ("/missing.warc", 0, "http-4xx"),
    ],
)
def test_what_is_not_the_part_that_was_asked_for_is_refused(
    client: HttpClient, path: str, start: int, kind: str
) -> None:
    assert refused(client, path, start=start).kind == kind


def test_the_compression_of_the_file_itself_may_be_named_as_an_encoding(client: HttpClient) -> None:
    assert opened(client, "/packed.warc.gz") == b"\x1f\x8babc"


@pytest.mark.parametrize(
    ("path", "kind", "soft"),
    [
        ("/cut-off.warc", "protocol", True),
        ("/dripping.warc", "timeout", True),
        ("/dripping-chunk.warc", "timeout", True),
        ("/silent.warc", "timeout", True),
        ("/endless.warc", "too-large", False),
    ],
)
def test_a_stream_that_breaks_off_says_why(client: HttpClient, path: str, kind: str, soft: bool) -> None:
    with pytest.raises(StreamBroken) as broken:
        opened(client, path)
    assert (broken.value.failure.kind, broken.value.failure.retryable) == (kind, soft)
    assert isinstance(broken.value, OSError)


def test_what_came_before_the_break_is_handed_on(client: HttpClient) -> None:
    with client.open_stream(f"{SITE}/cut-off.warc", admission=unhindered, max_bytes=LIMIT) as stream:
        assert isinstance(stream, ByteStream)
        assert stream.read(1000) == b"a" * 100
        for _ in range(2):
            with pytest.raises(StreamBroken):
                stream.read(1000)


def test_no_more_is_handed_on_than_is_allowed(client: HttpClient) -> None:
    assert refused(client, "/ranges.warc", max_bytes=1000).kind == "too-large"
    assert opened(client, "/ranges.warc", start=len(ARCHIVE) - 1000, max_bytes=1000) == ARCHIVE[-1000:]


def test_the_host_can_be_asked_while_a_stream_is_read_and_after_it_was_left(client: HttpClient) -> None:
    for _ in range(2):
        with client.open_stream(f"{SITE}/endless.warc", admission=unhindered, max_bytes=LIMIT) as stream:
            assert isinstance(stream, ByteStream)
            assert stream.read(10) == b"a" * 10
            assert isinstance(client.get(f"{SITE}/page", admission=unhindered), Response)
            assert stream.read(10) == b"a" * 10


def test_a_stream_is_asked_for_by_http_1_as_it_would_block_other_answers_of_an_http_2_connection() -> None:
    trusting = replace(QUICK, certificate_authorities=CERTIFICATES / "certificate.pem")
    with serve(tls=True) as web:
        web.put("/a.warc", Reply(ARCHIVE))
        with (
            client_for(web, trusting) as client,
            client.open_stream("https://news.example/a.warc", admission=unhindered, max_bytes=LIMIT) as stream,
        ):
            assert isinstance(stream, ByteStream), stream
            assert read_all(stream) == ARCHIVE


def test_only_the_waiting_for_the_server_counts_as_its_slowness() -> None:
    seconds = [0.0]

    def slowly() -> Iterator[bytes]:
        for _ in range(10):
            seconds[0] += 5.0
            yield b"a" * 1000

    def stream(lowest: int) -> ByteStream:
        return ByteStream(
            slowly(),
            Share(0, None, None, None),
            max_bytes=LIMIT,
            lowest_bytes_per_second=lowest,
            throughput_seconds=20.0,
            now=lambda: seconds[0],
        )

    steady = stream(200)
    while steady.read(500):
        seconds[0] += 1000.0
    with pytest.raises(StreamBroken, match="4000 bytes in 20 s, fewer than 201 a second"):
        read_all(stream(201), size=500)
