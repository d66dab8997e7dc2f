"""Requests to a hostile web: the only module that opens a socket.

An address is checked after the name was resolved and is then connected to itself, so that a name cannot mean one
address to the check and another to the connection; redirects are followed here, each like a new request. Everything
is bounded: times, sizes as sent and as unpacked, redirects, headers, URLs.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from threading import Thread, local
from types import TracebackType
from typing import Any, Self

import httpcore
import httpx

from flows.fetch.addresses import Reach, objection
from flows.fetch.answers import REDIRECTS, failure_of, received_headers, status_problem, type_problem
from flows.fetch.decoding import ACCEPT_ENCODING, decode
from flows.fetch.http_settings import HttpSettings
from flows.fetch.pace import Pace
from flows.fetch.results import Failure, Response
from flows.fetch.urls import parsed_url
from warehouse.records import Validators

__all__ = ["HttpClient", "HttpSettings", "real_pace", "resolve"]

Resolver = Callable[[str, int], Sequence[str]]
"""Addresses of a host; raises ``OSError`` or ``UnicodeError`` where there are none."""
Admission = Callable[[str], Failure | float]
"""Seconds to keep between requests to the URL's host, or why it must not be asked. Called for each redirect too."""

ADDRESSES_TRIED = 4
"""Addresses of one host that are tried one after the other."""
HEADER_OVERHEAD = 4
"""Bytes of a header's colon, space and end of line."""


def resolve(host: str, port: int) -> list[str]:
    """The host's addresses as the operating system gives them, each once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@cache
def real_pace() -> Pace:
    """Pace by the real clock: one for the whole process, as its sources may have hosts in common."""
    return Pace(now=time.monotonic, sleep=time.sleep)


class _Refused(Exception):  # noqa: N818 - carries a value through httpcore
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


class _Deadline(local):
    """When the request of this thread must be over."""

    at: float = float("inf")

    def start(self, seconds: float) -> None:
        self.at = time.monotonic() + seconds

    def clip(self, timeout: float | None) -> float:
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the total time is over")
        return left if timeout is None else min(timeout, left)


class _TimedStream(httpcore.NetworkStream):
    """A connection on which no single read or write outlasts the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.clip(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.clip(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secure = self._stream.start_tls(ssl_context, server_hostname, self._deadline.clip(timeout))
        return _TimedStream(secure, self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's own type
        return self._stream.get_extra_info(info)


class _GuardedBackend(httpcore.NetworkBackend):
    """Connects to addresses that it has checked itself, or to the endpoint that the source names."""

    def __init__(self, reach: Reach, resolver: Resolver, deadline: _Deadline) -> None:
        self._reach = reach
        self._resolver = resolver
        self._deadline = deadline
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses, port = self._targets(host, port, timeout)
        problem: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in addresses[:ADDRESSES_TRIED]:
            try:
                stream = self._sockets.connect_tcp(
                    address, port, self._deadline.clip(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
            else:
                return _TimedStream(stream, self._deadline)
        raise problem or _Refused(Failure("dns", f"{host} has no address"))

    def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002
        timeout: float | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        raise _Refused(Failure("forbidden-address", "a Unix socket"))

    def _targets(self, host: str, port: int, timeout: float | None) -> tuple[Sequence[str], int]:
        private_allowed = host in self._reach.private_hosts
        try:
            ip_address(host)
        except ValueError:
            endpoint = self._reach.connect_to
            if endpoint is not None:
                return self._resolve(endpoint.host, endpoint.port, timeout), endpoint.port
            addresses = self._resolve(host, port, timeout)
        else:
            addresses = [host]
        problems = [(address, objection(address, private_allowed=private_allowed)) for address in addresses]
        allowed = [address for address, problem in problems if problem is None]
        if not allowed and problems:
            address, problem = problems[0]
            raise _Refused(Failure("forbidden-address", f"{host} is {address}, {problem}"))
        return allowed, port

    def _resolve(self, host: str, port: int, timeout: float | None) -> Sequence[str]:
        """Addresses by the resolver, which has no time limit of its own and is left behind when it takes too long."""
        outcome: list[Sequence[str] | OSError | UnicodeError] = []

        def ask() -> None:
            try:
                outcome.append(self._resolver(host, port))
            except (OSError, UnicodeError) as error:
                outcome.append(error)

        asking = Thread(target=ask, name=f"resolve {host}", daemon=True)
        asking.start()
        asking.join(self._deadline.clip(timeout))
        if not outcome:
            raise _Refused(Failure("dns", f"{host} was not resolved in time", retryable=True))
        answer = outcome[0]
        if isinstance(answer, UnicodeError):
            raise _Refused(Failure("bad-url", f"{host} is no host name"))
        if isinstance(answer, OSError):
            soft = getattr(answer, "errno", None) != socket.EAI_NONAME
            raise _Refused(Failure("dns", f"{host} cannot be resolved: {answer.strerror or answer}", retryable=soft))
        return answer


@dataclass(slots=True)
class _Way:
    """How far one ``get`` has come."""

    passed: list[str] = field(default_factory=list)
    """URLs asked for, the present one last."""
    spent: float = 0.0
    """Seconds on the network."""
    started_at: datetime | None = None


@cache
def _tls(certificate_authorities: Path | None) -> ssl.SSLContext:
    if certificate_authorities is None:
        return httpx.create_ssl_context(trust_env=False)
    return ssl.create_default_context(cafile=str(certificate_authorities))


class HttpClient:
    """Gets URLs for one source; no proxy, no cookies, nothing from the environment. For one thread at a time.

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
        self._deadline = _Deadline()
        self._pool = httpcore.ConnectionPool(
            ssl_context=_tls(settings.certificate_authorities),
            max_connections=16,
            max_keepalive_connections=8,
            keepalive_expiry=30.0,
            network_backend=_GuardedBackend(reach, resolver, self._deadline),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    def get(
        self,
        url: str,
        *,
        admission: Admission,
        accepted: frozenset[str] | None = None,
        validators: Validators | None = None,
        accept: str = "*/*",
    ) -> Response | Failure:
        """One attempt to get the URL, redirects included.

        Args:
            url: Absolute, http or https.
            admission: Asked before each request, that of a redirect included.
            accepted: Media types to take, such as text/html; None takes all. An answer without a type is taken.
            validators: Of the version already seen; a server that still has it answers 304.
            accept: The Accept header, for servers that have several forms of a document.

        Returns:
            An answer with status 200, or 304 where validators were given; a failure for everything else.
        """
        way = _Way()
        headers = self._request_headers(accept, validators)
        following: str | Failure = url
        while not isinstance(following, Failure):
            url = following
            answer = self._hop(url, way, admission, accepted, headers)
            if isinstance(answer, Response) and answer.status not in REDIRECTS:
                redirects = tuple(way.passed[:-1])
                return replace(
                    answer, url=way.passed[0], redirects=redirects, started_at=way.started_at, duration=way.spent
                )
            following = answer if isinstance(answer, Failure) else _redirected(answer)
        detail = f"redirected to {url[:500]}: {following.detail}" if len(way.passed) > 1 else following.detail
        return replace(following, detail=detail, url=url, started_at=way.started_at, duration=way.spent)

    def _hop(
        self,
        url: str,
        way: _Way,
        admission: Admission,
        accepted: frozenset[str] | None,
        headers: Sequence[tuple[bytes, bytes]],
    ) -> Response | Failure:
        """One request and its answer, redirects as they come."""
        target = self._step(url, way)
        if isinstance(target, Failure):
            return target
        admitted = admission(str(target))
        if isinstance(admitted, Failure):
            return replace(admitted, asked=False)
        with self._pace.turn(target.host, admitted):
            way.started_at = way.started_at or self._clock()
            started = time.monotonic()
            self._deadline.start(self._settings.total_timeout - way.spent)
            try:
                return self._exchange(target, accepted, headers)
            except _Refused as refused:
                return refused.failure
            except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
                return failure_of(error)
            finally:
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
        return target

    def _exchange(
        self, target: httpx.URL, accepted: frozenset[str] | None, headers: Sequence[tuple[bytes, bytes]]
    ) -> Response | Failure:
        timeouts = {
            "connect": self._settings.connect_timeout,
            "read": self._settings.read_timeout,
            "write": self._settings.read_timeout,
            "pool": self._settings.connect_timeout,
        }
        address = httpcore.URL(scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path)
        conditional = any(name in {b"If-None-Match", b"If-Modified-Since"} for name, _ in headers)
        with self._pool.stream("GET", address, headers=headers, extensions={"timeout": timeouts}) as stream:
            received = received_headers(stream.headers)
            size = sum(len(name) + len(value) + HEADER_OVERHEAD for name, value in stream.headers)
            if size > self._settings.max_header_bytes:
                return Failure("too-large", f"{size} bytes of headers", status=stream.status)
            bare = Response(str(target), str(target), stream.status, b"", received)
            if stream.status in REDIRECTS or (stream.status == 304 and conditional):
                return bare
            problem = status_problem(stream.status, received, self._clock()) or type_problem(received, accepted)
            if problem is not None:
                return problem
            body = self._body(stream, received)
            if isinstance(body, Failure):
                return body
        encodings = received.get("content-encoding", "").split(",")
        plain = decode(body, encodings, self._settings.max_body_bytes)
        if isinstance(plain, Failure):
            return plain
        return Response(str(target), str(target), stream.status, plain, received)

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
        return [(name.encode("ascii"), value.encode("latin-1", "replace")) for name, value in headers]

    def _body(self, stream: httpcore.Response, headers: dict[str, str]) -> bytes | Failure:
        """The body as sent."""
        limit = self._settings.max_transfer_bytes
        announced = headers.get("content-length", "")
        if announced.isascii() and announced.isdigit() and int(announced[:20]) > limit:
            return Failure("too-large", f"{announced[:20]} bytes announced, {limit} allowed", status=stream.status)
        body = bytearray()
        for chunk in stream.iter_stream():
            body += chunk
            if len(body) > limit:
                return Failure("too-large", f"more than {limit} bytes", status=stream.status)
        return bytes(body)


def _redirected(answer: Response) -> str | Failure:
    """Where a redirect leads."""
    location = answer.headers.get("location")
    if location is None:
        return Failure("protocol", f"status {answer.status} without a location", status=answer.status)
    try:
        return str(httpx.URL(answer.final_url).join(location.encode("latin-1").decode("utf-8", "replace")))
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        return Failure("bad-url", f"redirected to no URL: {error}")
