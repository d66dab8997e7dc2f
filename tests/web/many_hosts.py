"""Many real hosts on loopback addresses of their own, in one process, which note when each of them is asked.

python -m tests.web.many_hosts HOSTS PAGES LOG   prints the port once all of them listen
"""

import asyncio
import random
import sys
import time
from pathlib import Path

SLOW_SECONDS = 0.2
"""What the first host takes for an answer."""
DYING_AFTER = 40
"""Requests after which the second host answers no more."""


def address_of(number: int) -> str:
    """Loopback address of a host, from 0."""
    return f"127.0.{1 + number // 200}.{1 + number % 200}"


class Hosts:
    """The hosts, and the log of who was asked for what and when."""

    def __init__(self, hosts: int, pages: int, log: Path) -> None:
        self._hosts = hosts
        self._pages = pages
        self._log = log.open("w", encoding="utf-8", buffering=1)
        self._asked = [0] * hosts

    async def serve(self) -> None:
        """Listen on one free port of all addresses until the process is ended."""
        first = await asyncio.start_server(self._handler(0), address_of(0), 0)
        port = first.sockets[0].getsockname()[1]
        others = [
            await asyncio.start_server(self._handler(number), address_of(number), port)
            for number in range(1, self._hosts)
        ]
        print(port, flush=True)
        await asyncio.gather(*(server.serve_forever() for server in [first, *others]))

    def _handler(self, number: int):  # type: ignore[no-untyped-def]  # noqa: ANN202 - asyncio's own callback type
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while head := await reader.readuntil(b"\r\n\r\n"):
                    await self._answer(number, head.split(b" ", 2)[1].decode("ascii"), writer)
            except (asyncio.IncompleteReadError, ConnectionError):
                pass
            finally:
                writer.close()

        return handle

    async def _answer(self, number: int, path: str, writer: asyncio.StreamWriter) -> None:
        started = time.monotonic()
        self._asked[number] += 1
        if number == 1 and self._asked[number] > DYING_AFTER:
            self._note(number, path, started)
            raise ConnectionResetError
        if number == 0:
            await asyncio.sleep(SLOW_SECONDS)
        status, body = self._page(number, path)
        head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        # Noted before anybody else has a turn in this loop: it is the socket's now.
        self._note(number, path, started)
        await writer.drain()

    def _page(self, number: int, path: str) -> tuple[str, bytes]:
        page = path.removeprefix("/page/")
        if not page.isdigit() or int(page) >= self._pages:
            return "404 Not Found", b"not here"
        words = random.Random(f"{number} {page}")
        text = " ".join(f"word{words.randrange(10_000)}" for _ in range(words.randrange(500, 3000)))
        return "200 OK", f"<html><body><p>{text}</p></body></html>".encode()

    def _note(self, number: int, path: str, started: float) -> None:
        self._log.write(f"{number} {started:.6f} {time.monotonic():.6f} {path}\n")


if __name__ == "__main__":
    hosts, pages, log = sys.argv[1:]
    asyncio.run(Hosts(int(hosts), int(pages), Path(log)).serve())
