"""A lock between processes that the operating system lets go when its holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Locked(Exception):  # noqa: N818 - the state is the name
    """Somebody else holds the lock, and the caller did not want to wait."""

    def __init__(self, path: Path, pid: int | None) -> None:
        holder = f"process {pid}" if pid is not None else "another process"
        super().__init__(f"{path.name} is held by {holder}")
        self.path = path
        self.pid = pid
        """Process id of the holder; None where it has not written it yet."""


@contextmanager
def exclusive(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock of that name inside the ``with`` block, alone among processes and threads.

    The file is created with its folders and stays: a lock file that is removed lets two holders in. Not reentrant:
    a thread that takes a lock it holds waits for ever. Local file systems only.

    Raises:
        Locked: ``wait`` is false and another holder has it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise Locked(path, _written_pid(descriptor)) from None
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        try:
            yield
        finally:
            os.truncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _written_pid(descriptor: int) -> int | None:
    written = os.pread(descriptor, 32, 0)
    return int(written) if written.isdigit() else None
