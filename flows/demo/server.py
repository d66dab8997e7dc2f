"""A real HTTP server for the demo site, on loopback only: virtual hosts, validators, conditional requests, HEAD."""

import socket
import socketserver
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from flows.demo.responses import Response
from flows.demo.site import demo_pages

LOOPBACK = "127.0.0.1"

_MISSING = Response(
    "text/html; charset=utf-8",
    b"<!DOCTYPE html><title>Not found</title><h1>Not found</h1><p>This page has sunk.</p>",
    status=404,
)
_IDLE_SECONDS = 30

_Socket = socket.socket | tuple[bytes, socket.socket]


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it was answered; ``target`` is the path with its query."""

    method: str
    host: str
    target: str
    status: int
    user_agent: str


class DemoServer(ThreadingHTTPServer):
    """Serves pages by host and path while its ``with`` block lasts; port 0 takes any free one.

    ``requests`` lists what was asked, in the order of the answers. The end of the block closes connections that
    clients keep open, and waits for the threads.
    """

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, pages: Mapping[tuple[str, str], Response] | None = None, port: int = 0) -> None:
        self.pages = demo_pages() if pages is None else pages
        self.requests: list[Request] = []
        self._connections: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__((LOOPBACK, port), _Handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), name="demo-site", daemon=True)

    @property
    def address(self) -> tuple[str, int]:
        """Loopback address and port."""
        return LOOPBACK, self.server_port

    def server_bind(self) -> None:
        """Bind without the look-up of this machine's name, which can wait on a name server."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = LOOPBACK, self.socket.getsockname()[1]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self._thread.join()
        with self._guard:
            connections = list(self._connections)
        for connection in connections:
            _hang_up(connection)
        self.server_close()

    def process_request(self, request: _Socket, client_address: object) -> None:
        """Remember the connection, so that it can be ended, and answer it in a thread."""
        if isinstance(request, socket.socket):
            with self._guard:
                self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: _Socket) -> None:
        """Forget and close the connection."""
        if isinstance(request, socket.socket):
            with self._guard:
                self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: _Socket, client_address: object) -> None:
        """Say nothing of clients that went away; everything else is reported as usual."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    def answer(self, host: str, target: str) -> Response:
        """The answer to a Host header and a request target."""
        name = host.rsplit(":", 1)[0].lower()
        return self.pages.get((name, unquote(urlsplit(target).path) or "/"), _MISSING)


@contextmanager
def serve_demo_site(port: int = 0) -> Iterator[tuple[str, int]]:
    """Serve the demo site in this process; yields the loopback address and the port."""
    with DemoServer(port=port) as server:
        yield server.address


class _Handler(BaseHTTPRequestHandler):
    server: DemoServer
    protocol_version = "HTTP/1.1"
    server_version = "demo"
    sys_version = ""
    timeout = _IDLE_SECONDS
    wbufsize = 1 << 16  # headers and body leave together: apart, each answer waits for an acknowledgement

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        host = self.headers.get("Host", "")
        response = self.server.answer(host, self.path)
        fresh = response.status == HTTPStatus.OK and _is_unchanged(response, self.headers)
        status = HTTPStatus.NOT_MODIFIED if fresh else response.status
        agent = self.headers.get("User-Agent", "")
        self.server.requests.append(Request(self.command, host.rsplit(":", 1)[0], self.path, int(status), agent))
        self.send_response(status)
        if response.status == HTTPStatus.OK:
            self.send_header("ETag", response.etag)
            self.send_header("Last-Modified", format_datetime(response.last_modified.astimezone(UTC), usegmt=True))
            self.send_header("Cache-Control", "no-cache")
        if response.location is not None:
            self.send_header("Location", response.location)
        if not fresh:
            self.send_header("Content-Type", response.content_type)
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if with_body and not fresh:
            self.wfile.write(response.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """The requests are kept in the server's list and are not printed."""


def _is_unchanged(response: Response, headers: Message) -> bool:
    """Whether the client's copy is current, by RFC 9110 section 13: an entity tag outranks a date."""
    tags = headers.get("If-None-Match")
    if tags is not None:
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return response.etag in known or "*" in known
    since = headers.get("If-Modified-Since")
    if since is None:
        return False
    try:
        instant = parsedate_to_datetime(since)
    except ValueError:
        return False
    return response.last_modified <= _aware(instant)


def _aware(instant: datetime) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the client was faster
