"""Lines of a local file, packed or not, one at a time and within bounds."""

import gzip
import io
import os
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from flows.fetch.results import Failure

MOST_BYTES = 64 * 1024**3
"""Of one file, unpacked: a bound on time, as nobody brings as much in one file on purpose."""
_GZIP = b"\x1f\x8b"
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end."""

    number: int
    """From 1."""
    content: bytes


@dataclass(frozen=True, slots=True)
class LineProblem:
    """Why a line, or everything from it on, cannot be read."""

    line: int
    detail: str
    final: bool = False
    """Whether nothing after it can be read either."""


def open_file(path: Path) -> BinaryIO | Failure:
    """The file for reading, if it is an ordinary one; links are followed."""
    try:
        # Without O_NONBLOCK, opening a pipe waits for somebody to write into it.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            return Failure("file", f"{path} is no file")
        return os.fdopen(descriptor, "rb")
    except OSError as error:
        return Failure("file", f"{path} cannot be read: {error.strerror or error}")


def byte_lines(stream: BinaryIO, *, longest: int, most: int = MOST_BYTES) -> Iterator[Line | LineProblem]:
    r"""The lines of a stream, by ``\n`` or ``\r\n``; a stream packed by gzip is unpacked.

    Args:
        stream: Binary, at its beginning.
        longest: Bytes that a line may have; a longer one is a problem, and the next one is read.
        most: Bytes that the whole may have, unpacked; then the last thing is a problem that says so.
    """
    number, read = 0, 0
    buffered = io.BufferedReader(stream, _PIECE) if isinstance(stream, io.RawIOBase) else stream
    try:
        lines = _unpacked(buffered)
        while content := lines.readline(longest + 2):
            number += 1
            read += len(content)
            if content.endswith(b"\n") or len(content) < longest + 2:
                content = content.removesuffix(b"\n").removesuffix(b"\r")
                too_long = len(content) > longest
            else:
                too_long = True
                while (rest := lines.readline(_PIECE)) and read <= most:
                    read += len(rest)
                    if rest.endswith(b"\n"):
                        break
            if read > most:
                yield LineProblem(number, f"more than {most} bytes come before its end", final=True)
                return
            yield LineProblem(number, f"longer than {longest} bytes") if too_long else Line(number, content)
    except (OSError, EOFError, zlib.error) as error:
        yield LineProblem(number + 1, f"the file cannot be read further: {error}", final=True)


def _unpacked(stream: BinaryIO) -> BinaryIO:
    start = stream.read(len(_GZIP))
    whole = io.BufferedReader(_Joined(start, stream), _PIECE)
    return gzip.GzipFile(fileobj=whole, mode="rb") if start == _GZIP else whole  # type: ignore[return-value]


class _Joined(io.RawIOBase):
    """A stream of which the first bytes were read already."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        self._start = start
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        content = self._start or self._rest.read(len(buffer))
        self._start = b""
        buffer[: len(content)] = content
        return len(content)
