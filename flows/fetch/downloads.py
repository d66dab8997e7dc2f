"""Many hosts side by side, each of them one request at a time: the order in which pages are asked for and handed on."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from heapq import heappop, heappush
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from flows.fetch.web.pace import Pace

T = TypeVar("T")
R = TypeVar("R")

LONGEST_PAUSE = 60.0
"""Seconds that are waited for a host; one that wants more gets its turns at once, to be told that it is left alone."""
REQUESTS_AT_ONCE = 64
"""Threads that wait for hosts; a host that is not answering keeps one of them."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """How much may lie ready that cannot be handed on in order, because an earlier page is still under way."""

    pages: int = 200
    bytes: int = 32 * 1024 * 1024


def in_turns(hosts: Sequence[str]) -> list[int]:
    """Indexes in the order in which hosts take turns: the first of each, then the second of each, and so on."""
    taken: dict[str, int] = {}
    ranked = []
    for index, host in enumerate(hosts):
        rank = taken[host] = taken.get(host, -1) + 1
        ranked.append((rank, index))
    return [index for _, index in sorted(ranked)]


class Downloads(Generic[T, R]):
    """Visits items of many hosts in parallel and hands on what came of them.

    Args:
        visit: Asks for one item; called in several threads, for one item of a host at a time.
        host_of: The host that an item is asked at.
        size_of: Bytes that a result keeps in memory.
        pace: Tells when a host's turn may come, so that no thread only waits.
        delay_of: Seconds between two requests to a host, as far as they are known.
        needed: Whether an item is still to be visited when its turn comes; one that is not is passed over.
        at_once: Threads.
        ahead: How much may lie ready out of order.
    """

    def __init__(
        self,
        visit: Callable[[T], R],
        *,
        host_of: Callable[[T], str],
        size_of: Callable[[R], int],
        pace: Pace,
        delay_of: Callable[[str], float],
        needed: Callable[[T], bool],
        at_once: int = REQUESTS_AT_ONCE,
        ahead: Ahead | None = None,
    ) -> None:
        self._visit = visit
        self._host_of = host_of
        self._size_of = size_of
        self._pace = pace
        self._delay_of = delay_of
        self._needed = needed
        self._at_once = at_once
        self._ahead = ahead or Ahead()

    def of(self, items: Sequence[T]) -> Iterator[tuple[T, R]]:
        """Items with what came of them, hosts taking turns.

        That order holds as long as no host falls far behind the others; then the rest goes on without it. An error
        that a visit raises is raised here, once the visits under way have ended.
        """
        hosts = [self._host_of(item) for item in items]
        order = in_turns(hosts)
        lap = _Lap([(items[index], hosts[index]) for index in order], self._size_of, self._ahead)
        if not lap.waiting:
            return
        threads = ThreadPoolExecutor(min(self._at_once, len(lap.waiting)), thread_name_prefix="download")
        try:
            while not lap.over:
                self._start(lap, threads)
                self._await(lap)
                yield from lap.pass_on()
        finally:
            threads.shutdown(cancel_futures=True)

    def _start(self, lap: "_Lap[T, R]", threads: ThreadPoolExecutor) -> None:
        """Send a thread to every host whose turn has come."""
        while lap.turns and lap.under_way < self._at_once and lap.turns[0][0] <= self._pace.now():
            _, _, host = heappop(lap.turns)
            place = lap.waiting[host].popleft()
            item = lap.items[place][0]
            if not self._needed(item):
                lap.pass_over(place)
                lap.schedule(host, self._pace.now())
                continue
            lap.under_way += 1
            threads.submit(self._visit, item).add_done_callback(partial(_arrive, lap, place))

    def _await(self, lap: "_Lap[T, R]") -> None:
        """Take what has arrived; without anything, wait for the next arrival or turn."""
        turn_in = max(0.0, lap.turns[0][0] - self._pace.now()) if lap.turns else None
        if lap.under_way == 0:
            if turn_in:
                self._pace.sleep(turn_in)
            return
        try:
            place, future = lap.arrived.get(timeout=turn_in if lap.under_way < self._at_once else None)
        except Empty:
            return
        host = lap.items[place][1]
        lap.under_way -= 1
        lap.keep(place, future.result())
        pause = self._pace.ready_in(host, self._delay_of(host))
        lap.schedule(host, self._pace.now() + (pause if pause <= LONGEST_PAUSE else 0.0))


def _arrive(lap: "_Lap[T, R]", place: int, future: Future[R]) -> None:
    lap.arrived.put((place, future))


class _Lap(Generic[T, R]):
    """The items of one call: which wait, which are under way, which lie ready."""

    def __init__(self, items: Sequence[tuple[T, str]], size_of: Callable[[R], int], ahead: Ahead) -> None:
        self.items = items
        self.waiting: dict[str, deque[int]] = {}
        for place, (_, host) in enumerate(items):
            self.waiting.setdefault(host, deque()).append(place)
        self.turns: list[tuple[float, int, str]] = []
        for host in self.waiting:
            self.schedule(host, float("-inf"))
        self.under_way = 0
        self.arrived: SimpleQueue[tuple[int, Future[R]]] = SimpleQueue()
        self._size_of = size_of
        self._ahead = ahead
        self._ready: dict[int, R] = {}
        self._ready_bytes = 0
        self._done = bytearray(len(items))
        self._next = 0

    @property
    def over(self) -> bool:
        """Whether everything has been handed on or passed over."""
        return self._next >= len(self.items)

    def schedule(self, host: str, at: float) -> None:
        """Give the host its next turn, if it has anything left."""
        if self.waiting[host]:
            heappush(self.turns, (at, self.waiting[host][0], host))

    def keep(self, place: int, result: R) -> None:
        """Let a result lie ready."""
        self._ready[place] = result
        self._ready_bytes += self._size_of(result)

    def pass_over(self, place: int) -> None:
        """Do without the item of that place."""
        self._done[place] = 1
        self._advance()

    def pass_on(self) -> Iterator[tuple[T, R]]:
        """Results that are next in order, and others when too many of them lie ready."""
        while self._ready:
            late = len(self._ready) > self._ahead.pages or self._ready_bytes > self._ahead.bytes
            place = self._next if self._next in self._ready else min(self._ready) if late else None
            if place is None:
                return
            result = self._ready.pop(place)
            self._ready_bytes -= self._size_of(result)
            self._done[place] = 1
            self._advance()
            yield self.items[place][0], result

    def _advance(self) -> None:
        while self._next < len(self._done) and self._done[self._next]:
            self._next += 1
