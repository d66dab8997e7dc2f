"""A pool of warm worker processes for the work that costs CPU."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def _die_with_parent() -> None:
    """End this worker when its parent is killed; otherwise it would wait for work for ever."""
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, name="die-with-parent", daemon=True).start()


class Workers:
    """Runs functions in spawned processes that stay warm until the end of the ``with`` block.

    Spawned, not forked: the callers have threads. Processes, not threads: parsers and language models hold the
    interpreter lock, and a parser that crashes must not take the run with it.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool: ProcessPoolExecutor | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown(wait=error is None, cancel_futures=True)
                self._pool = None

    def run(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function in a worker and wait; function and arguments must be importable and picklable.

        A worker that dies takes the calls of its siblings with it, so each of those is tried once more, each in a
        process of its own: what kills its worker cannot take others along again.

        Raises:
            BrokenProcessPool: a worker died during this very call twice.
        """
        pool = self._current_pool()
        try:
            return pool.submit(function, *args, **kwargs).result()
        except BrokenProcessPool:
            self._drop(pool)
        with _spawned(1) as alone:
            return alone.submit(function, *args, **kwargs).result()

    def _current_pool(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = _spawned(self.count)
            return self._pool

    def _drop(self, broken: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is broken:
                broken.shutdown(wait=False, cancel_futures=True)
                self._pool = None


def _spawned(count: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, get_context("spawn"), initializer=_die_with_parent)
