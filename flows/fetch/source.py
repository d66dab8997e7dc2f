"""The fetch step: one window of one source, from what it names to committed parts of raw pages."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.metadata import version

from flows.fetch.batches import Batch, PartLimits
from flows.fetch.http import HttpSettings, Resolver, real_pace, resolve
from flows.fetch.items import Discovery, Item
from flows.fetch.pace import Pace
from flows.fetch.placement import Placement, answered_from, place
from flows.fetch.readers import SourceReader, open_reader
from flows.fetch.results import Failure
from flows.fetch.window import Window
from flows.sources import Source
from transforms.identity import content_hash, stable_id
from warehouse.catalogue import Catalogue
from warehouse.home import Home
from warehouse.lake import Lake
from warehouse.locks import exclusive
from warehouse.parts import Part
from warehouse.records import SourceDay

FETCH_VERSION = 1
"""Raised when the same answers would make other rows."""


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What one fetch of one source did."""

    source: str
    found: int = 0
    """Pages that the source names for the window."""
    known: int = 0
    """Those of them that the lake already had."""
    pages: int = 0
    """Pages stored."""
    failures: Mapping[str, int] = field(default_factory=dict)
    """Pages that could not be fetched, by kind."""
    bytes: int = 0
    """Size of the stored pages, unpacked."""
    seconds: float = 0.0
    days: tuple[date, ...] = ()
    """Days of the window."""
    parts: tuple[Part, ...] = ()
    """Parts committed."""
    error: str | None = None
    """Why the source could not say which pages it has."""

    def __str__(self) -> str:
        if self.error is not None:
            return f"failed, {self.error}"
        failures = [f"{count} {kind}" for kind, count in self.failures.items()]
        return ", ".join([f"{self.pages} new pages", f"{self.known} known", *failures])


def tool() -> str:
    """Version of the step and of the libraries that shape its rows."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("httpcore", "feedparser", "protego"))
    return f"fetch {FETCH_VERSION} ({libraries})"


def fetch_source(
    source: Source,
    window: Window,
    *,
    home: Home,
    lake: Lake,
    catalogue: Catalogue,
    http: HttpSettings,
    clock: Callable[[], datetime],
    run_id: str,
    pace: Pace | None = None,
    resolver: Resolver = resolve,
    limits: PartLimits | None = None,
) -> SourceReport:
    """Store every page that the source names for the window and that the lake does not have.

    A part is committed as soon as it is full, with what its pages are known by, so that a killed fetch is continued by
    the next one. Failures of pages are rows of ``fetches`` and are tried again by the next fetch. Requests that found
    nothing new leave no row where nothing else was stored.

    Args:
        source: What to fetch from. Waits while another process fetches from a source of this name.
        window: The time asked about.
        home: Where the lock lies.
        lake: Gets the files.
        catalogue: Gets the parts, the known URLs and the window.
        http: Bounds and manners.
        clock: Tells the time, in UTC.
        run_id: The run that the catalogue's records name.
        pace: Whose turn it is at which host; by default that of the whole process.
        resolver: Addresses of a host.
        limits: Where parts are cut.

    Returns:
        What was done; ``error`` where the source itself could not be read.
    """
    started_at = clock()
    pace = pace or real_pace()
    with (
        exclusive(home.locks / f"fetch-{source.name}.lock"),
        open_reader(source, catalogue=catalogue, settings=http, pace=pace, clock=clock, resolver=resolver) as reader,
    ):
        discovery = reader.discover(window)
        placement = place(discovery.items, window, clock())
        writer = _Writer(source.name, reader, lake, catalogue, run_id, clock, limits or PartLimits())
        writer.store(discovery, placement, window)
        if not writer.retryable and not placement.later:
            for memo in discovery.memos:
                catalogue.remember_validators(memo.key, memo.validators)
        continues_from = catalogue.last_success(source.name) if writer.known else None
        answered = Window(answered_from(discovery, window, continues_from=continues_from), window.end)
        for day in answered.days():
            catalogue.record_window(writer.outcome(day, answered.within(day), discovery.failure))
    return SourceReport(
        source=source.name,
        found=placement.count,
        known=writer.known,
        pages=sum(writer.pages.values()),
        failures=dict(sorted(sum(writer.failures.values(), Counter()).items())),
        bytes=writer.bytes,
        seconds=(clock() - started_at).total_seconds(),
        days=tuple(placement.days),
        parts=tuple(writer.parts),
        error=None if discovery.failure is None else f"{discovery.failure.kind}: {discovery.failure.detail}",
    )


class _Writer:
    """Loads the items day by day and commits them in parts."""

    def __init__(
        self,
        source: str,
        reader: SourceReader,
        lake: Lake,
        catalogue: Catalogue,
        run_id: str,
        clock: Callable[[], datetime],
        limits: PartLimits,
    ) -> None:
        self._source = source
        self._reader = reader
        self._lake = lake
        self._catalogue = catalogue
        self._run_id = run_id
        self._clock = clock
        self._limits = limits
        self._stored: set[str] = set()
        self._batch = Batch(source, limits)
        self.known = 0
        self.pages: Counter[date] = Counter()
        self.failures: dict[date, Counter[str]] = {}
        self.bytes = 0
        self.parts: list[Part] = []
        self.retryable = False
        """Whether a page failed that a later fetch may get."""

    def store(self, discovery: Discovery, placement: Placement, window: Window) -> None:
        """Everything of the placement that is not known yet."""
        known = self._catalogue.known_urls([item.key for items in placement.days.values() for item in items])
        self._batch.record(discovery.attempts)
        for day, items in placement.days.items():
            for item in items:
                if item.key in known or item.key in self._stored:
                    self.known += 1
                else:
                    self._load(day, item)
            if self._batch.pages or self.failures.get(day):
                self._commit(day)
        if discovery.failure is not None:
            self._commit(window.last_day)

    def outcome(self, day: date, window: Window, failure: Failure | None) -> SourceDay:
        """What became of the window's share of that day, for the catalogue."""
        failures = self.failures.get(day, Counter())
        detail = ", ".join(f"{count} {kind}" for kind, count in sorted(failures.items()))
        if failure is not None:
            detail = f"{failure.kind}: {failure.detail}"
        return SourceDay(
            source=self._source,
            day=day,
            start=window.start,
            end=window.end,
            status="done" if failure is None else "failed",
            pages=self.pages[day],
            parts=sum(part.day == day for part in self.parts),
            detail=detail or None,
            run_id=self._run_id,
        )

    def _load(self, day: date, item: Item) -> None:
        visit = self._reader.load(item)
        page = visit.result
        if isinstance(page, Failure):
            self.failures.setdefault(day, Counter())[page.kind] += 1
            self.retryable = self.retryable or page.retryable
            self._batch.record(visit.attempts)
        else:
            if not self._batch.has_room(len(page.body)):
                self._commit(day)
            page_id = stable_id("page", item.url, content_hash(page.body))
            keys = self._reader.keys(item, page)
            self._batch.record(visit.attempts, page_id=page_id)
            self._batch.add(item, page, page_id, page.started_at or self._clock(), keys)
            self._stored.update(keys)
            self.pages[day] += 1
            self.bytes += len(page.body)
        if self._batch.full:
            self._commit(day)

    def _commit(self, day: date) -> None:
        """Make the batch a part; a kill before the last line leaves nothing of it."""
        if not self._batch.fetches:
            return
        part = Part(day, self._source, self._catalogue.next_number(day, self._source))
        files = self._lake.write_step(part, "fetch", self._batch.tables(part.name), tool())
        self._catalogue.commit_fetch(part, files, tool(), self._run_id, self._batch.known)
        self.parts.append(part)
        self._batch = Batch(self._source, self._limits)
