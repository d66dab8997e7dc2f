"""An erased page does not come back: not by its feed, another address, an archive, nor by its own word."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from flows.cli import newslake
from flows.erase import erase_pages
from flows.export import export_raw_pages
from flows.settings import Settings
from flows.sources import FilesSource, WarcSource
from flows.steps import Run, clean_part
from flows.workers import Workers
from tests.flows.house import SITE, House, house_at, put_feed, source_at
from tests.web.server import Reply, Web, serve
from transforms.erasure import is_withheld
from warehouse.catalogue import Catalogue

STORY = "<html><head><title>Ferry</title>{head}</head><body><article><h1>Ferry back</h1><p>{text}</p></article></body>"
TEXT = "The ferry came back to the harbour on Monday after a week at sea, and everybody on board was well. " * 3
LATER = datetime(2026, 3, 3, tzinfo=UTC)


@pytest.fixture
def web() -> Iterator[Web]:
    with serve() as web:
        yield web


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with house_at(tmp_path / "home") as house:
        yield house


def outcomes(house: House) -> list[tuple[str, bool]]:
    """Outcome of every attempt at a page, and whether its address is withheld."""
    return [(row["outcome"], is_withheld(row["url"])) for row in house.rows("fetches") if row["purpose"] == "page"]


def erase(house: House, *words: str) -> None:
    erase_pages(house.home, words, clock=house.time.clock)


def test_a_page_that_its_feed_still_names_is_refused_once_and_counted(web: Web, house: House) -> None:
    put_feed(web, [("/a", None), ("/b", None)], etag='"1"')
    house.fetch(source_at(web))
    erase(house, f"{SITE}/a")
    asked = len([request for request in web.requests if request.path == "/a"])
    put_feed(web, [("/a?utm_source=feed", None), ("/a/", None), ("/b", None), ("/c", None)], etag='"2"')
    report = house.fetch(source_at(web), forced=True)
    assert report.failures == {"erased": 1}  # "/a?utm_source=feed" has the key that is refused already
    assert report.pages == 1
    assert [path for path in house.urls() if not is_withheld(path)] == ["/b", "/c"]
    assert len([request for request in web.requests if request.path.startswith("/a")]) == asked
    assert outcomes(house).count(("erased", True)) == 1
    assert not any(row["url"].endswith("/a/") for row in house.rows("fetches"))
    assert house.fetch(source_at(web), forced=True).failures == {}


def test_another_address_that_leads_to_it_is_erased_as_well(web: Web, house: House) -> None:
    put_feed(web, [("/a", None)])
    house.fetch(source_at(web))
    erase(house, f"{SITE}/a")
    put_feed(web, [("/short", None)], etag='"2"')
    web.put("/short", Reply(b"", 301, {"Location": f"{SITE}/a"}, None))
    assert house.fetch(source_at(web), forced=True).failures == {"erased": 1}
    assert house.catalogue.tombstones.all().bar(f"{SITE}/short")
    assert [is_withheld(row["url"]) for row in house.rows("raw_pages")] == [True]


def test_a_page_that_was_queued_is_not_asked_for(web: Web, house: House) -> None:
    put_feed(web, [("/a", None), ("/b", None)])
    house.fetch(source_at(web, max_pages=1))
    [left] = {"/a", "/b"} - set(house.urls())
    erase(house, SITE + left)
    assert house.fetch(source_at(web), forced=True).pages == 0
    assert not [request for request in web.requests if request.path == left]


def test_an_archive_that_holds_it_is_read_past_it(web: Web, house: House, tmp_path: Path) -> None:
    put_feed(web, [("/a", None), ("/b", None)])
    house.fetch(source_at(web))
    archive = tmp_path / "all.warc.gz"
    export_raw_pages(house.home, archive, now=house.time.clock())
    erase(house, f"{SITE}/a")
    source = WarcSource(type="warc", name="archive", paths=(str(archive),))
    report = house.fetch(source)
    assert report.failures == {"erased": 1}
    told = [(row["outcome"], row["url"]) for row in house.rows("fetches") if row["source"] == "archive"]
    assert ("ok", f"{SITE}/b") in told
    assert [is_withheld(url) for outcome, url in told if outcome == "erased"] == [True]


def test_a_page_that_says_that_it_is_the_erased_one_is_refused_and_emptied(house: House, tmp_path: Path) -> None:
    house.catalogue.start_run("r", kind="ingest", started_at=house.time.clock())
    folder = tmp_path / "pages"
    folder.mkdir()
    erase(house, "https://paper.example/ferry")
    head = '<link rel="canonical" href="https://paper.example/ferry">'
    (folder / "copy.html").write_text(STORY.format(head=head, text=TEXT))
    (folder / "other.html").write_text(STORY.format(head="", text=TEXT))
    house.fetch(FilesSource(type="files", name="folder", path=folder))
    with Workers(1) as workers:
        run = Run("r", LATER, house.home, Settings(), house.lake, house.catalogue, workers, house.time.clock)
        [part] = house.catalogue.parts_lacking("clean")
        report = clean_part(run, part)
    assert (report.rows, report.rejects) == ({"articles": 1, "rejects": 1}, {"erased": 1})
    [reject] = house.rows("rejects")
    assert is_withheld(reject["url"])
    emptied = [row for row in house.rows("raw_pages") if is_withheld(row["url"])]
    assert [(row["page_id"], row["body"]) for row in emptied] == [(reject["page_id"], b"")]
    assert house.lake.sweep(house.catalogue.files(), grace=timedelta(0)) == []
    assert house.fetch(FilesSource(type="files", name="folder", path=folder)).pages == 0


def test_the_command_asks_says_what_it_did_and_can_be_tried_first(web: Web, house: House) -> None:
    put_feed(web, [("/a", None), ("/b", None)])
    house.fetch(source_at(web))
    home = str(house.home.root)

    def call(*words: str) -> Any:
        return CliRunner().invoke(newslake, ["--home", home, "erase", *words])

    tried = call(f"{SITE}/a", "--dry-run")
    assert (tried.exit_code, tried.output.splitlines()[0]) == (
        0,
        "1 pages would be erased, 1 addresses and hosts would be barred",
    )
    assert call(f"{SITE}/a").exit_code == 2  # nobody can be asked
    assert f"{SITE}/a" in {row["url"] for row in house.rows("raw_pages")}
    done = call(f"{SITE}/a", "--yes", "--reason", "asked for")
    assert done.exit_code == 0
    assert "1 pages erased, 1 addresses and hosts barred from coming back" in done.output
    assert call("nonsense", "--yes").exit_code == 2
    assert call("0" * 24, "--yes").exit_code == 1
    with Catalogue.open(house.home.catalogue_url) as catalogue:
        assert catalogue.tombstones.unfinished() == 0
