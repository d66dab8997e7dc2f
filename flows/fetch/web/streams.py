"""Archives of any size, read as they come: a file of which the rest is still on its way."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from flows.fetch.results import Failure
from flows.fetch.web.answers import SOFT, status_problem

_CONTENT_RANGE = re.compile(r"bytes (?:(\d{1,18})-\d{1,18}|\*)/(?:(\d{1,18})|\*)", re.ASCII)
_NO_ENCODING = frozenset({"", "identity"})
_GZIP = frozenset({"gzip", "x-gzip"})


class StreamBroken(OSError):  # noqa: N818 - what happened, as BrokenPipeError says it
    """The stream ended before the document did."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"{failure.kind}: {failure.detail}")
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Share:
    """What a server sends of a document, of which the bytes from some position on were wanted."""

    skipped: int
    """Bytes before that position, which come as well."""
    total_size: int | None
    """Bytes of the whole document; None where the server does not say."""
    size: int | None
    """Bytes from the position on."""
    etag: str | None
    """Version of the document, as its server names it."""


def offered_share(
    status: int, headers: Mapping[str, str], start: int, *, now: datetime, file_name: str
) -> Share | Failure:
    """What an answer to a request for the bytes from ``start`` on brings (RFC 9110, 14 and 15.5.17).

    Args:
        status: Of the answer; no redirect.
        headers: By lower-case name.
        start: Position asked for, by a Range if it is not 0.
        now: For a Retry-After that names a date.
        file_name: End of the URL's path. Some servers name the compression of a ``.gz`` file as a content encoding.
    """
    encoding = headers.get("content-encoding", "").strip().lower()
    first: int | None = 0
    if status == 206 or (status == 416 and start):
        found = _CONTENT_RANGE.fullmatch(headers.get("content-range", "").strip())
        total = int(found[2]) if found is not None and found[2] is not None else None
        first = int(found[1]) if found is not None and found[1] is not None else None
        if status == 416 and total == start:
            return Share(0, total, 0, headers.get("etag"))
    else:
        length = headers.get("content-length", "")
        total = int(length[:18]) if length.isascii() and length.isdigit() else None
    problem = None if status == 206 else status_problem(status, headers, now)
    if problem is None and status == 206 and (not start or first != start):
        problem = Failure("protocol", f"bytes from {start} on were wanted, others came", status=status)
    if problem is None and not (encoding in _NO_ENCODING or (encoding in _GZIP and file_name.endswith(".gz"))):
        problem = Failure("protocol", f"the content encoding {encoding[:40]!r} was not asked for", status=status)
    if problem is None and total is not None and total < start:
        problem = Failure("protocol", f"{total} bytes, and those from {start} on were wanted", status=status)
    size = None if total is None else total - start
    skipped = 0 if status == 206 or size == 0 else start
    return problem or Share(skipped, total, size, headers.get("etag"))


class ByteStream:
    """The body of an answer from some position on, as sent; for one thread at a time.

    It breaks off where more bytes come than are allowed, or where a server is too slow: it must send, on an average
    over the time that readers spend waiting, the lowest number of bytes a second. What a reader does between reads
    costs nothing.

    Args:
        chunks: The body as it comes; raises ``StreamBroken`` where it breaks off.
        share: What the body is of the document.
        max_bytes: Most bytes to hand on.
        lowest_bytes_per_second: Least speed.
        throughput_seconds: Time of waiting over which the speed is averaged.
        now: Seconds of a clock that never goes back.
    """

    def __init__(
        self,
        chunks: Iterator[bytes],
        share: Share,
        *,
        max_bytes: int,
        lowest_bytes_per_second: int,
        throughput_seconds: float,
        now: Callable[[], float],
    ) -> None:
        self.etag = share.etag
        """Version of the document, as its server names it."""
        self.total_size = share.total_size
        """Bytes of the whole document; None where the server does not say."""
        self._to_skip = share.skipped
        self._chunks = chunks
        self._allowed = max_bytes
        self._lowest = lowest_bytes_per_second
        self._span = throughput_seconds
        self._now = now
        self._ready = b""
        self._position = 0
        """Of the next byte in ``_ready``."""
        self._waited = 0.0
        self._received = 0
        self._ended = False
        self._problem: StreamBroken | None = None

    def read(self, size: int) -> bytes:
        """That many bytes, fewer only at the end; none behind it.

        Raises:
            StreamBroken: the stream broke off. What came before was handed on by earlier calls.
        """
        if size <= 0:
            raise ValueError("a stream is read by a positive number of bytes")
        found = bytearray()
        while len(found) < size and self._fill():
            taken = self._ready[self._position : self._position + size - len(found)]
            self._position += len(taken)
            found += taken
        if self._problem is not None and not found:
            raise self._problem
        return bytes(found)

    def _fill(self) -> bool:
        """Whether there is a byte to hand on; waits for one."""
        while self._position >= len(self._ready) and not self._ended:
            try:
                chunk = self._next()
            except StreamBroken as broken:
                self._ended, self._problem = True, broken
                return False
            if chunk is None:
                self._ended = True
                return False
            skipped = min(self._to_skip, len(chunk))
            self._to_skip -= skipped
            self._ready, self._position = chunk[skipped : skipped + self._allowed], 0
            if len(chunk) - skipped > self._allowed:
                self._ended = True
                self._problem = StreamBroken(Failure("too-large", "more bytes than are allowed", SOFT["too-large"]))
            self._allowed -= len(self._ready)
        return self._position < len(self._ready)

    def _next(self) -> bytes | None:
        began = self._now()
        chunk = next(self._chunks, None)
        self._waited += self._now() - began
        if chunk is None:
            if self._to_skip:
                raise StreamBroken(Failure("protocol", f"it ends {self._to_skip} bytes before where to go on"))
            return None
        self._received += len(chunk)
        if self._waited >= self._span:
            if self._received < self._lowest * self._waited:
                detail = f"{self._received} bytes in {self._waited:.0f} s, fewer than {self._lowest} a second"
                raise StreamBroken(Failure("timeout", detail, SOFT["timeout"]))
            self._waited, self._received = 0.0, 0
        return chunk
