"""One pass over the sources. Read this page first: it is the whole way, from top to bottom.

    sources ──fetch──▶ raw_pages ──clean──▶ articles ──annotate──▶ entities, quotes, events ──load──▶ news.duckdb

Every step takes what the catalogue says is still missing, so a pass that was interrupted is continued by the next one,
and a pass with nothing to do costs next to nothing.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from warehouse.publish import publish

from flows.fetch.http_settings import HttpSettings
from flows.fetch.source import SourceReport, fetch_source
from flows.fetch.window import Window
from flows.report import RunReport
from flows.run_steps import StepRunner
from flows.settings import Settings
from flows.sources import Source
from flows.steps import annotate_part, clean_part
from flows.workers import Workers
from warehouse.catalogue import Catalogue
from warehouse.home import Home
from warehouse.lake import Lake

Clock = Callable[[], datetime]


def ingest(
    home: Home,
    settings: Settings,
    sources: Sequence[Source],
    *,
    runner: StepRunner,
    clock: Clock,
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
        until: End of the window; by default now.

    Returns:
        What was done. Failures of single sources or parts are in it; they never stop the others.
    """
    started = clock()
    run_id = started.strftime("%Y%m%dT%H%M%S.%fZ")
    with Catalogue.open(home.catalogue_url, now=clock) as catalogue, Workers(settings.worker_count) as workers:
        catalogue.start_run(run_id, flow="ingest")
        here = {"home": home, "catalogue": catalogue, "run_id": run_id}
        fetch = partial(
            fetch_source, **here, http=HttpSettings(user_agent=settings.user_agent), clock=clock, lake=Lake(home.lake)
        )

        def fetch_new(source: Source) -> SourceReport:
            return fetch(source, window_of(source, catalogue, settings, since=since, until=until or started))

        clean = partial(clean_part, **here, workers=workers)
        annotate = partial(annotate_part, **here, workers=workers, model=settings.model)
        load = partial(publish, catalogue=catalogue)

        fetched = runner.each("fetch", fetch_new, sources, label=lambda source: source.name)
        cleaned = runner.each("clean", clean, catalogue.parts_lacking("clean"), label=lambda part: part.name)
        annotated = runner.each("annotate", annotate, catalogue.parts_lacking("annotate"), label=lambda part: part.name)
        loaded = runner.each("load", load, [home], label=lambda home: home.database.name)

        report = RunReport.of(run_id, started, clock(), fetched, (cleaned, annotated), loaded)
        catalogue.finish_run(run_id, report.status, report.as_json())
    return report


def window_of(
    source: Source, catalogue: Catalogue, settings: Settings, *, since: datetime | None, until: datetime
) -> Window:
    """From the source's last success, or as far back as a first pass reaches, to ``until``.

    Raises:
        ValueError: the window is empty.
    """
    first = until - timedelta(days=settings.first_look_back_days)
    return Window(since or catalogue.last_success(source.name) or first, until)
