"""A lake with everything that a fetch needs, for the tests of the fetch step."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.fetch.source import SourceReport, fetch_source
from flows.fetch.window import Window
from flows.sources import FeedSource, Source
from tests.web.clients import NOON, QUICK, ToldTime
from tests.web.server import Reply, Request, Web
from warehouse.catalogue import Catalogue
from warehouse.home import Home
from warehouse.lake import Lake

SITE = "http://news.example"
TODAY = Window(datetime(2026, 3, 2, tzinfo=UTC), NOON)


@dataclass(frozen=True)
class House:
    """A home, its lake and its catalogue, and a time that only passes where somebody sleeps."""

    home: Home
    lake: Lake
    catalogue: Catalogue
    time: ToldTime

    def fetch(self, source: Source, window: Window = TODAY, **changes: Any) -> SourceReport:
        """One fetch, its pauses told and not slept."""
        arguments: dict[str, Any] = {
            "home": self.home,
            "lake": self.lake,
            "catalogue": self.catalogue,
            "http": QUICK,
            "clock": self.time.clock,
            "run_id": "run-1",
            "pace": self.time.pace(),
        }
        return fetch_source(source, window, **(arguments | changes))

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Every row of a table, by part."""
        return [row for file in self.catalogue.files(table=table) for row in self.lake.read(file).to_pylist()]

    def urls(self) -> list[str]:
        """Paths of the raw pages."""
        return [row["url"].removeprefix(SITE) for row in self.rows("raw_pages")]


@contextmanager
def house_at(root: Path) -> Iterator[House]:
    """A house in that folder."""
    home = Home(root)
    with Catalogue.open(home.catalogue_url) as catalogue:
        yield House(home, Lake(home.lake), catalogue, ToldTime())


def feed_of(entries: Sequence[tuple[str, str | None]]) -> bytes:
    """RSS with these paths and dates."""
    items = "".join(
        f"<item><title>Title of {path}</title><link>{SITE}{path}</link>"
        + (f"<pubDate>{dated}</pubDate>" if dated else "")
        + "</item>"
        for path, dated in entries
    )
    return f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'.encode()


def put_feed(web: Web, entries: Sequence[tuple[str, str | None]], *, etag: str = '"1"') -> None:
    """Serve a feed and the pages that it names."""
    body = feed_of(entries)

    def answer(request: Request) -> Reply:
        if request.headers.get("if-none-match") == etag:
            return Reply(b"", 304, {}, None)
        return Reply(body, headers={"ETag": etag}, content_type="application/rss+xml")

    web.put("/feed.xml", answer)
    for path, _ in entries:
        web.put(path, Reply(f"<p>{path}</p>".encode()))


def source_at(web: Web, **keys: Any) -> FeedSource:
    """A feed of that server, which is asked for no more than is needed."""
    usual = {
        "name": "courier",
        "url": f"{SITE}/feed.xml",
        "connect_to": web.endpoint,
        "delay_seconds": 0,
        "opt_outs": "record",
    }
    return FeedSource.model_validate({"type": "feed", **usual, **keys})
