"""``newslake export``: a selection of the lake in a form that other tools read."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from flows.fetch.web.http_settings import product_and_version
from flows.settings import SettingsError
from warehouse.catalogue import Catalogue
from warehouse.home import Home
from warehouse.lake import Lake
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
