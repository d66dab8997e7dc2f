"""The fetch step: one window of one source, from what it names to committed parts of raw pages."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from flows.fetch.archives import read_archives
from flows.fetch.batches import PartLimits
from flows.fetch.discovery import Discovered, UrlFilter, discover
from flows.fetch.erased_pages import ErasedPages
from flows.fetch.part_writer import PartWriter, tool
from flows.fetch.placement import answered_from
from flows.fetch.queue_run import QueueRun
from flows.fetch.readers import PageReader, Readers, open_readers
from flows.fetch.results import Failure
from flows.fetch.web.http import HttpSettings, Resolver, resolve
from flows.fetch.web.pace import Pace, real_pace
from flows.fetch.window import Window
from flows.sources import FilesSource, Source
from warehouse.catalogue import Catalogue
from warehouse.home import Home
from warehouse.lake import Lake
from warehouse.locks import exclusive
from warehouse.parts import Part
from warehouse.records import SourceDay

__all__ = ["SourceReport", "fetch_source", "tool"]

LATE_ARRIVALS = timedelta(hours=48)
"""How far before its window a source is asked for pages: some name a page hours after the date that they give it, and
local dates without a zone are hours off. What was found before is not found again.
"""


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What one fetch of one source did."""

    source: str
    found: int = 0
    """Pages that the source names for the window."""
    known: int = 0
    """Those of them that were found before, or that the lake already had."""
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
    excluded: int = 0
    """Pages left out by the source's patterns."""
    put_off: str | None = None
    """Why the source was not asked this time, where that is as it should be."""
    error: str | None = None
    """Why the source could not say which pages it has."""

    def __str__(self) -> str:
        if self.put_off is not None and not self.pages:
            return f"not asked: {self.put_off}"
        failures = [f"{count} {kind}" for kind, count in self.failures.items()]
        told = [f"{self.pages} new pages", f"{self.known} known", *failures]
        if self.excluded:
            told.append(f"{self.excluded} excluded")
        if self.error is None:
            return ", ".join(told)
        return f"failed, {self.error}" + (f"; {', '.join(told)}" if self.pages else "")


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
    forced: bool = False,
) -> SourceReport:
    """Queue every page that the source names for the window, and store those that are due.

    A page is found once and stays in the queue until it is got or refused for good, so that neither a kill nor a feed
    that has forgotten it loses it. A part is committed as soon as it is full, with everything that is noted of its
    pages. Failures of pages are rows of ``fetches``. Requests that found nothing new leave no row.

    Args:
        source: What to fetch from. Waits while another process fetches from a source of this name.
        window: The time asked about.
        home: Where the locks lie.
        lake: Gets the files.
        catalogue: Gets the parts, the queue and the window.
        http: Bounds and manners.
        clock: Tells the time, in UTC.
        run_id: The run that the catalogue's records name.
        pace: Whose turn it is at which host; by default that of all processes on this home.
        resolver: Addresses of a host.
        limits: Where parts are cut.
        forced: Whether exactly this window is meant: then late arrivals of the time before are not looked for, and
            documents are asked for even if they hardly can have changed.

    Returns:
        What was done; ``error`` where the source itself could not be read.
    """
    started_at = clock()
    pace = pace or real_pace(home.locks / "hosts")
    with (
        exclusive(home.fetch_lock(source.name)),
        open_readers(
            source, catalogue=catalogue, settings=http, pace=pace, clock=clock, resolver=resolver, forced=forced
        ) as readers,
    ):
        writer = PartWriter(
            source.name,
            lake=lake,
            catalogue=catalogue,
            run_id=run_id,
            clock=clock,
            limits=limits or PartLimits(),
        )
        erased = ErasedPages(source.name, lake=lake, catalogue=catalogue, writer=writer, clock=clock)
        found, known = Discovered(), 0
        asked = window if forced else Window(window.start - LATE_ARRIVALS, window.end)
        if readers.pages is not None:
            found, known = _fetch_pages(source, readers, readers.pages, asked, writer, catalogue, erased, pace, clock)
        if readers.archives is not None:
            known += read_archives(
                readers.archives,
                asked,
                source=source.name,
                catalogue=catalogue,
                writer=writer,
                erased=erased,
                total=found,
            )
        if found.failure is not None:
            writer.commit_aside(window.last_day)
        if found.put_off is None:
            answered = _answered(source, window, found, known, catalogue)
            for day in answered.days():
                catalogue.record_window(_outcome(source.name, day, answered.within(day), writer, found.failure, run_id))
    return SourceReport(
        source=source.name,
        found=found.found,
        known=known,
        pages=sum(writer.pages.values()),
        failures=dict(sorted(sum(writer.failures.values(), Counter()).items())),
        bytes=writer.bytes,
        seconds=(clock() - started_at).total_seconds(),
        days=window.days(),
        parts=tuple(writer.parts),
        excluded=found.excluded,
        put_off=found.put_off,
        error=None if found.failure is None else f"{found.failure.kind}: {found.failure.detail}",
    )


def _fetch_pages(
    source: Source,
    readers: Readers,
    reader: PageReader,
    window: Window,
    writer: PartWriter,
    catalogue: Catalogue,
    erased: ErasedPages,
    pace: Pace,
    clock: Callable[[], datetime],
) -> tuple[Discovered, int]:
    """Queue what the source names, then ask for what is due; also counts the pages that are known."""
    web = None if isinstance(source, FilesSource) else source
    found = discover(
        reader,
        window,
        source=source.name,
        queue=catalogue.queue,
        urls=UrlFilter() if web is None else UrlFilter(web.include, web.exclude),
        admitted=erased.admitted,
        keep=readers.keep,
        tell=writer.set_aside,
        clock=clock,
    )
    run = QueueRun(
        source.name,
        reader,
        catalogue=catalogue,
        writer=writer,
        pace=pace,
        clock=clock,
        erased=erased,
        revisit_after_hours=() if web is None else web.revisit_after_hours,
        max_pages=None if web is None else web.max_pages,
    )
    run.empty(window)
    return found, found.found - found.new + run.known


def _answered(source: Source, window: Window, found: Discovered, known: int, catalogue: Catalogue) -> Window:
    """The share of the window for which the source has told everything it will tell."""
    if source.looks_back:
        return window
    continues_from = catalogue.last_success(source.name) if known or found.unchanged else None
    return Window(answered_from(found.oldest, window, continues_from=continues_from), window.end)


def _outcome(
    source: str, day: date, window: Window, writer: PartWriter, failure: Failure | None, run_id: str
) -> SourceDay:
    """What became of the window's share of that day, for the catalogue."""
    failures = writer.failures.get(day, Counter())
    detail = ", ".join(f"{count} {kind}" for kind, count in sorted(failures.items()))
    if failure is not None:
        detail = f"{failure.kind}: {failure.detail}"
    return SourceDay(
        source=source,
        day=day,
        start=window.start,
        end=window.end,
        status="done" if failure is None else "failed",
        pages=writer.pages[day],
        parts=sum(part.day == day for part in writer.parts),
        detail=detail or None,
        run_id=run_id,
    )
