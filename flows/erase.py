"""``newslake erase``: pages out of everything, for good."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from flows.plain_run import now
from flows.settings import SettingsError
from warehouse.catalogue import Catalogue
from warehouse.erasure import ErasureReport, erase, plan
from warehouse.erasure_targets import Targets
from warehouse.home import Home
from warehouse.lake import Lake


def plan_erasure(home: Home, words: Sequence[str], *, clock: Callable[[], datetime] = now) -> ErasureReport:
    """What ``erase_pages`` would remove; nothing is changed.

    Raises:
        SettingsError: a word is no URL, article id or domain, or the home has no lake.
        LookupError: the lake has no article of an id that was given.
    """
    targets = _targets(home, words)
    with Catalogue.open(home.catalogue_url, now=clock) as catalogue:
        return plan(Lake(home.lake), catalogue, targets, now=clock())


def erase_pages(
    home: Home, words: Sequence[str], *, reason: str | None = None, clock: Callable[[], datetime] = now
) -> ErasureReport:
    """Erase what the words name, and finish what was interrupted; harmless to repeat.

    Args:
        home: The lake.
        words: Each a URL with its scheme, an article's id, or a domain, which means all hosts below it too.
        reason: Kept beside the marks, as it is.
        clock: Tells the time, in UTC.

    Raises:
        SettingsError: a word is none of these, or the home has no lake.
        LookupError: the lake has no article of an id that was given.
        ErasureUnfinishedError: a check keeps the old database published.
    """
    targets = _targets(home, words)
    with Catalogue.open(home.catalogue_url, now=clock) as catalogue:
        return erase(home, Lake(home.lake), catalogue, targets, reason=reason, now=clock())


def erasure_lines(report: ErasureReport, *, dry_run: bool) -> Iterator[str]:
    """What was done, for a person."""
    done, barred = ("would be erased", "would be barred") if dry_run else ("erased", "barred from coming back")
    yield f"{report.pages} pages {done}, {report.marks} addresses and hosts {barred}"
    for table, count in report.rows.items():
        yield f"  {table}: {count} rows"
    if dry_run:
        return
    yield (
        f"{report.files_rewritten} files of the lake written anew, {report.files_removed} removed "
        f"({report.bytes_removed:,} bytes); {report.catalogue_rows} rows of the catalogue changed"
    )
    if report.publication is not None:
        yield (
            "The database was made anew. Programs that have it open still see the old content until they close it; "
            "so do copies, exports and backups, which this command cannot reach."
        )
    if report.still_named_in:
        yield f"Still named in files that are not the lake's: {', '.join(report.still_named_in)}"


def _targets(home: Home, words: Sequence[str]) -> Targets:
    if not (home.root / "catalogue.db").exists():
        raise SettingsError(f"{home.root} has no catalogue, so there is nothing to erase")
    try:
        return Targets.parse(words)
    except ValueError as error:
        raise SettingsError(str(error)) from error
