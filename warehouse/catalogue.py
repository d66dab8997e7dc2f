"""What is in the lake: a small transactional database of parts, steps, files, windows, known URLs and runs."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from types import TracebackType
from typing import Any, Literal, Self

from sqlalchemy import ColumnElement, Engine, and_, func, or_, select, true, update

from transforms.erasure import Tombstones
from warehouse.catalogue_database import CatalogueTooNewError, open_engine, upsert, writing
from warehouse.catalogue_erasure import compact, erase_names
from warehouse.catalogue_parts import (
    PartTakenError,
    StepNotDoneError,
    add_part,
    of_part,
    part_of,
    record_failure,
    replace_step,
    swap_file,
    swap_steps,
)
from warehouse.catalogue_tables import FILES, KNOWN_URLS, PARTS, RUNS, STEP_STATES, WINDOWS
from warehouse.coverage import day_state, joined, utc_day
from warehouse.document_memory import DocumentMemory, record_position
from warehouse.page_queue import PageQueue, record_arrivals, record_visits, url_id
from warehouse.parts import STEPS, Part, PartFile, Step
from warehouse.records import (
    ArchivePosition,
    Arrived,
    DayState,
    Interval,
    KnownUrl,
    PageCounts,
    RunRecord,
    RunStatus,
    SourceDay,
    StepRecord,
    Visited,
)
from warehouse.tombstones import TombstoneMemory

__all__ = [
    "Catalogue",
    "CatalogueTooNewError",
    "DayState",
    "Interval",
    "KnownUrl",
    "PartTakenError",
    "RunRecord",
    "SourceDay",
    "StepNotDoneError",
    "StepRecord",
]

URLS_PER_QUERY = 500
"""SQLite before 3.32 takes 999 values in one statement."""


def _now() -> datetime:
    return datetime.now(UTC)


class Catalogue:
    """Opened by ``Catalogue.open``; safe in many threads, and in many processes that each open their own.

    Every method is one transaction: it is done when it returns, and nothing of it is done when it raises.
    """

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._reading = engine
        self._writing = writing(engine)
        self._now = now
        self.queue = PageQueue(engine, self._writing)
        """Pages that sources name and that are to be asked for."""
        self.documents = DocumentMemory(engine, self._writing)
        """What is remembered of feeds, sitemaps, robots.txt and archives."""
        self.tombstones = TombstoneMemory(engine, self._writing)
        """What was erased and must not come back."""

    @classmethod
    def open(cls, url: str, *, now: Callable[[], datetime] = _now) -> Self:
        """Open, creating file, folder and tables where they are missing. ``now`` dates the commits.

        Raises:
            CatalogueTooNewError: a newer release wrote it.
        """
        return cls(open_engine(url), now)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._reading.dispose()

    # Parts, steps and files

    def next_number(self, day: date, source: str) -> int:
        """Number for the next part of that day and source. Hold the source's lock from here to ``commit_fetch``."""
        highest = select(func.max(PARTS.c.number)).where(PARTS.c.day == day, PARTS.c.source == source)
        with self._reading.begin() as connection:
            number = connection.execute(highest).scalar_one()
        return 0 if number is None else number + 1

    def next_generation(self, part: Part) -> int:
        """Generation for the files of the part's next commit, for ``Lake.write``. Hold the part's lock until then."""
        with self._reading.begin() as connection:
            generation = connection.execute(select(PARTS.c.generation).where(of_part(PARTS, part))).scalar()
        return (generation or 0) + 1

    def commit_fetch(
        self,
        part: Part,
        files: Sequence[PartFile],
        tool: str,
        run_id: str,
        known: Sequence[KnownUrl] = (),
        *,
        visits: Sequence[Visited] = (),
        arrivals: Sequence[Arrived] = (),
        position: ArchivePosition | None = None,
    ) -> None:
        """Add a new part, its known URLs, what became of queued pages, and how far an archive was read.

        The same call again is harmless.

        Raises:
            PartTakenError: the part exists with other files.
            ValueError: a file is of another part or step.
        """
        with self._writing.begin() as connection:
            add_part(connection, part, files, tool, run_id, self._now())
            upsert(connection, KNOWN_URLS, [_known_row(url) for url in known])
            record_visits(connection, visits)
            record_arrivals(connection, part.source, arrivals)
            if position is not None:
                record_position(connection, part.source, position)

    def commit_step(self, part: Part, step: Step, files: Sequence[PartFile], tool: str, run_id: str) -> None:
        """Replace what the step made of the part; no files means done with no rows.

        Results of later steps are dropped with it, as they were made from what is replaced: the part lacks them again.

        Raises:
            StepNotDoneError: the step before this one is not done.
            ValueError: a file is of another part or step.
        """
        with self._writing.begin() as connection:
            replace_step(connection, part, step, files, tool, run_id, self._now())

    def restore_step(
        self,
        part: Part,
        step: Step,
        files: Sequence[PartFile],
        tool: str,
        generation: int,
        known: Sequence[KnownUrl] = (),
    ) -> None:
        """As ``commit_step``, at the generation that the files carry: for rebuilding a lost catalogue."""
        with self._writing.begin() as connection:
            replace_step(connection, part, step, files, tool, None, self._now(), generation=generation)
            upsert(connection, KNOWN_URLS, [_known_row(url) for url in known])

    def replace_file(self, old: PartFile, new: PartFile) -> bool:
        """Name another file in place of one, its step and what was made from it untouched; False if that one is gone.

        Raises:
            ValueError: the files are not of the same part, step and table.
        """
        if (old.part, old.step, old.table) != (new.part, new.step, new.table):
            raise ValueError(f"{new.path} cannot stand for {old.path}")
        with self._writing.begin() as connection:
            return swap_file(connection, old, new)

    def replace_steps(self, part: Part, steps: Mapping[Step, tuple[int, Sequence[PartFile]]]) -> None:
        """Name other files for what these steps made of the part, at these generations, as if they had made them.

        For what must go though nothing was computed anew; all or nothing. Hold the part's lock.
        """
        with self._writing.begin() as connection:
            swap_steps(connection, part, steps)

    def fail_step(self, part: Part, step: Step, error: str, run_id: str) -> None:
        """Record an attempt that failed. An earlier result of the step stays; without one the part stays lacking.

        Raises:
            KeyError: no such part.
        """
        with self._writing.begin() as connection:
            record_failure(connection, part, step, error, run_id)

    def parts_lacking(self, step: Step, *, part: Part | None = None) -> list[Part]:
        """Parts (or that one part) that the step before has finished and this one has not; failed ones included.

        Raises:
            ValueError: nothing comes before fetch.
        """
        if step == STEPS[0]:
            raise ValueError(f"no part exists before {step}")
        before, own = STEP_STATES.alias("before"), STEP_STATES.alias("own")
        same_part = and_(own.c.day == before.c.day, own.c.source == before.c.source, own.c.number == before.c.number)
        query = (
            select(before.c.day, before.c.source, before.c.number)
            .select_from(before.outerjoin(own, and_(same_part, own.c.step == step, own.c.status == "done")))
            .where(before.c.step == STEPS[STEPS.index(step) - 1], before.c.status == "done", own.c.step.is_(None))
            .order_by(before.c.day, before.c.source, before.c.number)
        )
        if part is not None:
            query = query.where(of_part(before, part))
        with self._reading.begin() as connection:
            return [part_of(row) for row in connection.execute(query)]

    def files(
        self,
        *,
        table: str | None = None,
        part: Part | None = None,
        step: Step | None = None,
        source: str | None = None,
    ) -> list[PartFile]:
        """Files of the lake by part, then step, then table."""
        query = select(FILES)
        if table is not None:
            query = query.where(FILES.c.table_name == table)
        if part is not None:
            query = query.where(of_part(FILES, part))
        if step is not None:
            query = query.where(FILES.c.step == step)
        if source is not None:
            query = query.where(FILES.c.source == source)
        with self._reading.begin() as connection:
            files = [
                PartFile(
                    part_of(row), row.step, row.table_name, row.path, row.rows, row.bytes, row.content_hash, row.tool
                )
                for row in connection.execute(query)
            ]
        return sorted(files, key=lambda file: (file.part, STEPS.index(file.step), file.table))

    def steps(
        self, *, part: Part | None = None, step: Step | None = None, status: Literal["done", "failed"] | None = None
    ) -> list[StepRecord]:
        """How the steps of the parts stand, by part, then step; not those that were never tried."""
        rows_written = (
            select(func.coalesce(func.sum(FILES.c.rows), 0))
            .where(*(FILES.c[key] == STEP_STATES.c[key] for key in ("day", "source", "number", "step")))
            .scalar_subquery()
            .label("rows_written")
        )
        query = select(STEP_STATES, rows_written)
        if part is not None:
            query = query.where(of_part(STEP_STATES, part))
        if step is not None:
            query = query.where(STEP_STATES.c.step == step)
        if status is not None:
            query = query.where(STEP_STATES.c.status == status)
        with self._reading.begin() as connection:
            records = [
                StepRecord(
                    part_of(row),
                    row.step,
                    row.status,
                    row.generation,
                    row.tool,
                    int(row.rows_written),
                    row.finished_at,
                    row.run_id,
                    row.failures,
                    row.error,
                )
                for row in connection.execute(query)
            ]
        return sorted(records, key=lambda record: (record.part, STEPS.index(record.step)))

    # Erasure

    def erase_names(self, tombstones: Tombstones, pages: Collection[str]) -> int:
        """Withhold every address that the tombstones bar, forget that those pages are known; return the rows changed.

        Queued pages stay as refused, so that they count. No fetch may be under way that does not know the tombstones.
        """
        return erase_names(self._reading, self._writing, tombstones, pages)

    def compact(self) -> None:
        """Write the database anew, so that nothing deleted is left in it; for SQLite, others vacuum by themselves."""
        compact(self._reading)

    # Known URLs

    def known_urls(self, urls: Collection[str]) -> set[str]:
        """Those of the URLs whose page is in the lake."""
        return set(self.known_pages(urls))

    def known_pages(self, urls: Collection[str]) -> dict[str, str]:
        """Those of the URLs whose page is in the lake, with its id."""
        by_id = {url_id(url): url for url in urls}
        ids = list(by_id)
        known: dict[str, str] = {}
        with self._reading.begin() as connection:
            for first in range(0, len(ids), URLS_PER_QUERY):
                some = KNOWN_URLS.c.url_id.in_(ids[first : first + URLS_PER_QUERY])
                found = connection.execute(select(KNOWN_URLS.c.url_id, KNOWN_URLS.c.page_id).where(some))
                known.update({by_id[row.url_id]: row.page_id for row in found})
        return known

    # Windows

    def record_window(self, window: SourceDay) -> None:
        """Record what a run did with a window of a source; windows may overlap and come more than once."""
        row = {
            "source": window.source,
            "day": window.day,
            "start": window.start,
            "end": window.end,
            "status": window.status,
            "pages": window.pages,
            "parts": window.parts,
            "detail": window.detail,
            "run_id": window.run_id,
        }
        with self._writing.begin() as connection:
            connection.execute(WINDOWS.insert(), row)

    def source_days(
        self, *, source: str | None = None, first: date | None = None, last: date | None = None
    ) -> list[SourceDay]:
        """Recorded windows by source, day and start, from ``first`` to ``last`` inclusive."""
        conditions = []
        if source is not None:
            conditions.append(WINDOWS.c.source == source)
        if first is not None:
            conditions.append(WINDOWS.c.day >= first)
        if last is not None:
            conditions.append(WINDOWS.c.day <= last)
        return self._windows(and_(true(), *conditions))

    def day_states(self, sources: Collection[str], first: date, last: date) -> list[DayState]:
        """State of every day from ``first`` to ``last`` inclusive of every source, by all windows together."""
        start, end = utc_day(first).start, utc_day(last).end
        touching = and_(WINDOWS.c.start < end, WINDOWS.c.end > start)
        filed = WINDOWS.c.day.between(first, last)
        windows = self._windows(or_(touching, filed))
        states: list[DayState] = []
        for source in sources:
            own = [window for window in windows if window.source == source]
            covered = _covered(own)
            counts = self.queue.counts(source, first, last)
            days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
            states.extend(day_state(source, day, own, covered, counts.get(day, PageCounts())) for day in days)
        return states

    def covered(self, source: str) -> list[Interval]:
        """Times of which the source is done: its done windows joined, in order."""
        return _covered(self._windows(WINDOWS.c.source == source))

    def last_success(self, source: str) -> datetime | None:
        """End of the latest window that was done."""
        query = (
            select(WINDOWS.c.end)
            .where(WINDOWS.c.source == source, WINDOWS.c.status == "done")
            .order_by(WINDOWS.c.end.desc())
            .limit(1)
        )
        with self._reading.begin() as connection:
            return connection.execute(query).scalar()

    # Runs

    def start_run(self, run_id: str, *, kind: str, started_at: datetime) -> None:
        """Record that a run has begun; one that is begun again under its id, as in a retry, starts over."""
        row = {
            "run_id": run_id,
            "kind": kind,
            "status": "running",
            "started_at": started_at,
            "finished_at": None,
            "report": None,
        }
        with self._writing.begin() as connection:
            upsert(connection, RUNS, [row])

    def finish_run(self, run_id: str, *, finished_at: datetime, status: RunStatus, report: Mapping[str, Any]) -> None:
        """Record how it ended. The report must be what JSON can say.

        Raises:
            KeyError: no such run.
        """
        change = update(RUNS).where(RUNS.c.run_id == run_id)
        with self._writing.begin() as connection:
            changed = connection.execute(change.values(finished_at=finished_at, status=status, report=dict(report)))
            if changed.rowcount == 0:
                raise KeyError(run_id)

    def runs(self, *, limit: int | None = None) -> list[RunRecord]:
        """Runs, the latest first."""
        query = select(RUNS).order_by(RUNS.c.started_at.desc(), RUNS.c.run_id.desc()).limit(limit)
        with self._reading.begin() as connection:
            return [
                RunRecord(row.run_id, row.kind, row.status, row.started_at, row.finished_at, row.report)
                for row in connection.execute(query)
            ]

    def _windows(self, condition: ColumnElement[bool]) -> list[SourceDay]:
        query = (
            select(WINDOWS)
            .where(condition)
            .order_by(WINDOWS.c.source, WINDOWS.c.day, WINDOWS.c.start, WINDOWS.c.window_id)
        )
        with self._reading.begin() as connection:
            return [
                SourceDay(
                    row.source, row.day, row.start, row.end, row.status, row.pages, row.parts, row.detail, row.run_id
                )
                for row in connection.execute(query)
            ]


def _covered(windows: Sequence[SourceDay]) -> list[Interval]:
    return joined(Interval(window.start, window.end) for window in windows if window.status == "done")


def _known_row(known: KnownUrl) -> dict[str, Any]:
    return {
        "url_id": url_id(known.url),
        "url": known.url,
        "page_id": known.page_id,
        "source": known.source,
        "fetched_at": known.fetched_at,
    }
