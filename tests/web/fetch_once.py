"""One fetch of the tests' feed in a process of its own, so that it can be killed.

Arguments: the home's folder, the server as HOST:PORT, and the pages of a part.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.fetch.batches import PartLimits
from flows.fetch.source import fetch_source
from flows.fetch.web.http import HttpSettings
from flows.fetch.window import Window
from flows.sources import FeedSource
from warehouse.catalogue import Catalogue
from warehouse.home import Home
from warehouse.lake import Lake

NIGHT = datetime(2026, 3, 3, tzinfo=UTC)
WINDOW = Window(NIGHT - timedelta(days=2), NIGHT)


def main(root: str, endpoint: str, pages: str) -> None:
    """Fetch once."""
    home = Home(Path(root))
    source = FeedSource(
        name="courier", type="feed", url="http://news.example/feed.xml", connect_to=endpoint, delay_seconds=0
    )
    with Catalogue.open(home.catalogue_url) as catalogue:
        report = fetch_source(
            source,
            WINDOW,
            home=home,
            lake=Lake(home.lake),
            catalogue=catalogue,
            http=HttpSettings(),
            clock=lambda: datetime.now(UTC),
            run_id="run",
            limits=PartLimits(pages=int(pages)),
        )
    print(f"found {report.found}, known {report.known}, stored {report.pages}, failures {dict(report.failures)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
