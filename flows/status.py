"""``newslake status``: what the lake holds, and what is missing."""

from collections import Counter

from rich.console import Console

from flows.console import grid
from warehouse.catalogue import Catalogue
from warehouse.home import Home

RUNS_SHOWN = 5


def print_status(home: Home, console: Console) -> None:
    """Sources with their days, parts and rows; parts still to be done; the last runs.

    Raises:
        FileNotFoundError: there is no lake in that home.
    """
    if not home.lake.exists():
        raise FileNotFoundError(f"there is no lake in {home.root} yet; `newslake run` or `newslake demo` makes one")
    with Catalogue.open(home.catalogue_url) as catalogue:
        rows: dict[str, Counter[str]] = {}
        parts: dict[str, set[str]] = {}
        for file in catalogue.files():
            rows.setdefault(file.part.source, Counter())[file.table] += file.rows
            parts.setdefault(file.part.source, set()).add(file.part.name)
        tables = ("raw_pages", "articles", "rejects", "entities", "quotes", "events")
        lines = []
        for source in sorted(rows):
            days = [day for day in catalogue.source_days(source=source) if day.status == "done"]
            last = catalogue.last_success(source)
            counts = [str(rows[source][table]) for table in tables]
            until = f"{last:%Y-%m-%d %H:%M}" if last else "never"
            lines.append([source, str(len({day.day for day in days})), until, str(len(parts[source])), *counts])
        console.print(f"Lake in {home.root}", highlight=False, soft_wrap=True)
        console.print(grid(("source", "days", "done until (UTC)", "parts", *tables), lines))
        for source, pages in catalogue.queue.waiting().items():
            console.print(f"queue: {pages} pages of {source} wait to be asked for, or asked for again")
        for step in ("clean", "annotate"):
            if lacking := catalogue.parts_lacking(step):
                console.print(f"{step}: {len(lacking)} parts to do; the next `newslake run` does them")
        runs = catalogue.runs(limit=RUNS_SHOWN)
        if runs:
            console.print("\nLast runs")
            shown = [[run.run_id, run.status] for run in runs]
            console.print(grid(("run", "status"), shown))
