"""One request to a host at a time, and a pause after each."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock


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
    """

    def __init__(self, *, now: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._now = now
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}
        self._guard = Lock()

    @contextmanager
    def turn(self, host: str, delay: float) -> Iterator[None]:
        """Wait for the host's turn, and keep everybody else from it inside the ``with`` block.

        Args:
            host: Name as in the URL, in lower case.
            delay: Seconds from the end of the last request to the host to the start of this one.
        """
        state = self._host(host)
        with state.turn:
            starts = [state.last_end + delay] if state.last_end is not None else []
            starts += [state.held_until] if state.held_until is not None else []
            wait = max(starts, default=self._now()) - self._now()
            if wait > 0:
                self._sleep(wait)
            try:
                yield
            finally:
                state.last_end = self._now()

    def hold(self, host: str, seconds: float) -> None:
        """Leave the host alone for that long from now."""
        state = self._host(host)
        until = self._now() + seconds
        state.held_until = max(until, state.held_until or until)

    def held(self, host: str) -> float:
        """Seconds until the host may be asked again, as far as ``hold`` has a say in it."""
        until = self._host(host).held_until
        return 0.0 if until is None else max(0.0, until - self._now())

    def _host(self, host: str) -> _Host:
        with self._guard:
            return self._hosts.setdefault(host, _Host())
