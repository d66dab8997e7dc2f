"""One pass over the demo site with a clock that stands still, so that two lakes can be compared to the last value.

python -m tests.campaigns.ingest_once HOME HOST:PORT
"""

import sys
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path

from flows.console import PlainProgress
from flows.demo.run import FORTNIGHT, reach
from flows.ingest import ingest
from flows.run_steps import PlainRunner
from flows.settings import Settings
from flows.sources import load_sources
from warehouse.home import Home

STANDSTILL = datetime(2026, 3, 16, 8, tzinfo=UTC)


def main() -> int:
    """Exit code 0 when everything was done."""
    home, address = Path(sys.argv[1]), sys.argv[2]
    host, port = address.rsplit(":", 1)
    since, until = FORTNIGHT
    with as_file(files("flows.demo")) as folder:
        sources = [reach(source, host, int(port)) for source in load_sources(folder / "sources.toml")]
        report = ingest(
            Home(home),
            Settings(workers=2),
            sources,
            runner=PlainRunner(PlainProgress(), concurrency=2),
            clock=lambda: STANDSTILL,
            since=since,
            until=until,
        )
    print(report.summary)
    return 0 if report.status == "completed" else 1


if __name__ == "__main__":
    sys.exit(main())
