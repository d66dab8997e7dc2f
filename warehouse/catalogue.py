"""What is in the lake: a small transactional database of parts, steps, files, windows, known URLs and runs."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Any, Literal, Self

from warehouse.parts import Part, PartFile, Step
from warehouse.records import DayState, KnownUrl, RunRecord, SourceDay, StepRecord, Validators, Window

__all__ = [
    "Catalogue",
    "CatalogueTooNew",
    "DayState",
    "KnownUrl",
    "PartTaken",
    "RunRecord",
    "SourceDay",
    "StepNotDone",
    "StepRecord",
    "Validators",
    "Window",
]


class CatalogueTooNew(RuntimeError):
    """The catalogue was written by a newer release."""


class PartTaken(ValueError):
    """Another fetch has committed a part of this number; its pages are not written over."""


class StepNotDone(ValueError):
    """A step cannot be committed before the one it reads from."""


def _now() -> datetime:
    return datetime.now(UTC)


class Catalogue:
    """Opened by ``Catalogue.open``; safe in many threads, and in many processes that each open their own.

    Every method is one transaction: it is done when it returns, and nothing of it is done when it raises.
    """

    @classmethod
    def open(cls, url: str, *, now: Callable[[], datetime] = _now) -> Self:
        """Open, creating file, folder and tables where they are missing. ``now`` dates the records.

        Raises:
            CatalogueTooNew: a newer release wrote it.
        """
        raise NotImplementedError

    def __enter__(self) -> Self:
        raise NotImplementedError

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the connections."""
        raise NotImplementedError

    # -- parts, steps and files

    def next_number(self, day: date, source: str) -> int:
        """Number for the next part of that day and source. Hold the source's lock from here to ``commit_fetch``."""
        raise NotImplementedError

    def next_generation(self, part: Part) -> int:
        """Generation for the files of the part's next commit, for ``Lake.write``. Hold the part's lock until then."""
        raise NotImplementedError

    def commit_fetch(
        self, part: Part, files: Sequence[PartFile], tool: str, run_id: str, known: Sequence[KnownUrl] = ()
    ) -> None:
        """Add a new part and its known URLs. The same call again is harmless.

        Raises:
            PartTaken: the part exists with other files.
        """
        raise NotImplementedError

    def commit_step(self, part: Part, step: Step, files: Sequence[PartFile], tool: str, run_id: str) -> None:
        """Replace what the step made of the part; no files means done with no rows.

        Results of later steps are dropped with it, as they were made from what is replaced: the part lacks them again.

        Raises:
            StepNotDone: the step before this one is not done.
        """
        raise NotImplementedError

    def fail_step(self, part: Part, step: Step, error: str, run_id: str) -> None:
        """Record an attempt that failed; an earlier result of the step stays, and the part stays lacking otherwise."""
        raise NotImplementedError

    def parts_lacking(self, step: Step, *, part: Part | None = None) -> list[Part]:
        """Parts (or that one part) that the step before has finished and this one has not; failed ones included."""
        raise NotImplementedError

    def files(self, *, table: str | None = None, part: Part | None = None, step: Step | None = None) -> list[PartFile]:
        """Files of the lake by part, then step, then table."""
        raise NotImplementedError

    def steps(
        self, *, part: Part | None = None, step: Step | None = None, status: Literal["done", "failed"] | None = None
    ) -> list[StepRecord]:
        """How the steps of the parts stand, by part, then step; not those that were never tried."""
        raise NotImplementedError

    # -- known URLs and validators

    def known_urls(self, urls: Collection[str]) -> set[str]:
        """Those of the URLs whose page is in the lake."""
        raise NotImplementedError

    def validators(self, url: str) -> Validators | None:
        """What the server last said about that document."""
        raise NotImplementedError

    def remember_validators(self, url: str, validators: Validators) -> None:
        """Keep what the server said, in place of what it said before."""
        raise NotImplementedError

    # -- windows

    def record_window(self, window: SourceDay) -> None:
        """Record what a run did with a window of a source; windows may overlap and come more than once."""
        raise NotImplementedError

    def source_days(
        self, *, source: str | None = None, first: date | None = None, last: date | None = None
    ) -> list[SourceDay]:
        """Recorded windows by source, day and start, from ``first`` to ``last`` inclusive."""
        raise NotImplementedError

    def day_states(self, sources: Collection[str], first: date, last: date) -> list[DayState]:
        """State of every day from ``first`` to ``last`` inclusive of every source, by all windows together."""
        raise NotImplementedError

    def covered(self, source: str) -> list[Window]:
        """Times of which the source is done: its done windows joined, in order."""
        raise NotImplementedError

    def last_success(self, source: str) -> datetime | None:
        """End of the latest window that was done."""
        raise NotImplementedError

    # -- runs

    def start_run(self, run_id: str, flow: str) -> None:
        """Record that a run has begun."""
        raise NotImplementedError

    def finish_run(self, run_id: str, status: Literal["done", "partial", "failed"], report: Mapping[str, Any]) -> None:
        """Record how it ended. The report must be what JSON can say.

        Raises:
            KeyError: no such run.
        """
        raise NotImplementedError

    def runs(self, *, limit: int | None = None) -> list[RunRecord]:
        """Runs, the latest first."""
        raise NotImplementedError
