"""A real HTTP/2 server by TLS on loopback, well-behaved or not, one thread a connection."""

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived
from h2.exceptions import ProtocolError

from tests.web.server import CERTIFICATES, Reply


class Talk:
    """One connection of the server, with frames as h2 makes them or as nobody should."""

    def __init__(self, wire: ssl.SSLSocket, closing: Event) -> None:
        self.wire = wire
        self.closing = closing
        self.state = H2Connection(H2Configuration(client_side=False))
        self.ended = False

    def hang_up(self) -> None:
        """Close the connection without a word more."""
        self.ended = True

    def flush(self) -> None:
        """Send what h2 has ready."""
        self.send(self.state.data_to_send())

    def send(self, data: bytes) -> None:
        """Bytes as they are."""
        if data:
            self.wire.sendall(data)

    def repeat(self, data: bytes, *, pause: float = 0.0) -> None:
        """The same bytes until the client has gone."""
        while not self.closing.is_set():
            self.send(data)
            self.closing.wait(pause)

    def head(self, stream: int, headers: Mapping[str, str] | None = None, *, status: int = 200) -> None:
        """Status and headers of an answer whose body may follow."""
        given = {"content-type": "text/html", **(headers or {})}
        self.state.send_headers(stream, [(":status", str(status)), *given.items()])
        self.flush()

    def data(self, stream: int, body: bytes, *, last: bool = False) -> None:
        """Part of a body, as much of it as the client's windows allow."""
        for start in range(0, max(1, len(body)), 16_000):
            piece = body[start : start + 16_000]
            self.state.send_data(stream, piece, end_stream=last and start + len(piece) == len(body))
            self.flush()

    def reply(self, stream: int, reply: Reply) -> None:
        """An ordinary answer."""
        self.head(stream, {"content-length": str(len(reply.body)), **reply.headers}, status=reply.status)
        self.data(stream, reply.body, last=True)


Behaviour = Callable[[Talk, int], None]
"""Answers the request on that stream."""


@dataclass(slots=True)
class Http2Web:
    """Answers by path; unknown paths are 404."""

    endpoint: str
    """Where it listens, as HOST:PORT."""
    closing: Event
    connections: int = 0
    """How many there were so far."""
    paths: list[str] = field(default_factory=list)
    """Of the requests, in the order in which they came."""
    headers: list[dict[str, str]] = field(default_factory=list)
    left: Event = field(default_factory=Event)
    """Set when the server has ended a connection."""
    _behaviours: dict[str, Behaviour] = field(default_factory=dict)
    _guard: Lock = field(default_factory=Lock)

    def put(self, path: str, answer: Reply | Behaviour) -> None:
        """Answer so from now on."""
        if isinstance(answer, Reply):
            reply = answer
            self._behaviours[path] = lambda talk, stream: talk.reply(stream, reply)
        else:
            self._behaviours[path] = answer

    def serve_connection(self, wire: ssl.SSLSocket) -> None:
        """Talk until the client has gone."""
        with self._guard:
            self.connections += 1
        talk = Talk(wire, self.closing)
        with wire, suppress(OSError, ProtocolError):
            talk.state.initiate_connection()
            talk.flush()
            while not talk.ended and (data := wire.recv(65536)):
                for event in talk.state.receive_data(data):
                    if isinstance(event, RequestReceived):
                        self._answer(talk, event)
                talk.flush()
        self.left.set()

    def _answer(self, talk: Talk, event: RequestReceived) -> None:
        headers = {name.decode(): value.decode() for name, value in event.headers}
        path = headers[":path"]
        with self._guard:
            self.paths.append(path)
            self.headers.append(headers)
        behaviour = self._behaviours.get(path)
        if behaviour is None:
            talk.reply(event.stream_id, Reply(b"not here", 404))
        else:
            behaviour(talk, event.stream_id)


@contextmanager
def serve_http2() -> Iterator[Http2Web]:
    """A server for news.example on a free port of loopback."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "certificate.pem", CERTIFICATES / "key.pem")
    context.set_alpn_protocols(["h2"])
    closing = Event()
    wires: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        web = Http2Web(f"127.0.0.1:{listener.getsockname()[1]}", closing)

        def talk(plain: socket.socket) -> None:
            with plain, suppress(OSError):
                web.serve_connection(context.wrap_socket(plain, server_side=True))

        def accept() -> None:
            with suppress(OSError):
                while not closing.is_set():
                    plain, _ = listener.accept()
                    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    wires.append(plain)
                    Thread(target=talk, args=(plain,), name=f"talk {web.endpoint}", daemon=True).start()

        accepting = Thread(target=accept, name=f"serve {web.endpoint}", daemon=True)
        accepting.start()
        try:
            yield web
        finally:
            closing.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            accepting.join()
