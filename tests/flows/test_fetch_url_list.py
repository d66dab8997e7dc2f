"""Lists of URLs in local files."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.fetch.items import Finding, Item
from flows.fetch.local.url_list import UrlListReader
from flows.fetch.results import Failure, Response
from flows.fetch.window import Window
from flows.sources import UrlsSource
from tests.web.clients import QUICK, ToldTime, fetcher_for
from tests.web.server import Reply, Web, serve

MARCH_2 = Window(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC))
SITE = "https://courier.example"


def findings(path: Path, content: bytes | str | None = None, *, window: Window = MARCH_2) -> list[Finding]:
    """What the file names, once the content is in it."""
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    source = UrlsSource(name="picked", type="urls", path=path)
    time = ToldTime()
    with fetcher_for(None, time) as fetcher:
        return list(UrlListReader(source, fetcher, QUICK, clock=time.clock).discover(window))


def items(path: Path, content: bytes | str) -> list[Item]:
    (finding,) = findings(path, content)
    assert (finding.failure, finding.attempts) == (None, ())
    return list(finding.items)


def paths(found: list[Item]) -> list[str]:
    return [item.url.removeprefix(SITE) for item in found]


def problems(found: list[Finding]) -> list[str | None]:
    attempts = [attempt for finding in found for attempt in finding.attempts]
    assert {(attempt.purpose, attempt.outcome) for attempt in attempts} <= {("discovery", "bad-url")}
    return [attempt.detail for attempt in attempts]


@pytest.fixture
def text(tmp_path: Path) -> Path:
    return tmp_path / "list.txt"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "list.csv"


@pytest.fixture
def web() -> Iterator[Web]:
    with serve() as web:
        yield web


def test_a_text_has_one_url_a_line(text: Path) -> None:
    found = items(
        text, f"\ufeff# picked by hand\r\n{SITE}/a?utm_source=x\r\n\r\n  {SITE}/b#part  \r\n#{SITE}/c\r\n{SITE}/d"
    )
    assert paths(found) == ["/a?utm_source=x", "/b", "/d"]
    assert [item.key for item in found] == [f"{SITE}/a", f"{SITE}/b", f"{SITE}/d"]
    assert {(item.found_in, item.title, item.published, item.dated) for item in found} == {
        ("file://picked/list.txt", None, None, None)
    }


def test_latin_1_is_read_where_a_line_is_no_utf_8(text: Path) -> None:
    content = f"{SITE}/münchen\n".encode("latin-1") + f"{SITE}/zürich\n".encode()
    assert paths(items(text, content)) == ["/münchen", "/zürich"]


def test_a_packed_list_is_unpacked(tmp_path: Path) -> None:
    assert paths(items(tmp_path / "list.csv.gz", gzip.compress(f"url\n{SITE}/a\n".encode()))) == ["/a"]
    assert paths(items(tmp_path / "list.gz", gzip.compress(f"{SITE}/a\n".encode()))) == ["/a"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_may_say_more_than_the_url(table: Path, delimiter: str) -> None:
    heading = delimiter.join(("Published", "ID", '"URL"', "Title"))
    row = delimiter.join(("2026-03-02 08:30", "7", f"{SITE}/a", '"Ferry ""back"", at last"'))
    (item,) = items(table, f"{heading}\n{row}\n")
    assert (item.url, item.title) == (f"{SITE}/a", 'Ferry "back", at last')
    assert (item.published, item.dated) == ("2026-03-02T08:30:00", datetime(2026, 3, 2, 8, 30, tzinfo=UTC))


def test_a_table_is_known_by_its_heading_too(text: Path) -> None:
    assert [item.title for item in items(text, f"# exported\ntitle;link\nFerry;{SITE}/a\n")] == ["Ferry"]


def test_a_table_without_a_heading_has_its_urls_first(table: Path) -> None:
    assert paths(items(table, f'"{SITE}/a",x\n{SITE}/b,y\n')) == ["/a", "/b"]


def test_a_table_without_urls_is_a_failure(table: Path) -> None:
    (finding,) = findings(table, "id,title\n7,Ferry\n")
    assert finding.failure is not None
    assert finding.failure.kind == "file"
    assert "no column url" in finding.failure.detail


def test_a_record_may_go_over_several_lines(table: Path) -> None:
    content = f'url,title\n{SITE}/a,"Ferry\nback, \n\nat last"\n\n# no more\n{SITE}/b,Tram\n'
    assert [(item.url, item.title) for item in items(table, content)] == [
        (f"{SITE}/a", "Ferry back, at last"),
        (f"{SITE}/b", "Tram"),
    ]


def test_a_quotation_mark_too_many_costs_one_line(table: Path) -> None:
    rows = "".join(f"{SITE}/{number},Title\n" for number in range(50))
    found = findings(table, f'url,title\n{SITE}/x,"Ferry\n{rows}{SITE}/y,"a"b\n{SITE}/z,last\n')
    assert paths(list(found[0].items)) == [*(f"/{number}" for number in range(50)), "/z"]
    first, second = problems(found)
    assert first == "line 2: it cannot be read as a record: unexpected end of data"
    assert second is not None
    assert second.startswith("line 53: it cannot be read as a record")


def test_a_line_that_is_no_url_is_told_with_its_number_and_stops_nothing(text: Path) -> None:
    long = f"{SITE}/{'a' * 20_000}"
    found = findings(
        text, f"{SITE}/a\nsome words\nftp://x.example/\nhttp://x.example:25/\n{long}\nhttp://[x\n{SITE}/b\n"
    )
    assert paths(list(found[0].items)) == ["/a", "/b"]
    told = problems(found)
    assert [str(detail).partition(":")[0] for detail in told] == ["line 2", "line 3", "line 4", "line 5", "line 6"]
    assert told[0] == "line 2: 'some words': a relative URL: only http and https are fetched"
    assert told[3] == "line 5: longer than 16384 bytes"


def test_a_line_too_long_for_a_table_costs_itself_alone(table: Path) -> None:
    found = findings(table, f'url,title\n{SITE}/a,"{"x" * 20_000}"\n{SITE}/b,"open\n{"x" * 20_000}\n{SITE}/c\n')
    assert paths(list(found[0].items)) == ["/c"]
    assert [str(detail).partition(":")[0] for detail in problems(found)] == ["line 2", "line 3", "line 4"]


def test_a_row_without_a_url_is_told(table: Path) -> None:
    found = findings(table, f"title,url\nFerry\nTram,\nBoat,{SITE}/a\n")
    assert paths(list(found[0].items)) == ["/a"]
    assert [str(detail).partition(":")[0] for detail in problems(found)] == ["line 2", "line 3"]


def test_dated_pages_belong_to_the_window_of_their_date_and_others_to_every_window(table: Path) -> None:
    dates = ["2026-03-01", "2026-03-02", "2026-03-02T23:59:59Z", "2026-03-03T00:00+02:00", "2026-03-03", "", "soon"]
    content = "url,date\n" + "".join(f"{SITE}/{number},{date}\n" for number, date in enumerate(dates))
    assert paths(items(table, content)) == ["/1", "/2", "/3", "/5", "/6"]


def test_a_long_list_comes_a_thousand_lines_at_a_time(text: Path) -> None:
    found = findings(text, "".join(f"{SITE}/{number}\n" for number in range(2500)))
    assert [len(finding.items) for finding in found] == [1000, 1000, 500]


def test_an_empty_list_names_nothing(text: Path, table: Path) -> None:
    assert items(text, "") == []
    assert items(text, "\n\n# nothing\n") == []
    assert items(table, "") == []
    assert items(table, "url\n") == []


def test_a_list_that_cannot_be_read_is_a_failure(tmp_path: Path) -> None:
    utf_16 = tmp_path / "excel.csv"
    utf_16.write_bytes(f"url\n{SITE}/a\n".encode("utf-16"))
    for path in (tmp_path / "missing.txt", tmp_path, utf_16):
        (finding,) = findings(path)
        assert finding.failure is not None
        assert finding.failure.kind == "file"
        assert [attempt.outcome for attempt in finding.attempts] == ["file"]


def test_a_list_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "list.txt.gz"
    path.write_bytes(gzip.compress(f"{SITE}/a\n{SITE}/b\n".encode())[:-6])
    (finding,) = findings(path)
    assert finding.failure is not None
    assert finding.failure.kind == "file"
    assert len(finding.items) == 2


def test_a_page_is_got_by_its_url_and_known_by_where_it_led(web: Web, text: Path) -> None:
    web.put("/old", Reply(b"", 302, {"Location": "/new"}))
    web.put("/new", Reply(b"<p>The ferry is back.</p>"))
    web.put("/picture", Reply(b"\x89PNG", content_type="image/png"))
    text.write_text("http://courier.example/old\nhttp://courier.example/picture\n")
    source = UrlsSource(name="picked", type="urls", path=text)
    time = ToldTime()
    with fetcher_for(web, time) as fetcher:
        reader = UrlListReader(source, fetcher, QUICK, clock=time.clock)
        first, second = next(reader.discover(MARCH_2)).items
        page, picture = reader.load(first).result, reader.load(second).result
        assert isinstance(page, Response)
        assert reader.keys(first, page) == ("http://courier.example/old", "http://courier.example/new")
        assert isinstance(picture, Failure)
        assert picture.kind == "wrong-type"
