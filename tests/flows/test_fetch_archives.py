"""Archives through the whole fetch step: every record once, whatever stops the reading, and every damage named."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from flows.fetch.batches import PartLimits
from flows.fetch.window import Window
from flows.sources import CcNewsSource, FilesSource, WarcSource
from tests.flows.house import House, house_at
from tests.flows.test_fetch_cc_news import DAY, put_month
from tests.web.server import Web, serve
from tests.web.warc_files import Answer, warc
from warehouse.records import PageCounts

FIRST = date(2026, 3, 1)
EXPECTED = [
    *(f"https://intact.example/{number}" for number in range(5)),
    *(f"https://cut.example/{number}" for number in range(4)),
    *(f"https://corrupt.example/{number}" for number in (0, 1, 3, 4)),
]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with house_at(tmp_path / "house") as house:
        yield house


@pytest.fixture
def web() -> Iterator[Web]:
    with serve() as web:
        put_month(web)
        yield web


def cc_news(web: Web, **keys: Any) -> CcNewsSource:
    usual = {"name": "courier", "type": "cc-news", "url": "http://archive.example/", "connect_to": web.endpoint}
    return CcNewsSource.model_validate(usual | {"delay_seconds": 0} | keys)


def asked_for_files(web: Web, since: int = 0) -> list[str]:
    return [path[-13:-8] for path in web.paths()[since:] if path.endswith(".warc.gz")]


def test_a_month_of_news_becomes_raw_pages_and_its_damages_rows(house: House, web: Web) -> None:
    report = house.fetch(cc_news(web), DAY)
    assert (report.pages, report.failures, report.error) == (13, {"damaged": 2}, None)
    pages = house.rows("raw_pages")
    assert [page["url"] for page in pages] == EXPECTED
    assert {page["observed_at"] for page in pages} == {datetime(2026, 3, 1, 8, tzinfo=UTC)}
    assert pages[0]["found_in"].endswith("CC-NEWS-20260301060000-00001.warc.gz")
    assert pages[0]["archived_at"].startswith(pages[0]["found_in"] + "#offset=")
    damages = [row for row in house.rows("fetches") if row["outcome"] == "damaged"]
    assert [row["url"][-13:] for row in damages] == ["00002.warc.gz", "00003.warc.gz"]
    assert all(row["detail"].startswith("from offset ") for row in damages)
    assert house.catalogue.queue.counts("courier", FIRST, FIRST)[FIRST] == PageCounts(found=13, got=13)
    assert {row["url"] for row in house.rows("discoveries")} == set(EXPECTED)


def test_what_was_read_to_its_end_is_not_opened_again(house: House, web: Web) -> None:
    house.fetch(cc_news(web), DAY)
    before, rows = len(web.requests), len(house.rows("fetches"))
    again = house.fetch(cc_news(web), DAY)
    assert (again.pages, again.error) == (0, None)
    assert asked_for_files(web, before) == []
    assert len(house.rows("fetches")) == rows


@pytest.mark.parametrize("dies_after", [12, 20, 30, 45, 60])
def test_a_reading_that_was_stopped_goes_on_where_it_had_come_to(house: House, web: Web, dies_after: int) -> None:
    left = iter(range(dies_after))

    def clock() -> datetime:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return house.time.clock()

    limits = PartLimits(pages=3)
    with pytest.raises(KeyboardInterrupt):
        house.fetch(cc_news(web), DAY, clock=clock, limits=limits)
    first = len(house.rows("raw_pages"))
    assert house.fetch(cc_news(web), DAY, limits=limits).pages == 13 - first
    assert [page["url"] for page in house.rows("raw_pages")] == EXPECTED
    assert sum(row["outcome"] == "damaged" for row in house.rows("fetches")) == 2


def test_hosts_are_chosen_before_anything_is_stored(house: House, web: Web) -> None:
    report = house.fetch(cc_news(web, hosts=["cut.example"]), DAY)
    assert report.pages == 4
    # With other filters the files are read again, and what is there stays as it is.
    assert house.fetch(cc_news(web, hosts=["cut.example", "intact.example"]), DAY).pages == 5
    assert len({page["url"] for page in house.rows("raw_pages")}) == len(house.rows("raw_pages")) == 9


def test_captures_of_changed_pages_are_versions_and_equal_ones_are_not(house: House, tmp_path: Path) -> None:
    url = "https://news.example/a"
    captures = [
        Answer(url, b"<p>first</p>", captured_at="2026-03-01T08:00:00Z"),
        Answer(url, b"<p>first</p>", captured_at="2026-03-01T09:00:00Z"),
        Answer(url, b"<p>second</p>", captured_at="2026-03-02T08:00:00Z"),
    ]
    (tmp_path / "news.warc.gz").write_bytes(warc(captures))
    source = WarcSource(name="courier", type="warc", paths=(str(tmp_path / "*.warc.gz"),))
    report = house.fetch(source)
    assert (report.found, report.known, report.pages) == (3, 1, 2)
    assert [(page["body"], page["part"][:10]) for page in house.rows("raw_pages")] == [
        (b"<p>first</p>", "2026-03-01"),
        (b"<p>second</p>", "2026-03-02"),
    ]


def test_pages_that_forbid_it_are_refused_in_archives_too(house: House, tmp_path: Path) -> None:
    free = Answer("https://news.example/free")
    mine = Answer("https://news.example/mine", headers=(("Content-Type", "text/html"), ("X-Robots-Tag", "noarchive")))
    (tmp_path / "news.warc").write_bytes(warc([free, mine], packed=False))
    source = WarcSource(name="courier", type="warc", paths=(str(tmp_path / "news.warc"),))
    report = house.fetch(source)
    assert (report.pages, report.failures) == (1, {"opted-out": 1})
    assert house.fetch(source.model_copy(update={"opt_outs": "record", "name": "second"})).pages == 1


def test_an_archive_that_is_missing_fails_the_window_and_not_the_others(house: House, tmp_path: Path) -> None:
    (tmp_path / "news.warc.gz").write_bytes(warc([Answer("https://news.example/a")]))
    paths = (str(tmp_path / "nowhere.warc.gz"), str(tmp_path / "news.warc.gz"))
    report = house.fetch(WarcSource(name="courier", type="warc", paths=paths))
    assert report.pages == 1
    assert report.error is not None
    assert "nowhere.warc.gz" in report.error
    assert house.catalogue.last_success("courier") is None


def test_a_folder_may_hold_pages_and_archives(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.html").write_bytes(b"<p>a</p>")
    (folder / "news.warc.gz").write_bytes(warc([Answer("https://news.example/b")])[:-20])
    report = house.fetch(FilesSource(name="courier", type="files", path=folder))
    assert (report.pages, report.failures) == (1, {"damaged": 1})
    (folder / "news.warc.gz").write_bytes(warc([Answer("https://news.example/b")]))
    again = house.fetch(FilesSource(name="courier", type="files", path=folder), Window(DAY.start, DAY.end))
    assert again.pages == 1
