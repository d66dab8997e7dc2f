"""When each host was asked last, kept in files, so that processes side by side and after a kill keep its pauses."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from transforms.identity import stable_id

_NANOSECONDS = 1_000_000_000


class _Turn:
    """A host's file, locked."""

    def __init__(self, descriptor: int, now: Callable[[], float]) -> None:
        self._descriptor = descriptor
        self._now = now

    def idle_seconds(self) -> float:
        """Seconds since the host was asked last; infinite where it never was, and 0 where the clock was set back."""
        asked = os.fstat(self._descriptor).st_mtime_ns
        return float("inf") if asked == 0 else max(0.0, self._now() - asked / _NANOSECONDS)

    def held_seconds(self) -> float:
        """Seconds for which the host is still to be left alone."""
        return max(0.0, os.fstat(self._descriptor).st_atime_ns / _NANOSECONDS - self._now())

    def asked(self) -> None:
        """Note that the host is asked now, or has been until now."""
        held_until = os.fstat(self._descriptor).st_atime_ns
        os.utime(self._descriptor, ns=(held_until, int(self._now() * _NANOSECONDS)))


class HostFiles:
    """One file a host: its lock is the host's turn, its modification time the last request.

    Its access time, which no reading moves as nobody reads it, is the moment until which the host is left alone. A
    request that was killed counts from its beginning. The files stay, as removing a lock file lets two holders in;
    local file systems only.

    Args:
        folder: Where they lie; created when needed.
        now: Seconds since 1970, of a clock that all processes share.
    """

    def __init__(self, folder: Path, *, now: Callable[[], float]) -> None:
        self._folder = folder
        self._now = now

    @contextmanager
    def alone(self, host: str) -> Iterator[_Turn]:
        """Hold the host's turn among processes inside the ``with`` block."""
        with self._opened(host) as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield _Turn(descriptor, self._now)

    def hold(self, host: str, seconds: float) -> None:
        """Leave the host alone for that long from now, whichever process may ask."""
        with self._opened(host) as descriptor:
            state = os.fstat(descriptor)
            until = max(state.st_atime_ns, int((self._now() + seconds) * _NANOSECONDS))
            os.utime(descriptor, ns=(until, state.st_mtime_ns))

    def held(self, host: str) -> float:
        """Seconds for which the host is still to be left alone."""
        with self._opened(host) as descriptor:
            return _Turn(descriptor, self._now).held_seconds()

    @contextmanager
    def _opened(self, host: str) -> Iterator[int]:
        descriptor = self._open(self._folder / stable_id("host", host))
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    @staticmethod
    def _open(path: Path) -> int:
        try:
            return os.open(path, os.O_RDWR)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if os.fstat(descriptor).st_size == 0:
                # New, be it ours or another's who came first: never asked, rather than asked at its creation.
                os.write(descriptor, b"\n")
                os.utime(descriptor, ns=(0, 0))
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            return descriptor
