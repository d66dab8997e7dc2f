"""Cleaning in a child process: a page that hangs, eats memory or crashes its parser costs that page and no other.

One warm child works on one page after another. The kernel ends it when a page takes too much CPU time, this side when a
page takes too long or too much memory; the next page gets a new child.
"""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

from transforms.clean.records import Article, Inspection, Page, Reject, RejectReason

WATCH_SECONDS = 0.05
"""How often a child that works is looked at; most pages are done before the first look."""
START_SECONDS = 300.0
"""For a child to import everything, on a machine that is busy with other things."""
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_WARM_UP = b"<html><body><article><h1>Ferry</h1><p>The ferry came back on Monday after a week at sea.</p>"


@dataclass(frozen=True, slots=True)
class PageLimits:
    """What one page may cost: many times the tens of milliseconds, rarely half a second, that a page of news takes."""

    cpu_seconds: float = 10.0
    seconds: float = 120.0
    """By the clock, for a page that waits instead of working; far longer, since a machine may be busy."""
    memory_bytes: int = 1 << 30
    """Resident memory beyond what the warm process has before it."""


@dataclass(frozen=True, slots=True)
class _Child:
    process: SpawnProcess
    connection: Connection
    resident_bytes: int
    """Its memory when it was warm and had no page yet."""

    def end(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.join(10)


class PageCleaner:
    """Cleans pages one after another in a process of its own, which is replaced whenever a page has ended it.

    A page whose child died or took too much memory is tried once more in a new one, and the second outcome counts: it
    does not depend on the pages before, nor on somebody who killed the process once.
    """

    def __init__(self, limits: PageLimits | None = None) -> None:
        self.limits = limits or PageLimits()
        self._child: _Child | None = None

    def clean(self, page: Page) -> Article | Reject:
        """The page's article, or why it has none: ``time-limit``, ``memory-limit`` and ``crashed`` among the reasons.

        Raises:
            RuntimeError: no child can be started.
        """
        return self.inspect(page).result

    def inspect(self, page: Page) -> Inspection:
        """The same outcome with everything that was weighed for it: nothing for a page that ended at a limit.

        Raises:
            RuntimeError: no child can be started.
        """
        inspection = self._attempt(page)
        result = inspection.result
        again = self._child is None and isinstance(result, Reject) and result.reason != "time-limit"
        return self._attempt(page) if again else inspection

    def close(self) -> None:
        """End the child, if there is one."""
        if self._child is not None:
            self._child.end()
            self._child = None

    @property
    def child_process(self) -> int | None:
        """Id of the child's process, if there is one."""
        return self._child.process.pid if self._child else None

    def _attempt(self, page: Page) -> Inspection:
        """The page's outcome; there is no child afterwards if this one is not to be used again."""
        if self._child is None:
            self._child = _started(self.limits)
        inspection = _outcome(self._child, page, self.limits)
        result = inspection.result
        if isinstance(result, Reject) and (
            result.reason in {"time-limit", "memory-limit"} or not self._child.process.is_alive()
        ):
            self.close()
        return inspection


@cache
def page_cleaner() -> PageCleaner:
    """This process's cleaner, warm as long as the process lives; not for threads that clean at the same time."""
    return PageCleaner()


def _started(limits: PageLimits) -> _Child:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    # A daemon is ended at the exit of this process; if that is killed, the child reads the end of its pipe
    process = context.Process(target=_serve, args=(theirs, limits), name="clean-page", daemon=True)
    process.start()
    theirs.close()
    try:
        resident_bytes: int | None = ours.recv() if ours.poll(START_SECONDS) else None
    except (EOFError, OSError):
        resident_bytes = None
    if resident_bytes is None:
        process.kill()
        process.join(10)
        raise RuntimeError(f"the process that cleans pages did not start: {_ending(process.exitcode)}")
    return _Child(process, ours, resident_bytes)


def _outcome(child: _Child, page: Page, limits: PageLimits) -> Inspection:
    deadline = time.monotonic() + limits.seconds
    try:
        child.connection.send(page)
        while not child.connection.poll(WATCH_SECONDS):
            if time.monotonic() > deadline:
                child.end()
                return _rejected("time-limit", f"not done after {limits.seconds:g} s")
            added = _resident_bytes(child.process.pid) - child.resident_bytes
            if added > limits.memory_bytes:
                child.end()
                return _too_much_memory(limits)
        inspection = child.connection.recv()
    except (EOFError, OSError):
        child.process.join(10)
        if child.process.exitcode == -signal.SIGPROF:
            return _rejected("time-limit", f"not done after {limits.cpu_seconds:g} s of CPU time")
        return _rejected("crashed", f"the parser's process ended: {_ending(child.process.exitcode)}")
    if not isinstance(inspection, Inspection):
        raise TypeError(f"the process that cleans pages sent {type(inspection)}")
    return inspection


def _rejected(reason: RejectReason, detail: str) -> Inspection:
    return Inspection(Reject(reason, detail), None, None, ())


def _too_much_memory(limits: PageLimits) -> Inspection:
    return _rejected("memory-limit", f"more than {limits.memory_bytes / 2**20:.0f} MiB")


def _ending(exit_code: int | None) -> str:
    if exit_code is None:
        return "not at all"
    try:
        return signal.Signals(-exit_code).name if exit_code < 0 else f"exit code {exit_code}"
    except ValueError:
        return f"signal {-exit_code}"


def _serve(connection: Connection, limits: PageLimits) -> None:
    """The child: pages in, outcomes out, until the other side closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other side decides when to stop
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # ends the process even inside a parser that never comes back
    from transforms.clean.article import inspect_page

    inspect_page(Page("https://warm.example/up", "https://warm.example/up", _WARM_UP * 20, "text/html", {}))
    resident = _resident_bytes(os.getpid())
    connection.send(resident)
    while True:
        try:
            page = connection.recv()
        except (EOFError, OSError):
            return
        signal.setitimer(signal.ITIMER_PROF, limits.cpu_seconds)
        inspection = _inspected(page, inspect_page, limits)
        signal.setitimer(signal.ITIMER_PROF, 0)
        if _peak_bytes() - resident > limits.memory_bytes:
            inspection = _too_much_memory(limits)
        try:
            connection.send(inspection)
        except OSError:
            return


def _inspected(page: Page, inspect_page: Callable[[Page], Inspection], limits: PageLimits) -> Inspection:
    try:
        return inspect_page(page)
    except MemoryError:
        return _too_much_memory(limits)
    except Exception as error:  # noqa: BLE001 - a mistake that one page brings to light must not stop the others
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f" ({Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno})" if place else ""
        return _rejected("crashed", f"{type(error).__name__}: {error}"[:500] + where)


def _resident_bytes(process: int | None) -> int:
    """Memory of a process; 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * _PAGE_BYTES
    except (OSError, IndexError):
        return 0


def _peak_bytes() -> int:
    """The most memory that this process ever had; 0 where the system does not tell.

    Not ``getrusage``: its peak is that of the process this one was spawned from, where that had more.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    _, _, rest = status.partition("VmHWM:")
    return int(rest.split(None, 1)[0]) * 1024 if rest else 0
