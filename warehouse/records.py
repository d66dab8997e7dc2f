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
