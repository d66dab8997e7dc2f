"""Connections to addresses that were checked, and to nothing else.

An address is checked after the name was resolved and is then connected to itself, so that a name cannot mean one
address to the check and another to the connection.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from threading import Thread, local
from typing import Any
from zlib import crc32

import httpcore
import httpx

from flows.fetch.results import Failure
from flows.fetch.web.addresses import Reach, objection

Resolver = Callable[[str, int], Sequence[str]]
"""Addresses of a host; raises ``OSError`` or ``UnicodeError`` where there are none. Called from many threads."""

ADDRESSES_TRIED = 4
"""Addresses of one host that are tried one after the other."""
SHARDS = 32
"""Pools among which the hosts are spread: httpcore looks at every connection of a pool, for every other one of them, at
each request. Measured with 60 hosts: 2.4 ms of CPU a request in one pool, 0.5 in 32, where a single host takes 0.43.
"""
MAX_CONNECTIONS = 128
"""Of each pool, so that no thread ever waits for a connection: there are fewer threads."""
KEPT_CONNECTIONS = 4
"""Idle ones of each pool."""
KEPT_SECONDS = 30.0


def resolve(host: str, port: int) -> list[str]:
    """The host's addresses as the operating system gives them, each once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Refused(Exception):  # noqa: N818 - carries a value through httpcore
    """A connection that is not made."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


class Deadline(local):
    """When the request of this thread must be over, and on which connection it is under way."""

    at: float = float("inf")
    readable: float = float("inf")
    """Bytes that may still be read."""
    connection: "TimedStream | None" = None

    def start(self, seconds: float, *, max_bytes: float = float("inf")) -> None:
        """A request that may take that long, and for which that much may be read, of whatever kind."""
        self.at = time.monotonic() + seconds
        self.readable = max_bytes
        self.connection = None

    def shorten(self, seconds: float) -> None:
        """Leave it no more than that from now."""
        self.at = min(self.at, time.monotonic() + seconds)

    def clip(self, timeout: float | None) -> float:
        """The timeout, or what is left if that is less."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the total time is over")
        return left if timeout is None else min(timeout, left)

    def count(self, size: int) -> None:
        """Bytes that were read; those of frames and chunks that bring no part of an answer count as well."""
        self.readable -= size
        if self.readable < 0:
            raise Refused(Failure("too-large", "far more is sent than an answer may have"))

    def release(self) -> None:
        """The answer was read to its end: the connection may serve others."""
        self.connection = None

    def abandon(self) -> None:
        """Close the connection, unless it was released.

        What is left of an answer would come before the next one. Over HTTP/1.1 httpcore sees to that itself; over
        HTTP/2 it neither resets the stream nor takes its rest off the connection's flow-control window
        (https://github.com/encode/httpcore/issues/943), so that later requests would wait for ever.
        """
        if self.connection is not None:
            self.connection.abandon()
            self.connection = None


class TimedStream(httpcore.NetworkStream):
    """A connection on which no single read or write outlasts the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline
        self._abandoned = False
        self._was_read = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Bytes as they come, none where the server has closed."""
        self._deadline.connection = self
        self._was_read = True
        data = self._stream.read(max_bytes, self._deadline.clip(timeout))
        self._deadline.count(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it; httpcore looks for another connection where this one is of no more use.

        One that was idle and has something to read was closed by the server, or would answer what nobody asked.
        """
        begins = self._was_read and self._deadline.connection is not self
        if begins and self._stream.get_extra_info("is_readable"):
            self.abandon()
        if self._abandoned:
            raise httpcore.ConnectionNotAvailable
        self._deadline.connection = self
        self._stream.write(buffer, self._deadline.clip(timeout))

    def close(self) -> None:
        """Close the socket."""
        self._stream.close()

    def abandon(self) -> None:
        """Close the socket for good, whatever the pool thinks of the connection."""
        self._abandoned = True
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The connection under TLS; the handshake as a whole is bounded."""
        secure = self._stream.start_tls(ssl_context, server_hostname, self._deadline.clip(timeout))
        return TimedStream(secure, self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's own type
        """What httpcore wants to know of the socket."""
        return self._stream.get_extra_info(info)


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to addresses that it has checked itself, or to the endpoint that the source names."""

    def __init__(self, reach: Reach, resolver: Resolver, deadline: Deadline) -> None:
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
        """A connection to the first of the host's addresses that may be connected to and answers."""
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
                return TimedStream(stream, self._deadline)
        raise problem or Refused(Failure("dns", f"{host} has no address"))

    def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002
        timeout: float | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Never."""
        raise Refused(Failure("forbidden-address", "a Unix socket"))

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
            raise Refused(Failure("forbidden-address", f"{host} is {address}, {problem}"))
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
            raise Refused(Failure("dns", f"{host} was not resolved in time", retryable=True))
        answer = outcome[0]
        if isinstance(answer, UnicodeError):
            raise Refused(Failure("bad-url", f"{host} is no host name"))
        if isinstance(answer, OSError):
            soft = getattr(answer, "errno", None) != socket.EAI_NONAME
            raise Refused(Failure("dns", f"{host} cannot be resolved: {answer.strerror or answer}", retryable=soft))
        return answer


@cache
def _tls(certificate_authorities: Path | None, *, http2: bool) -> ssl.SSLContext:  # noqa: ARG001
    """One context for each set of protocols, as httpcore writes them into the context at each connection."""
    if certificate_authorities is None:
        return httpx.create_ssl_context(trust_env=False)
    return ssl.create_default_context(cafile=str(certificate_authorities))


def connection_pool(
    backend: GuardedBackend, certificate_authorities: Path | None, *, http2: bool
) -> httpcore.ConnectionPool:
    """A pool that connects by the backend; HTTP/2 is offered where it is wanted and spoken where the server does."""
    return httpcore.ConnectionPool(
        ssl_context=_tls(certificate_authorities, http2=http2),
        max_connections=MAX_CONNECTIONS,
        max_keepalive_connections=KEPT_CONNECTIONS,
        keepalive_expiry=KEPT_SECONDS,
        http2=http2,
        network_backend=backend,
    )


class ConnectionPools:
    """Connections to many hosts, each host's in one of several small pools. Safe in many threads."""

    def __init__(self, backend: GuardedBackend, certificate_authorities: Path | None) -> None:
        self._pools = [connection_pool(backend, certificate_authorities, http2=True) for _ in range(SHARDS)]

    def of(self, target: httpx.URL) -> httpcore.ConnectionPool:
        """The pool of the URL's host and port."""
        return self._pools[crc32(target.netloc) % SHARDS]

    def close(self) -> None:
        """Close every connection."""
        for pool in self._pools:
            pool.close()
