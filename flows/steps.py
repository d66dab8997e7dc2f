"""What is done to one source or one part: read, transform, write, commit.

The bodies that cost CPU run in worker processes, which get names and paths and hand back names and paths.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from flows.fetch.source import SourceReport, fetch_source
from flows.fetch.web.http_settings import HttpSettings
from flows.fetch.window import Window
from flows.settings import Settings
from flows.sources import Source
from flows.workers import Workers
from transforms.erasure import ERASED, Tombstones
from transforms.schemas import TABLES
from warehouse import retention, text_retention
from warehouse.catalogue import Catalogue
from warehouse.erasure import empty_erased_pages
from warehouse.home import Home
from warehouse.lake import Lake
from warehouse.locks import exclusive
from warehouse.parts import STEPS, Part, PartFile, Step
from warehouse.publish import Publication, publish
from warehouse.text_retention import TextRule, TextsReduced
from warehouse.tombstones import stored_tombstones

if TYPE_CHECKING:
    from transforms.annotate import Annotator

ORPHAN_GRACE = timedelta(days=1)
"""Age at which a file that the catalogue does not name is removed: longer than any step takes to commit."""


@dataclass(frozen=True, slots=True)
class PartReport:
    """What a step made of one part."""

    part: Part
    rows: Mapping[str, int]
    """Rows written, by table."""
    rejects: Mapping[str, int] = field(default_factory=dict)
    """Refused pages, by reason."""
    seconds: float = 0.0
    already_done: bool = False
    """Whether another run had finished the part in the meantime."""

    def __str__(self) -> str:
        if self.already_done:
            return "done by another run"
        return ", ".join(f"{count} {table}" for table, count in self.rows.items() if count) or "nothing"


@dataclass(frozen=True, slots=True)
class PartJob:
    """What a worker process is told: where, which part, and the generation its files get."""

    home: Home
    part: Part
    generation: int


@dataclass(frozen=True, slots=True)
class PartResult:
    """What a worker process hands back: the files it wrote and their counts."""

    files: tuple[PartFile, ...]
    tool: str
    rejects: Mapping[str, int]
    erased: tuple[str, ...] = ()
    """Pages that turned out to be erased ones, by id."""


@dataclass(frozen=True, slots=True)
class Run:
    """What every step of a run needs to know."""

    id: str
    started_at: datetime
    home: Home
    settings: Settings
    lake: Lake
    catalogue: Catalogue
    workers: Workers
    clock: Callable[[], datetime]

    @classmethod
    def start(
        cls,
        kind: str,
        home: Home,
        settings: Settings,
        catalogue: Catalogue,
        workers: Workers,
        clock: Callable[[], datetime],
    ) -> "Run":
        """A run that the catalogue knows of, named after the instant it began."""
        started = clock()
        run_id = f"{kind} {started:%Y-%m-%dT%H:%M:%S.%fZ}"
        catalogue.start_run(run_id, kind=kind, started_at=started)
        return cls(run_id, started, home, settings, Lake(home.lake), catalogue, workers, clock)


def fetch_window(run: Run, source: Source, window: Window, *, forced: bool) -> SourceReport:
    """Sources → raw pages: store what the source has for the window and the lake has not.

    Forced, a feed is asked even where it hardly can have changed since the last time.
    """
    return fetch_source(
        source,
        window,
        home=run.home,
        lake=run.lake,
        catalogue=run.catalogue,
        http=HttpSettings(user_agent=run.settings.user_agent),
        clock=run.clock,
        run_id=run.id,
        forced=forced,
    )


def clean_part(run: Run, part: Part) -> PartReport:
    """Raw pages of the part → articles and rejects."""
    return _process_part(run, part, "clean", _clean_in_worker)


def annotate_part(run: Run, part: Part) -> PartReport:
    """Articles of the part → entities, quotes, events and times, by the language model of the settings."""
    return _process_part(run, part, "annotate", partial(_annotate_in_worker, run.settings.model))


def parts_to_empty(run: Run, sources: Sequence[Source]) -> list[Part]:
    """Parts of these sources whose raw pages were kept as long as the settings say."""
    keep_days = {
        source.name: run.settings.keep_raw_days if source.keep_raw_days is None else source.keep_raw_days
        for source in sources
    }
    if not any(days is not None for days in keep_days.values()):
        return []
    return retention.parts_to_empty(run.catalogue, keep_days, run.clock().date())


def empty_part(run: Run, part: Part) -> int:
    """Raw pages of the part → the same without their bytes; returns how many those were."""
    with exclusive(run.home.part_lock(part)):
        return retention.remove_bodies(run.lake, run.catalogue, part, now=run.clock())


def parts_to_reduce(run: Run, sources: Sequence[Source]) -> list[tuple[Part, TextRule]]:
    """Parts of these sources of whose texts less is to be kept, with what holds for each."""
    rules = {source.name: text_rule(run.settings, source) for source in sources}
    rules = {name: rule for name, rule in rules.items() if not rule.keeps_all}
    return text_retention.parts_to_reduce(run.catalogue, rules, run.clock().date()) if rules else []


def text_rule(settings: Settings, source: Source) -> TextRule:
    """What is kept of the source's texts: as it says, else as the settings say."""
    kept = source.keep_text or settings.keep_text
    days = settings.keep_text_days if source.keep_text_days is None else source.keep_text_days
    opted_out = source.keep_text_of_opt_outs or settings.keep_text_of_opt_outs or "full"
    if kept == "full" and days is not None:
        kept = "quotes"
    return TextRule(kept, days or 0, opted_out)


def reduce_part(run: Run, item: tuple[Part, TextRule]) -> TextsReduced:
    """Articles of the part and what was made of them → the same with no more text than is kept."""
    part, rule = item
    with exclusive(run.home.part_lock(part)):
        return text_retention.reduce_texts(run.lake, run.catalogue, part, rule, now=run.clock())


def load(run: Run, _database: Path) -> Publication:
    """Everything the catalogue names → the published database; files that it names no longer are removed."""
    publication = publish(run.home, run.catalogue, run.lake, now=run.clock())
    if publication.published:
        # Another run's loader may still read what the catalogue has named until now.
        with exclusive(run.home.publish_lock):
            run.lake.sweep(run.catalogue.files(), grace=ORPHAN_GRACE)
    return publication


def _process_part(
    run: Run, part: Part, step: Step, work: Callable[[PartJob, Sequence[PartFile]], PartResult]
) -> PartReport:
    """Compute under the part's lock and commit all its tables in one transaction."""
    started = time.monotonic()
    catalogue = run.catalogue
    with exclusive(run.home.part_lock(part)):
        if part not in catalogue.parts_lacking(step, part=part):
            return PartReport(part, rows={}, already_done=True)
        job = PartJob(run.home, part, catalogue.next_generation(part))
        files = catalogue.files(part=part, step=STEPS[STEPS.index(step) - 1])
        try:
            retention.require_bodies(part, files)
            result = run.workers.run(work, job, files)
        except Exception as error:
            catalogue.fail_step(part, step, f"{type(error).__name__}: {error}", run.id)
            raise
        if result.erased:
            empty_erased_pages(run.home, run.lake, catalogue, part, result.erased, now=run.clock())
        catalogue.commit_step(part, step, result.files, result.tool, run.id)
    rows = {file.table: file.rows for file in result.files}
    return PartReport(part, rows, result.rejects, time.monotonic() - started)


def _clean_in_worker(job: PartJob, files: Sequence[PartFile]) -> PartResult:
    from flows.clean_pages import page_cleaner
    from transforms import clean

    tombstones = Tombstones.of(stored_tombstones(job.home.lake))
    tables = clean.clean_part(_read(job, files, "raw_pages"), page_cleaner().clean, tombstones)
    rejects = tables["rejects"].select(["page_id", "reason"]).to_pylist()
    reasons = Counter(row["reason"] for row in rejects)
    result = _write(job, "clean", tables, clean.tool(), dict(sorted(reasons.items())))
    return replace(result, erased=tuple(row["page_id"] for row in rejects if row["reason"] == ERASED))


def _annotate_in_worker(model: str, job: PartJob, files: Sequence[PartFile]) -> PartResult:
    from transforms import annotate

    tables = annotate.annotate_part(_read(job, files, "articles"), _annotator(model))
    return _write(job, "annotate", tables, annotate.tool(), {})


def _read(job: PartJob, files: Sequence[PartFile], table: str) -> pa.Table:
    """The part's rows of a table; empty where the step wrote no file for it."""
    lake = Lake(job.home.lake)
    for file in files:
        if file.table == table:
            return lake.read(file)
    return TABLES[table].rows([])


def _write(
    job: PartJob, step: Step, tables: Mapping[str, pa.Table], tool: str, rejects: Mapping[str, int]
) -> PartResult:
    files = Lake(job.home.lake).write_step(job.part, step, tables, tool, generation=job.generation)
    return PartResult(files, tool, rejects)


@cache
def _annotator(model: str) -> "Annotator":
    """The worker's language model, loaded once for all its parts."""
    from transforms.annotate import Annotator

    return Annotator(model)
