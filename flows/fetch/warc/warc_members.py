"""Where records of a WARC file begin and end, found without trusting anything but the bytes themselves.

A WARC file is a row of records, plain or, as the standard recommends, each in a gzip member of its own
(ISO 28500:2017, annex D). Then an offset in the packed file is one from which reading can start. Some files are packed
as one member after all; their offsets are counted in the unpacked bytes, and everything before them is unpacked again.
"""

import re
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from flows.fetch.results import Failure

Packing = Literal["plain", "members", "one-member"]

LARGEST_RECORD = 1024**3
"""Bytes of a record, unpacked; crawlers stop far below."""
LARGEST_FILE = 64 * LARGEST_RECORD
"""Bytes of a file's records, unpacked: a bound on time, as gzip makes a thousand bytes of one."""
LONGEST_HEAD = 32 * 1024
"""Bytes of a record's own headers; FastWARC takes no more either."""
CANDIDATES = 100_000
"""Beginnings of a record that are looked into in one search."""
_GZIP = b"\x1f\x8b\x08"
_OTHER_PACKINGS = {b"\x28\xb5\x2f\xfd": "zstd", b"\x04\x22\x4d\x18": "lz4", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}
_PIECE = 64 * 1024
_STEP = 256 * 1024
_BETWEEN = 8
"""Bytes behind a record, which should be two ends of line."""
_PROBE = 4096
"""Packed bytes in which the first ones of a record must show."""
_MEMBER = re.compile(rb"\x1f\x8b\x08[\x00-\x1f]")
_VERSION = re.compile(rb"WARC/[01]\.[0-9]{1,3}\r?\n")
_LINE_WITH_VERSION = re.compile(rb"\nWARC/[01]\.[0-9]{1,3}\r?\n")
_LONGEST_MATCH = 16
"""More than the bytes of a match of these."""
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(rb"\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*\r?\n", re.IGNORECASE)


class ArchiveStream(Protocol):
    """Bytes from some offset of a file on."""

    def read(self, size: int, /) -> bytes | Failure:
        """Up to that many bytes; none at the end, a failure where it breaks off."""
        ...


class OpensAt(Protocol):
    """A file that can be opened anywhere."""

    def __call__(self, offset: int, /) -> AbstractContextManager[ArchiveStream | Failure]:
        """The bytes from that offset on; none where it lies behind the end."""
        ...


class Ahead:
    """A stream that is looked into before its bytes are taken.

    Args:
        stream: Its bytes.
        offset: Where in the file they begin.
    """

    def __init__(self, stream: ArchiveStream, offset: int) -> None:
        self._stream = stream
        self._held = bytearray()
        self.offset = offset
        self.failure: Failure | None = None
        self._ended = False

    def fill(self, size: int) -> bytearray:
        """What lies ahead: at least that many bytes, fewer only at the end."""
        while len(self._held) < size and not self._ended:
            piece = self._stream.read(_PIECE)
            if isinstance(piece, Failure):
                self.failure = piece
            elif piece:
                self._held += piece
                continue
            self._ended = True
        return self._held

    def skip(self, size: int) -> None:
        """Take bytes that were looked at."""
        del self._held[:size]
        self.offset += size

    def skip_blanks(self) -> None:
        """Take what may stand between records without meaning anything."""
        while held := self.fill(1):
            rest = held.lstrip(b"\r\n \0")
            self.skip(len(held) - len(rest))
            if rest:
                return

    @property
    def at_end(self) -> bool:
        """Whether nothing follows."""
        return not self.fill(1)


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a record reaches."""

    end: int
    sound: bool
    """Whether its stated length is that of its bytes."""


def packing_of(ahead: Ahead) -> Packing | Failure:
    """How the file is packed, by its first bytes."""
    start = bytes(ahead.fill(8)[:8])
    for magic, name in _OTHER_PACKINGS.items():
        if start.startswith(magic):
            return Failure("wrong-type", f"WARC files packed by {name} are not read")
    if not start.startswith(_GZIP):
        return "plain"
    first = _Member()
    for _ in first.unpacked(ahead):
        # Another record in the same member: so are, by all appearance, all the others.
        if first.surplus > _BETWEEN:
            return "one-member"
    return "members"


def extent_of(ahead: Ahead, packing: Packing) -> Extent | None:
    """The extent of the record that begins there; None where it is broken. The stream is left behind it."""
    if packing != "members":
        return _plain_extent(ahead)
    member = _Member()
    for _ in member.unpacked(ahead):
        pass
    if not member.complete:
        return None
    return Extent(ahead.offset, sound=member.head_read and 0 <= member.surplus <= _BETWEEN)


def find_record(ahead: Ahead, packing: Packing) -> int | None:
    """Offset of the next beginning of a record, in one pass; None where none is found, mostly as the file ends.

    Within a damaged stretch of a plain file, text that looks like a record is taken for one, even if it is part of a
    page: nothing tells them apart.
    """
    if packing != "members" and _VERSION.match(ahead.fill(_PROBE)):
        return ahead.offset
    pattern, line_end = (_MEMBER, 0) if packing == "members" else (_LINE_WITH_VERSION, 1)
    for _ in range(CANDIDATES):
        while (found := pattern.search(ahead.fill(_PIECE))) is None:
            size = len(ahead.fill(0))
            if size < _PIECE:
                ahead.skip(size)
                return None
            ahead.skip(size - _LONGEST_MATCH)
        ahead.skip(found.start() + line_end)
        if packing != "members" or _begins_record(bytes(ahead.fill(_PROBE)[:_PROBE])):
            return ahead.offset
        ahead.skip(1)
    return None


def _begins_record(packed: bytes) -> bool:
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(packed, 16).startswith(b"WARC/")
    except zlib.error:
        return False


def _plain_extent(ahead: Ahead) -> Extent | None:
    start = bytes(ahead.fill(LONGEST_HEAD)[:LONGEST_HEAD])
    head = _HEAD_END.search(start)
    if head is None:
        return None
    length = _LENGTH.search(start, 0, head.end())
    if length is None or int(length[1]) > LARGEST_RECORD:
        return None
    ahead.skip(head.end())
    left = int(length[1])
    while left:
        some = min(left, len(ahead.fill(_PIECE)))
        if not some:
            return None
        ahead.skip(some)
        left -= some
    gap = bytes(ahead.fill(4)[:4])
    if gap and not gap.startswith((b"\r\n", b"\n")):
        return None
    ahead.skip(len(gap) - len(gap.lstrip(b"\r\n")))
    return Extent(ahead.offset, sound=True)


class _Member:
    """A gzip member being unpacked, and the record that it begins with."""

    def __init__(self) -> None:
        self.complete = False
        """Whether it was unpacked to its end, and its checksum fits."""
        self.head_read = False
        self.surplus = 0
        """Unpacked bytes beyond the stated length of the record; negative where some are missing."""
        self._head = bytearray()
        self._size = 0

    def unpacked(self, ahead: Ahead) -> Iterator[bytes]:
        """Its bytes piece by piece, as they are taken from the stream; nothing more where they are damaged."""
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        while not unpacker.eof:
            packed = bytes(ahead.fill(1)[:_PIECE])
            try:
                plain = unpacker.decompress(packed, _STEP)
            except zlib.error:
                return
            ahead.skip(len(packed) - _left_over(unpacker))
            if (not packed and not plain) or self._size > LARGEST_RECORD + LONGEST_HEAD:
                return
            self._count(plain)
            yield plain
        self.complete = True

    def _count(self, plain: bytes) -> None:
        self._size += len(plain)
        if self.head_read:
            self.surplus += len(plain)
            return
        self._head += plain[: LONGEST_HEAD - len(self._head)]
        end = _HEAD_END.search(self._head)
        length = _LENGTH.search(self._head, 0, end.end()) if end else None
        if end is not None and length is not None and self._head.startswith(b"WARC/"):
            self.head_read = True
            self.surplus = self._size - end.end() - int(length[1])


def _left_over(unpacker: "zlib._Decompress") -> int:
    """Bytes that were given and not taken; behind the end of a member zlib may keep them as its input as well."""
    return len(unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail)


class UnpackedAt:
    """A file packed as one member, opened at an offset of its unpacked bytes. They end where it is damaged."""

    def __init__(self, open_at: OpensAt) -> None:
        self._open_at = open_at
        self.broken = False
        """Whether they were last seen to end before the file does, or in the middle of a member."""
        self.reached = 0
        """Where they were last seen to end."""

    @contextmanager
    def __call__(self, offset: int, /) -> Iterator[ArchiveStream | Failure]:
        """Unpack from the beginning, and let go what lies before the offset."""
        with self._open_at(0) as packed:
            if isinstance(packed, Failure):
                yield packed
                return
            stream = _Pieces(self._unpacked(Ahead(packed, 0)))
            left = offset
            while left and (piece := stream.read(min(left, _STEP))):
                if isinstance(piece, Failure):
                    yield piece
                    return
                left -= len(piece)
            yield stream

    def _unpacked(self, packed: Ahead) -> Iterator[bytes | Failure]:
        self.broken, self.reached = True, 0
        while not packed.at_end:
            unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
            while not unpacker.eof:
                some = bytes(packed.fill(1)[:_PIECE])
                try:
                    plain = unpacker.decompress(some, _STEP)
                except zlib.error:
                    return
                packed.skip(len(some) - _left_over(unpacker))
                self.reached += len(plain)
                if self.reached > LARGEST_FILE or not (some or plain):
                    if packed.failure is not None:
                        yield packed.failure
                    return
                if plain:
                    yield plain
        if packed.failure is not None:
            yield packed.failure
        self.broken = False


class _Pieces:
    """Pieces of any size as a stream."""

    def __init__(self, pieces: Iterator[bytes | Failure]) -> None:
        self._pieces = pieces
        self._held = b""

    def read(self, size: int) -> bytes | Failure:
        if not self._held:
            piece = next(self._pieces, b"")
            if isinstance(piece, Failure):
                return piece
            self._held = piece
        some, self._held = self._held[:size], self._held[size:]
        return some
