"""The project's own client and fetcher, set up for the tests' servers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from flows.fetch.web.addresses import Endpoint, Reach
from flows.fetch.web.fetcher import Fetcher
from flows.fetch.web.http import HttpClient, HttpSettings, Resolver, resolve
from flows.fetch.web.pace import Pace
from tests.web.server import Web
from warehouse.document_memory import DocumentMemory

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

QUICK = HttpSettings(
    user_agent="Newslake/0.1 (+desk@news.example)",
    connect_timeout=2.0,
    read_timeout=2.0,
    total_timeout=2.0,
    max_transfer_bytes=200_000,
    max_body_bytes=200_000,
    max_document_bytes=200_000,
    attempts=3,
    first_retry_wait=1.0,
    longest_wait=60.0,
    delay=0.0,
)
"""Bounds that a test reaches soon."""


@dataclass(slots=True)
class ToldTime:
    """Time that passes only where somebody sleeps."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.seconds

    def clock(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.seconds += seconds

    def pace(self) -> Pace:
        return Pace(now=self.now, sleep=self.sleep)


@contextmanager
def client_for(
    web: Web | None, settings: HttpSettings = QUICK, *, reach: Reach | None = None, resolver: Resolver = resolve
) -> Iterator[HttpClient]:
    """A client of which every connection goes to that server, unless the reach says otherwise."""
    time = ToldTime()
    if reach is None:
        reach = Reach(None if web is None else Endpoint.parse(web.endpoint))
    with HttpClient(settings, reach=reach, pace=time.pace(), clock=time.clock, resolver=resolver) as client:
        yield client


@contextmanager
def fetcher_for(
    web: Web | None,
    time: ToldTime,
    settings: HttpSettings = QUICK,
    *,
    delay: float = 0.0,
    reach: Reach | None = None,
    pace: Pace | None = None,
    memory: DocumentMemory | None = None,
    respect_opt_outs: bool = False,
) -> Iterator[Fetcher]:
    """A fetcher of which every connection goes to that server, unless the reach says otherwise.

    Without respect for opt-outs it does not ask for tdmrep.json: one request less to think of in most tests.
    """
    pace = pace or time.pace()
    if reach is None:
        reach = Reach(None if web is None else Endpoint.parse(web.endpoint))
    with HttpClient(settings, reach=reach, pace=pace, clock=time.clock) as client:
        yield Fetcher(
            client,
            settings,
            pace=pace,
            delay=delay,
            clock=time.clock,
            memory=memory,
            respect_opt_outs=respect_opt_outs,
        )


def unhindered(url: str) -> float:
    """Admits every URL at once."""
    return 0.0
