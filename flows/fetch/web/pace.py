"""One request to a host at a time, and a pause after each: among threads, and among processes that share a folder."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock

from flows.fetch.web.host_files import HostFiles

LARGEST_JITTER = 0.25
"""Share of a pause by which it may be longer: machines that ask in step hit a site together."""


class HostHeld(Exception):  # noqa: N818 - a state, told to the one who asked for a turn
    """The host wants to be left alone for longer than the caller can wait."""

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(f"{host} wants to be left alone for {seconds:.0f} s")
        self.seconds = seconds


@dataclass(slots=True)
class _Host:
    turn: Lock = field(default_factory=Lock)
    last_end: float | None = None
    held_until: float | None = None


class Pace:
    """Whose turn it is at which host; safe in many threads, so that sources on one host share it.

    Args:
        now: Seconds of a clock that never goes back.
        sleep: Waits that many seconds.
        jitter: Share of a pause to add to it, drawn anew for each; never below 0.
        host_files: What other processes, and those that were killed, did at each host.
    """

    def __init__(
        self,
        *,
        now: Callable[[], float],
        sleep: Callable[[float], None],
        jitter: Callable[[], float] = lambda: 0.0,
        host_files: HostFiles | None = None,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._jitter = jitter
        self._host_files = host_files
        self._hosts: dict[str, _Host] = {}
        self._guard = Lock()

    @contextmanager
    def turn(self, host: str, delay: float, *, longest_hold: float = float("inf")) -> Iterator[None]:
        """Wait for the host's turn, and keep everybody else from it inside the ``with`` block.

        Args:
            host: Name as in the URL, in lower case.
            delay: Seconds from the end of the last request to the host to the start of this one, at least.
            longest_hold: Seconds for which a hold is waited out.

        Raises:
            HostHeld: the host is held for longer; nobody waits for that with the host's turn in hand.
        """
        state = self._host(host)
        pause = delay * (1 + self._jitter())
        files = self._host_files
        with state.turn, nullcontext(None) if files is None else files.alone(host) as elsewhere:
            held = max(
                0.0 if elsewhere is None else elsewhere.held_seconds(),
                0.0 if state.held_until is None else state.held_until - self._now(),
            )
            if held > longest_hold:
                raise HostHeld(host, held)
            idle = 0.0 if elsewhere is None else pause - elsewhere.idle_seconds()
            since_last = 0.0 if state.last_end is None else state.last_end + pause - self._now()
            if (wait := max(held, idle, since_last)) > 0:
                self._sleep(wait)
            if elsewhere is not None:
                elsewhere.asked()
            try:
                yield
            finally:
                state.last_end = self._now()
                if elsewhere is not None:
                    elsewhere.asked()

    def hold(self, host: str, seconds: float) -> None:
        """Leave the host alone for that long from now."""
        state = self._host(host)
        until = self._now() + seconds
        state.held_until = max(until, state.held_until or until)
        if self._host_files is not None:
            self._host_files.hold(host, seconds)

    def held(self, host: str) -> float:
        """Seconds until the host may be asked again, as far as ``hold`` has a say in it."""
        until = self._host(host).held_until
        elsewhere = 0.0 if self._host_files is None else self._host_files.held(host)
        return max(elsewhere, 0.0 if until is None else until - self._now())

    def ready_in(self, host: str, delay: float) -> float:
        """Seconds until the host's turn may come, as far as this process can tell."""
        state = self._host(host)
        ends = [0.0] if state.last_end is None else [0.0, state.last_end + delay - self._now()]
        return max(*ends, 0.0 if state.held_until is None else state.held_until - self._now())

    def now(self) -> float:
        """Seconds of the clock that it goes by."""
        return self._now()

    def sleep(self, seconds: float) -> None:
        """Wait, as it does for a host's turn."""
        self._sleep(seconds)

    def _host(self, host: str) -> _Host:
        with self._guard:
            return self._hosts.setdefault(host, _Host())


@cache
def real_pace(folder: Path | None = None) -> Pace:
    """Pace by the real clock: one for the whole process, as its sources may have hosts in common.

    Args:
        folder: Where processes leave word for each other; without one only this process is minded.
    """
    return Pace(
        now=time.monotonic,
        sleep=time.sleep,
        jitter=lambda: random.uniform(0, LARGEST_JITTER),  # noqa: S311 - spreads requests, keeps no secret
        host_files=None if folder is None else HostFiles(folder, now=time.time),
    )
