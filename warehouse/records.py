"""What the catalogue hands out and takes in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from warehouse.parts import Part, Step

RunStatus = Literal["running", "completed", "completed with failures", "failed"]
"""How a run stands; one that was killed stays ``running``."""


@dataclass(frozen=True, slots=True)
class KnownUrl:
    """A URL whose page is in the lake, so that it is not fetched again."""

    url: str
    page_id: str
    source: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Interval:
    """Time from ``start`` until before ``end``."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class SourceDay:
    """One window of one source, as a run worked on it; ``done`` with no pages is an empty day, not an absent one."""

    source: str
    day: date
    """UTC day that the window's parts are filed under."""
    start: datetime
    end: datetime
    status: Literal["done", "failed"]
    pages: int = 0
    parts: int = 0
    detail: str | None = None
    """What went wrong, for a person."""
    run_id: str | None = None


DayStatus = Literal["missing", "failed", "partial", "done"]


@dataclass(frozen=True, slots=True)
class PageCounts:
    """Pages that a source named for one UTC day, by what became of them."""

    found: int = 0
    got: int = 0
    waiting: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class DayState:
    """What is known of one UTC day of one source by all its windows together."""

    source: str
    day: date
    status: DayStatus
    """done: done windows cover the whole day; failed: a failed window is not covered by done ones;
    partial: some of the day is covered; missing: none of it is.
    """
    gaps: tuple[Interval, ...]
    """Times of the day that no done window covers, in order."""
    pages: int
    parts: int
    counts: PageCounts = PageCounts()
    """What became of the pages that the source named for the day."""


@dataclass(frozen=True, slots=True)
class StepRecord:
    """How one step of one part stands."""

    part: Part
    step: Step
    status: Literal["done", "failed"]
    """done as soon as it was once committed: a later attempt that fails leaves the earlier result in place."""
    generation: int
    """Counts the commits of the part over all its steps: a step older than the one before it does not exist."""
    tool: str | None
    rows: int
    finished_at: datetime | None
    run_id: str | None
    failures: int
    """Attempts that failed since the last commit."""
    error: str | None
    """What went wrong in the last of them."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said about the version of a document, to ask for it only if it changed (RFC 9110, 8.8)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentState:
    """What is remembered of a document that is asked for again and again: a feed, a sitemap, a robots.txt."""

    key: str
    checked_at: datetime
    """When the server last answered for it."""
    changed_at: datetime
    """When it was last seen to have changed; the first time counts as a change."""
    validators: Validators = Validators()
    fresh_until: datetime | None = None
    """Until when the server says that it will not change."""
    covers_from: datetime | None = None
    """Pages that it names from then on are recorded; None where all of them are."""
    status: int | None = None
    body: bytes | None = None
    """Its content, where that is short and needed again."""


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page that a source names, and the day it belongs to."""

    url: str
    key: str
    found_in: str
    day: date
    """UTC day under which it is filed."""
    title: str | None = None
    published: str | None = None
    dated: datetime | None = None
    address: str | None = None
    """Where to ask for it, if that is not its URL."""


@dataclass(frozen=True, slots=True)
class QueuedPage:
    """A page that is to be asked for."""

    id: int
    """Grows in the order in which pages were found."""
    source: str
    page: FoundPage
    found_at: datetime
    attempts: int
    """Runs that asked for it in vain since it was last got."""
    visits: int
    """Times that it was got."""
    asked: bool
    """Whether it was ever asked for."""
    validators: Validators = Validators()
    """Of the version got last."""


PageState = Literal["waiting", "got", "refused"]
"""waiting: to be asked for; got: in the lake; refused: could not be had, and is not asked for again."""


@dataclass(frozen=True, slots=True)
class Visited:
    """What asking for a queued page came to."""

    id: int
    state: PageState
    outcome: str
    asked_at: datetime
    attempts: int
    visits: int
    due_at: datetime | None = None
    """When to ask for it again: after a failure that may pass, or because it may have changed."""
    page_id: str | None = None
    validators: Validators = Validators()


@dataclass(frozen=True, slots=True)
class Arrived:
    """A page that came without being asked for: a record of an archive."""

    page: FoundPage
    at: datetime
    state: Literal["got", "refused"]
    outcome: str
    page_id: str | None = None


@dataclass(frozen=True, slots=True)
class ArchivePosition:
    """How far an archive file has been read."""

    name: str
    """Path or URL."""
    version: str
    """Of the file and of what was chosen from it: another version is read from its beginning."""
    offset: int
    """Where to go on reading."""
    finished: bool = False


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run of a flow."""

    run_id: str
    kind: str
    """Name of the flow: ingest, backfill."""
    status: RunStatus
    started_at: datetime
    finished_at: datetime | None
    report: Mapping[str, Any] | None
    """The run's report, as JSON gives it back."""
