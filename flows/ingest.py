"""One pass over the sources. Read this page first: it is the whole way, from top to bottom.

    sources ──fetch──▶ raw_pages ──clean──▶ articles ──annotate──▶ entities, quotes, events ──load──▶ news.duckdb

Every step takes what the catalogue says is still missing, so a pass that was interrupted is continued by the next one,
and a pass with nothing to do costs next to nothing.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from flows.fetch.http import HttpSettings
from flows.fetch.source import SourceReport, fetch_source
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
    lake = Lake(home.lake)
    with Catalogue.open(home.catalogue_url) as catalogue, Workers(settings.worker_count) as workers:
        catalogue.start_run(run_id, kind="ingest", started_at=started)

        def fetch(source: Source) -> SourceReport:
            window = window_of(source, catalogue, settings, since=since, until=until or started)
            http = HttpSettings(user_agent=settings.user_agent)
            return fetch_source(
                source, window, home=home, lake=lake, catalogue=catalogue, http=http, clock=clock, run_id=run_id
            )

        here = {"home": home, "catalogue": catalogue, "workers": workers, "run_id": run_id}
        clean = partial(clean_part, **here)
        annotate = partial(annotate_part, **here, model=settings.model)

        fetched = runner.each("fetch", fetch, sources, label=lambda source: source.name)
        cleaned = runner.each("clean", clean, catalogue.parts_lacking("clean"), label=part_name)
        annotated = runner.each("annotate", annotate, catalogue.parts_lacking("annotate"), label=part_name)
        loaded = runner.each("load", publish_home, [home], label=lambda _: "news.duckdb")

        report = RunReport.of(run_id, started, clock(), fetched, cleaned, annotated, loaded)
        catalogue.finish_run(run_id, finished_at=report.finished_at, status=report.status, report=report.as_json())
    return report
