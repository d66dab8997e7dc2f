"""One fetch of a list of URLs in a process of its own, so that it can be killed.

Arguments: the home's folder, the list, the seconds between requests, and the hosts that may be private, by commas.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.fetch.source import fetch_source
from flows.fetch.web.http_settings import HttpSettings
from flows.fetch.window import Window
from flows.sources import UrlsSource
from warehouse.catalogue import Catalogue
from warehouse.home import Home
from warehouse.lake import Lake


def main(root: str, path: str, delay: str, hosts: str) -> None:
    """Fetch once."""
    home = Home(Path(root))
    source = UrlsSource(
        name="list", type="urls", path=Path(path), delay_seconds=float(delay), allow_private=tuple(hosts.split(","))
    )
    now = datetime.now(UTC)
    with Catalogue.open(home.catalogue_url) as catalogue:
        report = fetch_source(
            source,
            Window(now - timedelta(days=1), now),
            home=home,
            lake=Lake(home.lake),
            catalogue=catalogue,
            http=HttpSettings(),
            clock=lambda: datetime.now(UTC),
            run_id="run",
        )
    print(report)


if __name__ == "__main__":
    main(*sys.argv[1:])
