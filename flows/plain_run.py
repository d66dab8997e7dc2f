"""A pass without a server, as ``newslake run`` does it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console

from flows.console import progress_for
from flows.ingest import ingest
from flows.report import RunReport
from flows.run_steps import PlainRunner
from flows.settings import Settings, SettingsError, load_settings
from flows.sources import Source, load_sources
from warehouse.home import Home


def now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


def plain_ingest(
    home: Home,
    console: Console,
    *,
    names: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> RunReport:
    """One pass over the named sources of the home's registry, or over all that are enabled."""
    settings = load_settings(home)
    sources = choose_sources(load_sources(home.sources_file), names)
    return ingest_with_progress(home, settings, sources, console, since=since, until=until)


def ingest_with_progress(
    home: Home,
    settings: Settings,
    sources: Sequence[Source],
    console: Console,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> RunReport:
    """One pass in this process, its progress shown on the console."""
    progress = progress_for(console)
    try:
        return ingest(home, settings, sources, runner=PlainRunner(progress), clock=now, since=since, until=until)
    finally:
        progress.close()


def choose_sources(sources: Sequence[Source], names: Sequence[str]) -> list[Source]:
    """The named sources, or all enabled ones where no name is given.

    Raises:
        SettingsError: a name is not in the registry, or no source is enabled.
    """
    if not names:
        if enabled := [source for source in sources if source.enabled]:
            return enabled
        raise SettingsError("no source is enabled in sources.toml, so there is nothing to fetch")
    by_name = {source.name: source for source in sources}
    if unknown := sorted(set(names) - by_name.keys()):
        raise SettingsError(f"no source named {', '.join(unknown)}; there are: {', '.join(by_name) or 'none'}")
    return [by_name[name] for name in dict.fromkeys(names)]
