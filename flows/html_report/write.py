"""``newslake report``: the page about some days, written whole or not at all."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from flows.html_report.page import page
from warehouse.durable_files import written_aside
from warehouse.home import Home
from warehouse.overview import Period, overview


def write_report(
    home: Home,
    *,
    since: date | None = None,
    until: date | None = None,
    sources: Sequence[str] = (),
    output: Path | None = None,
) -> Path:
    """Write the page about the UTC days from ``since`` until before ``until`` and say where it is.

    Args:
        home: Where the database is published; it is only read.
        since: First day; by default seven days before ``until``.
        until: Day after the last one; by default the day after the last one that has articles.
        sources: Only these; all by default.
        output: The file to write; by default one named for the days in the home's folder ``reports``.

    Raises:
        NoDatabaseError: nothing has been published yet.
        UnanswerableError: the days or sources make no sense.
        OSError: the file cannot be written.
    """
    found = overview(home, since=since, until=until, sources=sources)
    target = (output or home.root / "reports" / f"{_days(found.period)}.html").resolve()
    text = page(found)
    target.parent.mkdir(parents=True, exist_ok=True)
    with written_aside(target) as file:
        file.write(text.encode())
    return target


def _days(period: Period) -> str:
    return str(period.since) if period.days == 1 else f"{period.since}_{period.last}"
