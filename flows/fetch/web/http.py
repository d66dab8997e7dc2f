"""Requests to a hostile web.

Redirects are followed here, each like a new request, to addresses that ``flows.fetch.web.connections`` has checked.
Everything is bounded: times, sizes as sent and as unpacked, redirects, headers, URLs.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar

import httpcore
import httpx
from h2.exceptions import H2Error

from flows.fetch.results import Failure, Response
from flows.fetch.urls import host_name, parsed_url
from flows.fetch.web.addresses import Reach
from flows.fetch.web.answers import REDIRECTS, SOFT, failure_of, received_headers, status_problem, type_problem
from flows.fetch.web.connections import (
    ConnectionPools,
    Deadline,
    GuardedBackend,
    Refused,
    Resolver,
    connection_pool,
    resolve,
)
from flows.fetch.web.decoding import ACCEPT_ENCODING, decode
from flows.fetch.web.http_settings import HttpSettings
from flows.fetch.web.pace import HostHeld, Pace
from flows.fetch.web.streams import ByteStream, StreamBroken, offered_share
from flows.fetch.web.walls import is_consent_host
from warehouse.records import Validators

__all__ = ["HttpClient", "HttpSettings", "Resolver", "resolve"]

Admission = Callable[[str], Failure | float]
"""Seconds to keep between requests to the URL's host, or why it must not be asked. Called for each redirect too."""
Answer = TypeVar("Answer")

WIRE_OVERHEAD = 2
"""How many times larger than its headers and body an answer may be on the wire: frames, chunks, news of the connection.
It also bounds what HTTP/2 keeps of a frame before it looks at its length, and the work that empty frames make.
"""
HEADER_OVERHEAD = 4
"""Bytes of a header's colon, space and end of line."""
LONGEST_REST = 32 * 1024
"""Bytes of a body that nobody wants which are read, so that its connection can serve the next request."""
REST_SECONDS = 1.0
"""Time for that."""
_BROKEN = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    H2Error,
    httpcore.ConnectionNotAvailable,
)
"""What httpcore raises when something is wrong with an answer; the last one where an HTTP/2 server disowns a request
that it has begun to answer.
"""


@dataclass(slots=True)
class _Way:
    """How far one request has come."""

    passed: list[str] = field(default_factory=list)
    """URLs asked for, the present one last."""
    spent: float = 0.0
    """Seconds on the network."""
    started_at: datetime | None = None
    max_read: int = 0
    """Bytes that one answer may have on the wire, whatever is in them."""


@dataclass(frozen=True, slots=True)
class _Moved:
    """A redirect."""

    status: int
    location: str | None

    def target(self, url: str) -> str | Failure:
        """Where it leads from that URL."""
        if self.location is None:
            return Failure("protocol", f"status {self.status} without a location", status=self.status)
        try:
            return str(httpx.URL(url).join(self.location.encode("latin-1").decode("utf-8", "replace")))
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            return Failure("bad-url", f"redirected to no URL: {error}")


class HttpClient:
    """Gets URLs for one source; no proxy, no cookies, nothing from the environment. Safe in many threads.

    HTTP/2 is spoken where a server offers it by TLS, never with two requests at once, as a host is asked one at a time.

    Args:
        settings: Bounds and manners.
        reach: What the source may connect to besides the public Internet.
        pace: Whose turn it is at which host.
        clock: Tells the time, for a Retry-After that names a date.
        resolver: Addresses of a host.
    """

    def __init__(
        self,
        settings: HttpSettings,
        *,
        reach: Reach,
        pace: Pace,
        clock: Callable[[], datetime],
        resolver: Resolver = resolve,
    ) -> None:
        self._settings = settings
        self._pace = pace
        self._clock = clock
        self._deadline = Deadline()
        backend = GuardedBackend(reach, resolver, self._deadline)
        self._pools = ConnectionPools(backend, settings.certificate_authorities)
        # A stream that nobody reads would hold up every other answer on an HTTP/2 connection.
        self._streams = connection_pool(backend, settings.certificate_authorities, http2=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._pools.close()
        self._streams.close()

    def get(
        self,
        url: str,
        *,
        admission: Admission,
        accepted: frozenset[str] | None = None,
        validators: Validators | None = None,
        accept: str = "*/*",
        max_bytes: int | None = None,
    ) -> Response | Failure:
        """One attempt to get the URL, redirects included.

        Args:
            url: Absolute, http or https.
            admission: Asked before each request, that of a redirect included.
            accepted: Media types to take, such as text/html; None takes all. An answer without a type is taken.
            validators: Of the version already seen; a server that still has it answers 304.
            accept: The Accept header, for servers that have several forms of a document.
            max_bytes: Largest body, as sent and as unpacked; by default that of a page.

        Returns:
            An answer with status 200, or 304 where validators were given; a failure for everything else.
        """
        headers = self._request_headers(accept, validators)
        sent = max_bytes or self._settings.max_transfer_bytes
        unpacked = max_bytes or self._settings.max_body_bytes

        def ask(target: httpx.URL) -> Response | _Moved | Failure:
            return self._exchange(target, accepted, headers, max_sent=sent, max_unpacked=unpacked)

        answer, way = self._follow(url, admission, ask, max_sent=sent)
        if isinstance(answer, Failure):
            return answer
        redirects = tuple(way.passed[:-1])
        return replace(answer, url=way.passed[0], redirects=redirects, started_at=way.started_at, duration=way.spent)

    def open_stream(
        self, url: str, *, admission: Admission, start: int = 0, max_bytes: int
    ) -> AbstractContextManager[ByteStream | Failure]:
        """The document's bytes from some position on, as they come: for archives of any size.

        The host's turn is held only to open it: reading may take hours, while others may ask the host. No total time
        bounds it but a lowest speed. The bytes are those of the file: it is asked for without content encoding, and
        one is taken only where it is that of a ``.gz`` file itself.

        Args:
            url: Absolute, http or https.
            admission: Asked before each request, that of a redirect included.
            start: Where to begin. What comes before is read over where a server cannot begin later; whether it is
                still the same document is the caller's to tell, by ``etag`` and ``total_size``.
            max_bytes: Most bytes from there on.
        """
        return self._open_stream(url, admission, start, max_bytes)

    @contextmanager
    def _open_stream(
        self, url: str, admission: Admission, start: int, max_bytes: int
    ) -> Iterator[ByteStream | Failure]:
        with ExitStack() as held:
            opened, _ = self._follow(
                url, admission, lambda target: self._opened(target, start, max_bytes, held), max_sent=max_bytes
            )
            yield opened

    def _follow(
        self, url: str, admission: Admission, ask: Callable[[httpx.URL], Answer | _Moved | Failure], *, max_sent: int
    ) -> tuple[Answer | Failure, _Way]:
        """The answer at the end of the redirects."""
        way = _Way(max_read=WIRE_OVERHEAD * (max_sent + self._settings.max_header_bytes))
        following: str | Failure = url
        while not isinstance(following, Failure):
            url = following
            answer = self._hop(url, way, admission, ask)
            if isinstance(answer, _Moved):
                following = answer.target(url)
            elif isinstance(answer, Failure):
                following = answer
            else:
                return answer, way
        detail = f"redirected to {url[:500]}: {following.detail}" if len(way.passed) > 1 else following.detail
        return replace(following, detail=detail, url=url, started_at=way.started_at, duration=way.spent), way

    def _hop(
        self, url: str, way: _Way, admission: Admission, ask: Callable[[httpx.URL], Answer | _Moved | Failure]
    ) -> Answer | _Moved | Failure:
        """One request and its answer, redirects as they come."""
        target = self._step(url, way)
        if isinstance(target, Failure):
            return target
        admitted = admission(str(target))
        if isinstance(admitted, Failure):
            return replace(admitted, asked=False)
        try:
            return self._in_turn(target, way, admitted, ask)
        except HostHeld as held:
            return Failure("http-4xx", f"not asked: {held}", retryable=True, asked=False)

    def _in_turn(
        self, target: httpx.URL, way: _Way, admitted: float, ask: Callable[[httpx.URL], Answer | _Moved | Failure]
    ) -> Answer | _Moved | Failure:
        with self._pace.turn(host_name(target), admitted, longest_hold=self._settings.longest_wait):
            way.started_at = way.started_at or self._clock()
            started = time.monotonic()
            self._deadline.start(self._settings.total_timeout - way.spent, max_bytes=way.max_read)
            try:
                return ask(target)
            except Refused as refused:
                return refused.failure
            except _BROKEN as error:
                return failure_of(error)
            finally:
                self._deadline.abandon()
                way.spent += time.monotonic() - started

    def _step(self, url: str, way: _Way) -> httpx.URL | Failure:
        """The URL as the next one on the way, or why it cannot be."""
        target = parsed_url(url, max_length=self._settings.max_url_length)
        written = url if isinstance(target, Failure) else str(target)
        again = written in way.passed
        way.passed.append(written)
        if isinstance(target, Failure):
            return target
        if again:
            return Failure("redirect-loop", "it was passed before")
        if len(way.passed) > self._settings.max_redirects + 1:
            return Failure("redirect-loop", f"more than {self._settings.max_redirects} redirects")
        if len(way.passed) > 1 and is_consent_host(host_name(target)):
            return Failure("wall", "consent is wanted")
        return target

    def _exchange(
        self,
        target: httpx.URL,
        accepted: frozenset[str] | None,
        headers: Sequence[tuple[bytes, bytes]],
        *,
        max_sent: int,
        max_unpacked: int,
    ) -> Response | _Moved | Failure:
        conditional = any(name in {b"If-None-Match", b"If-Modified-Since"} for name, _ in headers)
        with self._asked(self._pools.of(target), target, headers) as stream:
            received = self._received(stream)
            if isinstance(received, Failure):
                return received
            bare = Response(str(target), str(target), stream.status, b"", received)
            answer = self._without_body(bare, stream.status, accepted, conditional=conditional)
            if answer is not None:
                self._read_rest(stream)
                return answer
            body = self._body(stream, received, max_sent)
            if isinstance(body, Failure):
                return body
            self._deadline.release()
        plain = decode(body, received.get("content-encoding", "").split(","), max_unpacked)
        return plain if isinstance(plain, Failure) else replace(bare, body=plain)

    def _without_body(
        self, bare: Response, status: int, accepted: frozenset[str] | None, *, conditional: bool
    ) -> Response | _Moved | Failure | None:
        """What the answer is, where its body is of no use; None for a page."""
        if status in REDIRECTS:
            return _Moved(status, bare.headers.get("location"))
        if status == 304 and conditional:
            return bare
        return status_problem(status, bare.headers, self._clock()) or type_problem(bare.headers, accepted)

    def _opened(self, target: httpx.URL, start: int, max_bytes: int, held: ExitStack) -> ByteStream | _Moved | Failure:
        """The stream, which the stack closes; or what came in its place."""
        headers = [("User-Agent", self._settings.user_agent), ("Accept", "*/*"), ("Accept-Encoding", "identity")]
        if start:
            headers.append(("Range", f"bytes={start}-"))
        with ExitStack() as opening:
            answer = opening.enter_context(self._asked(self._streams, target, _encoded(headers)))
            received = self._received(answer)
            if isinstance(received, Failure):
                return received
            if answer.status in REDIRECTS:
                return _Moved(answer.status, received.get("location"))
            share = offered_share(answer.status, received, start, now=self._clock(), file_name=target.path)
            if isinstance(share, Failure):
                return share
            if share.size is not None and share.size > max_bytes:
                return Failure("too-large", f"{share.size} bytes announced, {max_bytes} allowed")
            held.enter_context(opening.pop_all())
        self._deadline.release()
        return ByteStream(
            iter(()) if share.size == 0 else self._chunks(answer),
            share,
            max_bytes=max_bytes,
            lowest_bytes_per_second=self._settings.lowest_bytes_per_second,
            throughput_seconds=self._settings.throughput_seconds,
            now=time.monotonic,
        )

    def _chunks(self, answer: httpcore.Response) -> Iterator[bytes]:
        """The body as it comes, read in whichever thread."""
        chunks = iter(answer.iter_stream())
        while True:
            # What httpcore reads before it has a chunk may drip as well.
            self._deadline.start(self._settings.throughput_seconds + self._settings.read_timeout)
            try:
                chunk = next(chunks, None)
            except _BROKEN as error:
                raise StreamBroken(failure_of(error)) from error
            if chunk is None:
                return
            yield chunk

    @contextmanager
    def _asked(
        self, pool: httpcore.ConnectionPool, target: httpx.URL, headers: Sequence[tuple[bytes, bytes]]
    ) -> Iterator[httpcore.Response]:
        """The answer, of which the body is still to come."""
        settings = self._settings
        timeouts = {
            "connect": settings.connect_timeout,
            "read": settings.read_timeout,
            "write": settings.read_timeout,
            "pool": settings.connect_timeout,
        }
        address = httpcore.URL(scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path)
        with ExitStack() as opening:
            try:
                answer = opening.enter_context(
                    pool.stream("GET", address, headers=headers, extensions={"timeout": timeouts})
                )
            except ValueError as error:
                # httpcore takes the :status of HTTP/2 for a number without looking.
                raise Refused(Failure("protocol", f"a status that is none: {error}"[:100], SOFT["protocol"])) from error
            yield answer

    def _request_headers(self, accept: str, validators: Validators | None) -> list[tuple[bytes, bytes]]:
        headers = [
            ("User-Agent", self._settings.user_agent),
            ("Accept", accept),
            ("Accept-Encoding", ACCEPT_ENCODING),
        ]
        if validators is not None and validators.etag is not None:
            headers.append(("If-None-Match", validators.etag))
        if validators is not None and validators.last_modified is not None:
            headers.append(("If-Modified-Since", validators.last_modified))
        return _encoded(headers)

    def _received(self, answer: httpcore.Response) -> dict[str, str] | Failure:
        size = sum(len(name) + len(value) + HEADER_OVERHEAD for name, value in answer.headers)
        if size > self._settings.max_header_bytes:
            return Failure("too-large", f"{size} bytes of headers", status=answer.status)
        return received_headers(answer.headers)

    @staticmethod
    def _body(stream: httpcore.Response, headers: dict[str, str], limit: int) -> bytes | Failure:
        """The body as sent."""
        announced = headers.get("content-length", "")
        if announced.isascii() and announced.isdigit() and int(announced[:20]) > limit:
            return Failure("too-large", f"{announced[:20]} bytes announced, {limit} allowed", status=stream.status)
        body = bytearray()
        for chunk in stream.iter_stream():
            body += chunk
            if len(body) > limit:
                return Failure("too-large", f"more than {limit} bytes", status=stream.status)
        return bytes(body)

    def _read_rest(self, stream: httpcore.Response) -> None:
        """Read a small body that nobody wants; the connection of a larger or slower one is given up."""
        self._deadline.shorten(REST_SECONDS)
        size = 0
        try:
            for chunk in stream.iter_stream():
                size += len(chunk)
                if size > LONGEST_REST:
                    return
        except _BROKEN:
            return
        self._deadline.release()


def _encoded(headers: Sequence[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("ascii"), value.encode("latin-1", "replace")) for name, value in headers]
