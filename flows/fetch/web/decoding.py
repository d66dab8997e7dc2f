"""Decompression that never makes more than it was allowed to."""

import zlib
from collections.abc import Callable, Sequence

import brotli  # type: ignore[import-untyped]
import zstandard

from flows.fetch.results import Failure

ACCEPT_ENCODING = "gzip, deflate, br, zstd"
MAX_ENCODINGS = 3
"""Encodings on top of each other; honest servers use one."""
MAX_MEMBERS = 1000
"""Members of a gzip stream or frames of a zstd stream; each one costs memory and time, even an empty one."""
ZSTD_WINDOW_LOG = 23
"""Largest window of a zstd frame, as a power of two: 8 MiB, what RFC 9659 allows in HTTP."""
_STEP = 256 * 1024
_ZLIB_PIECE = 16 * 1024
_ZSTD_PIECE = 256
"""Bytes of zstd unpacked at once: its reader takes no output limit, and a block of 4 bytes can stand for 128 KiB."""


class _TooLarge(Exception):  # noqa: N818 - never leaves this module
    pass


class _Damaged(Exception):  # noqa: N818 - never leaves this module
    pass


def decode(body: bytes, encodings: Sequence[str], limit: int) -> bytes | Failure:
    """The body without its content encodings, in the order in which they were applied.

    Returns:
        The plain bytes; or a failure ``too-large`` where they are more than ``limit``, or ``protocol`` where the
        encoding is damaged, cut off or not known.
    """
    wanted = [name for name in (encoding.strip().lower() for encoding in encodings) if name not in {"", "identity"}]
    if len(wanted) > MAX_ENCODINGS:
        return Failure("protocol", f"{len(wanted)} content encodings on top of each other")
    for name in reversed(wanted):
        decoder = _DECODERS.get(name)
        if decoder is None:
            return Failure("protocol", f"the content encoding {name[:40]!r} was not asked for")
        if not body:
            return body
        try:
            body = decoder(body, limit)
        except _TooLarge:
            return Failure("too-large", f"more than {limit} bytes after decompression")
        except _Damaged as error:
            return Failure("protocol", f"damaged {name} content: {error}", retryable=True)
    return body


def _inflate(body: bytes, limit: int, window_bits: int) -> bytes:
    """The members of the stream one after the other; what follows the last one and is no member is let go."""
    plain = bytearray()
    view = memoryview(body)
    offset = 0
    for _ in range(MAX_MEMBERS):
        unpacker = zlib.decompressobj(window_bits)
        before = len(plain)
        tail = b""
        while not unpacker.eof:
            piece = tail or view[offset : offset + _ZLIB_PIECE]
            if not piece:
                raise _Damaged("it ends too early")
            try:
                plain += unpacker.decompress(piece, _STEP)
            except zlib.error as error:
                if 0 < before == len(plain):
                    return bytes(plain)
                raise _Damaged(str(error)) from error
            if len(plain) > limit:
                raise _TooLarge
            offset += 0 if tail else len(piece)
            tail = unpacker.unconsumed_tail
        offset -= len(unpacker.unused_data)
        if offset >= len(body) or window_bits <= zlib.MAX_WBITS:
            return bytes(plain)
    raise _Damaged(f"more than {MAX_MEMBERS} members")


def _gunzip(body: bytes, limit: int) -> bytes:
    return _inflate(body, limit, zlib.MAX_WBITS | 16)


def _deflate(body: bytes, limit: int) -> bytes:
    """RFC 9110 means zlib's format by deflate; some servers send the raw one."""
    try:
        return _inflate(body, limit, zlib.MAX_WBITS)
    except _Damaged:
        return _inflate(body, limit, -zlib.MAX_WBITS)


def _brotli(body: bytes, limit: int) -> bytes:
    unpacker = brotli.Decompressor()
    plain = bytearray()
    data = body
    while not unpacker.is_finished():
        try:
            piece = unpacker.process(data, output_buffer_limit=_STEP)
        except brotli.error as error:
            raise _Damaged(str(error)) from error
        plain += piece
        if len(plain) > limit:
            raise _TooLarge
        if not piece and not unpacker.is_finished():
            raise _Damaged("it ends too early")
        data = b""
    return bytes(plain)


def _zstd(body: bytes, limit: int) -> bytes:
    plain = bytearray()
    view = memoryview(body)
    offset = 0
    for _ in range(MAX_MEMBERS):
        unpacker = zstandard.ZstdDecompressor(max_window_size=1 << ZSTD_WINDOW_LOG).decompressobj()
        while not unpacker.eof:
            piece = view[offset : offset + _ZSTD_PIECE]
            if not piece:
                raise _Damaged("it ends too early")
            try:
                plain += unpacker.decompress(piece)
            except zstandard.ZstdError as error:
                raise _Damaged(str(error)) from error
            if len(plain) > limit:
                raise _TooLarge
            offset += len(piece)
        offset -= len(unpacker.unused_data)
        if offset >= len(body):
            return bytes(plain)
    raise _Damaged(f"more than {MAX_MEMBERS} frames")


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
