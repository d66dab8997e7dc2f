"""A real HTTP server on loopback that answers as it is told, and remembers what it was asked."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread

CERTIFICATES = Path(__file__).parent / "certificates"
"""A certificate for news.example that is its own authority, valid until 2120, and its key."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An ordinary answer."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str | None = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes for the socket as they are, with a pause after each."""

    pieces: tuple[bytes, ...]
    pause: float = 0.0
    endless: bool = False
    """Whether the last piece is sent again and again until the client has gone."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the server was asked."""

    host: str
    path: str
    headers: Mapping[str, str]
    at: float
    """Seconds of the monotonic clock."""


Answer = Reply | Raw | Callable[[Request], "Reply | Raw"]


class Web:
    """Answers by host and path; a path without a host holds for every host. Unknown paths are 404."""

    def __init__(self, endpoint: str, closing: Event) -> None:
        self.endpoint = endpoint
        """Where it listens, as HOST:PORT."""
        self.closing = closing
        self._answers: dict[tuple[str | None, str], Answer] = {}
        self._requests: list[Request] = []
        self._guard = Lock()

    def put(self, path: str, answer: Answer, *, host: str | None = None) -> None:
        """Answer so from now on."""
        self._answers[host, path] = answer

    @property
    def requests(self) -> list[Request]:
        """Every request so far, in the order in which they came."""
        with self._guard:
            return list(self._requests)

    def paths(self) -> list[str]:
        """Paths of the requests."""
        return [request.path for request in self.requests]

    def answer(self, request: Request) -> Reply | Raw:
        """What to answer, and remember."""
        with self._guard:
            self._requests.append(request)
        name = request.host.rpartition(":")[0] or request.host
        found = self._answers.get((name, request.path)) or self._answers.get((None, request.path))
        if found is None:
            return Reply(b"not here", 404)
        return found if isinstance(found, Reply | Raw) else found(request)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body waits 40 ms for the client to acknowledge the headers
    web: Web

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(headers.get("host", ""), self.path, headers, time.monotonic())
        answer = self.web.answer(request)
        try:
            if isinstance(answer, Reply):
                self._reply(answer)
            else:
                self._send(answer)
        except OSError:
            self.close_connection = True

    def _reply(self, reply: Reply) -> None:
        self.send_response_only(reply.status)
        if reply.content_type is not None:
            self.send_header("Content-Type", reply.content_type)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 304:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def _send(self, raw: Raw) -> None:
        self.close_connection = True
        for piece in raw.pieces:
            self.wfile.write(piece)
            self.wfile.flush()
            self.web.closing.wait(raw.pause)
        while raw.endless and not self.web.closing.is_set():
            self.wfile.write(raw.pieces[-1])
            self.wfile.flush()
            self.web.closing.wait(raw.pause)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Nothing: the requests are remembered."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what many of the tests are about."""


@contextmanager
def serve(*, address: str = "127.0.0.1", tls: bool = False) -> Iterator[Web]:
    """A server on a free port of that loopback address."""
    closing = Event()
    handler = type("Handler", (_Handler,), {})
    server = _Server((address, 0), handler)
    web = Web(f"{address}:{server.server_address[1]}", closing)
    handler.web = web  # type: ignore[attr-defined]
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATES / "certificate.pem", CERTIFICATES / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name=f"serve {web.endpoint}")
    thread.start()
    try:
        yield web
    finally:
        closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


def closed_port() -> int:
    """A port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
