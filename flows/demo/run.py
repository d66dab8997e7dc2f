"""``newslake demo``: the real flow over the small news site, and three questions to the result."""

from datetime import UTC, datetime
from importlib.resources import as_file, files

from rich.console import Console

from flows.console import print_report, standard_console
from flows.demo.server import serve_demo_site
from flows.plain_run import ingest_with_progress
from flows.report import RunReport
from flows.settings import Settings
from flows.sources import Source, load_sources
from warehouse.home import Home
from warehouse.query import format_table, open_read_only, run_query

FORTNIGHT = (datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 16, tzinfo=UTC))
"""The days in which the demo's articles were published."""


def run_demo(home: Home) -> RunReport:
    """Ingest the demo site into a lake of its own below the home, and print report and queries."""
    console = standard_console()
    demo_home = Home(home.root / "demo")
    since, until = FORTNIGHT
    with serve_demo_site() as (host, port), as_file(files("flows.demo")) as folder:
        console.print(f"A small news site is served on http://{host}:{port}; the flow reads it like any other.")
        sources = [reach(source, host, port) for source in load_sources(folder / "sources.toml")]
        report = ingest_with_progress(demo_home, Settings(), sources, console, since=since, until=until)
    print_report(console, report)
    print_queries(demo_home, console)
    return report


def reach(source: Source, host: str, port: int) -> Source:
    """The source with its outlet's host name leading to the demo's server."""
    if source.type == "files":
        return source
    return source.model_copy(update={"connect_to": f"{host}:{port}", "delay_seconds": 0.0})


def print_queries(home: Home, console: Console) -> None:
    """Each demo query with its result."""
    with open_read_only(home) as connection:
        for path in sorted((files("flows.demo") / "queries").iterdir(), key=lambda path: path.name):
            query = path.read_text(encoding="utf-8").strip()
            result = run_query(connection, query)
            console.print()
            console.print(query, style="cyan", highlight=False, markup=False)
            console.print(format_table(result, width=console.width), highlight=False, markup=False, soft_wrap=True)
    console.print(f'\nAsk your own: newslake --home {home.root} sql "SELECT …"', highlight=False, soft_wrap=True)
