"""``newslake export``: a selection of the lake in a form that other tools read."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from flows.fetch.web.http_settings import product_and_version
from flows.settings import SettingsError
from warehouse.catalogue import Catalogue
from warehouse.home import Home
from warehouse.lake import Lake
from warehouse.snapshot.descriptor import Snapshot
from warehouse.snapshot.selection import Rows, SelectionError
from warehouse.snapshot.taking import take_snapshot
from warehouse.snapshot.verification import Finding, NoSnapshotError, compare_with_warehouse, verify
from warehouse.spreadsheet import CsvReport, export_csv
from warehouse.warc_export import ExportReport, export_warc


def export_raw_pages(
    home: Home,
    target: Path,
    *,
    names: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    pattern: str | None = None,
    now: datetime,
) -> ExportReport:
    """Write raw pages into a WARC file, by day and source.

    Args:
        home: The lake.
        target: The file; one of that name is replaced.
        names: Only pages of these sources.
        since: Only pages fetched or captured from then on.
        until: Only pages fetched or captured before.
        pattern: Only pages whose final URL matches, with ``*`` and ``?`` as in file names.
        now: When it is written.

    Raises:
        SettingsError: the lake has no source of such a name, or nothing is in the selection.
        OSError: the file cannot be written.
    """
    if not target.parent.is_dir():
        raise SettingsError(f"{target.parent} is no folder, so {target.name} cannot be written there")

    def wanted(row: Mapping[str, Any]) -> bool:
        observed = row["observed_at"].astimezone(UTC)
        in_time = (since is None or since <= observed) and (until is None or observed < until)
        return in_time and (pattern is None or fnmatchcase(row["final_url"], pattern))

    with Catalogue.open(home.catalogue_url) as catalogue:
        stored = catalogue.files(table="raw_pages")
    known = {file.part.source for file in stored}
    if unknown := sorted(set(names) - known):
        raise SettingsError(
            f"no pages of {', '.join(unknown)} in the lake; there are pages of: {', '.join(sorted(known))}"
        )
    files = [file for file in stored if not names or file.part.source in names]
    return export_warc(Lake(home.lake), files, target, wanted=wanted, software=product_and_version(), now=now)


def export_snapshot(
    home: Home,
    target: Path,
    *,
    tables: Sequence[str] = (),
    queries: Sequence[str] = (),
    query_names: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
    sources: Sequence[str] = (),
    now: datetime,
    progress: Callable[[str], object],
) -> Snapshot:
    """Take a snapshot of tables and queries into a new folder.

    Args:
        home: The lake.
        target: The folder, which must not exist.
        tables: Views, or tables as ``lake.NAME``.
        queries: SELECTs.
        query_names: Their names, in the same order; none for ``query-1`` and so on.
        since: Of the tables, only rows of that day and later.
        until: Of the tables, only rows of days before.
        sources: Of the tables, only rows of these sources.
        now: When it is taken.
        progress: Told the name of each table and query when its turn comes.

    Raises:
        SettingsError: what was asked for cannot be exported as it was said.
        QueryError: a query is wrong.
        OSError: the folder cannot be written.
    """
    names = query_names or [f"query-{number}" for number in range(1, len(queries) + 1)]
    if len(names) != len(queries):
        raise SettingsError(f"{len(queries)} times --query and {len(names)} times --name: name each query or none")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SettingsError(f"two queries are called {', '.join(twice)}")
    if not tables and (since or until or sources):
        raise SettingsError("--since, --until and --source choose rows of tables; a query says it in its WHERE")
    try:
        return take_snapshot(
            home,
            target,
            tables=tables,
            queries=dict(zip(names, queries, strict=True)),
            rows=Rows(since, until, tuple(sources)),
            software=product_and_version(),
            now=now,
            progress=progress,
        )
    except SelectionError as error:
        raise SettingsError(str(error)) from error


def verify_snapshot(home: Home, folder: Path, *, against_warehouse: bool) -> tuple[list[Finding], list[Finding]]:
    """What is to be said of the folder itself, and of today's warehouse where that is asked for.

    Raises:
        SettingsError: the folder is no snapshot.
    """
    try:
        return verify(folder), compare_with_warehouse(home, folder) if against_warehouse else []
    except NoSnapshotError as error:
        raise SettingsError(str(error)) from error


def export_spreadsheet(home: Home, target: Path, query: str, *, overwrite: bool) -> CsvReport:
    """Write what a query gives as a CSV file.

    Raises:
        SettingsError: the file exists and may not be replaced, or its folder does not.
        QueryError: the query is wrong.
    """
    if target.exists() and not overwrite:
        raise SettingsError(f"{target} exists: --overwrite replaces it")
    if not target.parent.is_dir():
        raise SettingsError(f"{target.parent} is no folder, so {target.name} cannot be written there")
    return export_csv(home, target, query)
