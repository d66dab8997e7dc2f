"""One pass over the sources. Read this page first: it is the whole way, from top to bottom.

    sources ──fetch──▶ raw_pages ──clean──▶ articles ──annotate──▶ entities, quotes, events ──load──▶ news.duckdb

Every step takes what the catalogue says is still missing, so a pass that was interrupted is continued by the next one,
and a pass with nothing to do costs next to nothing.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from flows.fetch.source import SourceReport
from flows.fetch.window import Window
from flows.report import RunReport
from flows.run_steps import StepRunner
from flows.settings import Settings
from flows.sources import Source
from flows.steps import (
    Run,
    annotate_part,
    clean_part,
    empty_part,
    fetch_window,
    load,
    parts_to_empty,
    parts_to_reduce,
    reduce_part,
)
from flows.workers import Workers
from warehouse.catalogue import Catalogue
from warehouse.home import Home
from warehouse.parts import Part


def ingest(
    home: Home,
    settings: Settings,
    sources: Sequence[Source],
    *,
    runner: StepRunner,
    clock: Callable[[], datetime],
    since: datetime | None = None,
    until: datetime | None = None,
) -> RunReport:
    """Fetch what is new, clean and annotate it, and publish the database.

    Args:
        home: The lake to work on.
        settings: Its settings.
        sources: The sources to fetch; parts left over from earlier passes are finished in any case.
        runner: How steps are run and shown: plainly, or as Prefect tasks.
        clock: Tells the time, in UTC.
        since: Start of the window; by default each source's last success.
        until: End of the window; by default now, and never later.

    Returns:
        What was done. Failures of single sources or parts are in it; they never stop the others.
    """
    with Catalogue.open(home.catalogue_url, now=clock) as catalogue, Workers(settings.worker_count) as workers:
        run = Run.start("ingest", home, settings, catalogue, workers, clock)

        def fetch(source: Source) -> SourceReport:
            window = window_of(source, run, since=since, until=until)
            return fetch_window(run, source, window, forced=since is not None)

        fetched = runner.each("fetch", fetch, sources, label=_source_name)
        cleaned = runner.each("clean", partial(clean_part, run), catalogue.parts_lacking("clean"), label=_part_name)
        annotated = runner.each(
            "annotate", partial(annotate_part, run), catalogue.parts_lacking("annotate"), label=_part_name
        )
        if emptied := parts_to_empty(run, sources):
            runner.each("retain", partial(empty_part, run), emptied, label=_part_name)
        if reduced := parts_to_reduce(run, sources):
            runner.each("reduce", partial(reduce_part, run), reduced, label=lambda item: item[0].name)
        loaded = runner.each("load", partial(load, run), [home.database], label=lambda database: database.name)

        report = RunReport.of(run.id, run.started_at, clock(), fetched, (cleaned, annotated), loaded)
        catalogue.finish_run(run.id, finished_at=report.finished_at, status=report.status, report=report.as_json())
    return report


def window_of(source: Source, run: Run, *, since: datetime | None, until: datetime | None) -> Window:
    """From the source's last success, or as far back as a first pass reaches, to ``until``, at most to now.

    Now is the moment of asking, not the run's start: another run may have finished the source since. A window that
    ended in the future would leave nothing to later runs until then.

    Raises:
        ValueError: the window is empty.
    """
    now = run.clock()
    end = min(until or now, now)
    first = end - timedelta(days=run.settings.first_look_back_days)
    return Window(since or run.catalogue.last_success(source.name) or first, end)


def _source_name(source: Source) -> str:
    return source.name


def _part_name(part: Part) -> str:
    return part.name
