"""A month of news archives on a web server, and other places where WARC files lie."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from pyarrow import fs

from flows.fetch.archives import Archive, Gap, Listing, Passed, Record
from flows.fetch.documents import Documents
from flows.fetch.results import Failure, Response
from flows.fetch.warc.cc_news import MonthListing, files_of_window, listing_url, months_of, read_listing
from flows.fetch.warc.warc_pages import PageLimits
from flows.fetch.warc.warc_places import BucketObject
from flows.fetch.warc.warc_reader import WarcReader
from flows.fetch.warc.warc_records import warc_records
from flows.fetch.window import Window
from flows.settings import SettingsError
from flows.sources import CcNewsSource, WarcSource, load_sources
from tests.web.clients import NOON, QUICK, ToldTime, fetcher_for
from tests.web.server import Raw, Reply, Request, Web, serve
from tests.web.warc_files import Answer, records, warc
from warehouse.catalogue import Catalogue
from warehouse.home import Home

ARCHIVE = "http://archive.example/"
FOLDER = "crawl-data/CC-NEWS/2026/03/"
MARCH = listing_url(ARCHIVE, date(2026, 3, 1))
DAY = Window(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC))


@pytest.fixture
def web() -> Iterator[Web]:
    with serve() as running:
        yield running


@contextmanager
def reader_for(web: Web, source: WarcSource | CcNewsSource) -> Iterator[WarcReader]:
    time = ToldTime()
    with (
        TemporaryDirectory() as folder,
        Catalogue.open(Home(Path(folder)).catalogue_url) as catalogue,
        fetcher_for(web, time) as fetcher,
    ):
        documents = Documents(source.name, fetcher, catalogue.documents, clock=time.clock)
        yield WarcReader(source, fetcher, documents, QUICK, clock=time.clock)


def cc_news(**keys: Any) -> CcNewsSource:
    return CcNewsSource(name="cc", type="cc-news", url=ARCHIVE, **keys)


def warc_source(*paths: str, **keys: Any) -> WarcSource:
    return WarcSource(name="warc", type="warc", paths=paths, **keys)


def file(content: bytes) -> Callable[[Request], Reply | Raw]:
    """A file of which a part can be asked for."""

    def answer(request: Request) -> Reply:
        wanted = request.headers.get("range")
        if wanted is None:
            return Reply(content, content_type="application/octet-stream", headers={"ETag": '"1"'})
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        if start >= len(content):
            return Reply(b"", 416, {"Content-Range": f"bytes */{len(content)}", "ETag": '"1"'})
        span = f"bytes {start}-{len(content) - 1}/{len(content)}"
        return Reply(content[start:], 206, {"Content-Range": span, "ETag": '"1"'}, "application/octet-stream")

    return answer


def name(hour: str, number: int) -> str:
    return f"CC-NEWS-202603{hour}0000-{number:05}.warc.gz"


def listing(*names: str, folder: str = FOLDER) -> Reply:
    lines = "".join(f"{folder}{one}\n" for one in names)
    return Reply(gzip.compress(lines.encode()), content_type="application/octet-stream")


def pages(site: str) -> list[Answer]:
    return [Answer(f"https://{site}.example/{number}", f"<p>{site} {number}</p>".encode() * 40) for number in range(5)]


def put_month(web: Web) -> dict[str, int]:
    """A month with an intact file, one that breaks off and one with a broken record: the damages by file."""
    info, *rest = records(pages("corrupt"))
    before = info + rest[0] + rest[1]
    cut = warc(pages("cut"))
    files = {
        name("0106", 1): warc(pages("intact")),
        name("0109", 2): cut[:-60],
        name("0112", 3): before + rest[2][: len(rest[2]) // 2] + b"\0" * 9 + b"".join(rest[3:]),
    }
    for path, content in files.items():
        web.put(f"/{FOLDER}{path}", file(content))
    web.put("/crawl-data/CC-NEWS/2026/03/warc.paths.gz", listing(*reversed(files)))
    web.put("/crawl-data/CC-NEWS/2026/02/warc.paths.gz", listing(folder="crawl-data/CC-NEWS/2026/02/"))
    return {path: len(content) for path, content in files.items()}


def contents(found: list[Record | Passed | Gap | Failure]) -> list[str]:
    return [
        ("" if isinstance(one.content, Response) else "not ") + one.url.removeprefix("https://")
        if isinstance(one, Record)
        else "gap"
        if isinstance(one, Gap)
        else one.kind
        if isinstance(one, Failure)
        else "passed"
        for one in found
    ]


def test_all_intact_records_of_a_month_arrive_once_and_damages_are_named(web: Web) -> None:
    put_month(web)
    with reader_for(web, cc_news()) as reader:
        archives = [one for one in reader.archives(DAY) if isinstance(one, Archive)]
        assert [one.name for one in archives] == [
            f"{ARCHIVE}{FOLDER}{name(hour, number)}" for number, hour in enumerate(("0106", "0109", "0112"), 1)
        ]
        intact, cut, corrupt = ([*reader.records(archive, 0)] for archive in archives)
        assert contents(intact) == [f"intact.example/{number}" for number in range(5)]
        assert contents(cut) == [f"cut.example/{number}" for number in range(4)] + ["gap"]
        # The half of the broken record that was kept includes its request.
        assert contents(corrupt) == ["corrupt.example/0", "corrupt.example/1", "gap"] + [
            f"corrupt.example/{number}" for number in (3, 4)
        ]
        for archive, found in zip(archives, (intact, cut, corrupt), strict=True):
            for index, one in enumerate(found):
                assert not isinstance(one, Failure)
                assert list(reader.records(archive, one.next_offset)) == found[index + 1 :]
        for found in (cut, corrupt):
            (gap,) = (one for one in found if isinstance(one, Gap))
            assert gap.detail.startswith("from offset ")


def test_a_page_knows_its_archive_and_the_time_of_its_capture(web: Web) -> None:
    put_month(web)
    with reader_for(web, cc_news(hosts=["intact.example"])) as reader:
        archive = next(one for one in reader.archives(DAY) if isinstance(one, Archive))
        first, *_ = reader.records(archive, 0)
    assert isinstance(first, Record)
    assert isinstance(first.content, Response)
    assert first.content.captured_at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert first.content.archived_at is not None
    assert first.content.archived_at.startswith(f"{ARCHIVE}{FOLDER}{name('0106', 1)}#offset=")


def test_only_wanted_hosts_languages_and_patterns_arrive(web: Web) -> None:
    german = "<p>Die Fähre über den Hafen verkehrt seit Montag wieder, teilte die Stadt am Morgen mit.</p>".encode()
    english = b"<p>The ferry across the harbour has been running again since Monday, the city said this morning.</p>"
    answers = [
        Answer("https://news.example/a", english),
        Answer("https://www.news.example/b", english),
        Answer("https://othernews.example/c", english),
        Answer("https://othernews.example:25/c", english),
        Answer("//no address", english),
        Answer("https://news.example/d", german),
        Answer("https://news.example/advertising/e", english),
        Answer("https://news.example/f", english, headers=(("X-Robots-Tag", "noarchive"),)),
    ]
    web.put("/news.warc.gz", file(warc(answers)))
    url = "http://archive.example/news.warc.gz"
    source = warc_source(url, hosts=["News.example"], languages=["en"], exclude=["*/advertising/*"])
    with reader_for(web, source) as reader:
        (archive,) = (one for one in reader.archives(DAY) if isinstance(one, Archive))
        found = list(reader.records(archive, 0))
    assert contents(found) == [
        "news.example/a", "www.news.example/b", "not news.example/d", "not news.example/advertising/e",
        "not news.example/f",
    ]  # fmt: skip
    assert [one.content for one in found[2:4] if isinstance(one, Record)] == [None, None]
    (*_, last) = found
    assert isinstance(last, Record)
    assert last.content == Failure("opted-out", "the page says noarchive", status=200)


def test_a_source_takes_captures_from_a_day_until_before_another(web: Web, tmp_path: Path) -> None:
    answers = [
        Answer(f"https://news.example/{day}", captured_at=f"2026-02-{day}T00:00:00Z") for day in (10, 11, 12, 13)
    ]
    path = tmp_path / "news.warc"
    path.write_bytes(warc(answers, packed=False))
    source = warc_source(str(tmp_path / "*.warc"), since=date(2026, 2, 11), until=date(2026, 2, 13))
    with reader_for(web, source) as reader:
        (archive,) = (one for one in reader.archives(DAY) if isinstance(one, Archive))
        assert contents(list(reader.records(archive, 0))) == ["news.example/11", "news.example/12"]


def test_the_days_of_a_source_are_dates(tmp_path: Path) -> None:
    registry = tmp_path / "sources.toml"
    for value, good in (
        ("2026-03-01", True),
        ("'2026-03-01'", False),
        ("2026-03-01T00:00:00Z", False),
        ("2026", False),
    ):
        registry.write_text(f"[[source]]\nname='warc'\ntype='warc'\npaths=['a.warc']\nsince={value}\n")
        if good:
            (source,) = load_sources(registry)
            assert isinstance(source, WarcSource)
            assert source.since == date(2026, 3, 1)
        else:
            with pytest.raises(SettingsError, match="allowed: a date, such as 2026-03-01"):
                load_sources(registry)


def test_another_version_or_other_filters_make_another_archive(web: Web, tmp_path: Path) -> None:
    path = tmp_path / "news.warc.gz"
    path.write_bytes(warc(pages("news")))

    def version(source: WarcSource) -> str:
        with reader_for(web, source) as reader:
            (archive,) = (one for one in reader.archives(DAY) if isinstance(one, Archive))
            return archive.version

    first = version(warc_source(str(path)))
    assert version(warc_source(str(path))) == first
    assert version(warc_source(str(path), hosts=["news.example"])) != first
    path.write_bytes(warc(pages("other-news")))
    assert version(warc_source(str(path))) != first


def test_archives_that_cannot_be_had_are_named_and_others_read(web: Web, tmp_path: Path) -> None:
    (tmp_path / "b.warc.gz").write_bytes(warc(pages("news")))
    paths = (str(tmp_path / "a.warc.gz"), str(tmp_path / "*.gz"), "http://archive.example/c.warc.gz", f"{tmp_path}/*.x")
    with reader_for(web, warc_source(*paths)) as reader:
        found = list(reader.archives(DAY))
    failures = [one.failure.kind for one in found if isinstance(one, Listing) and one.failure]
    assert failures == ["file", "http-4xx", "file"]
    assert [one.name for one in found if isinstance(one, Archive)] == [str(tmp_path / "b.warc.gz")]


def test_robots_txt_holds_for_archives_too(web: Web) -> None:
    put_month(web)
    web.put("/robots.txt", Reply(b"User-agent: *\nDisallow: /crawl-data/\n", content_type="text/plain"))
    with reader_for(web, cc_news()) as reader:
        found = list(reader.archives(DAY))
    assert {one.failure.kind for one in found if isinstance(one, Listing) and one.failure} == {"robots"}
    assert set(web.paths()) == {"/robots.txt"}


def test_a_connection_that_breaks_is_opened_again_where_it_broke(web: Web) -> None:
    content = warc(pages("news"))
    whole = file(content)
    url = "http://archive.example/news.warc.gz"

    def breaking(request: Request) -> Reply | Raw:
        answer = whole(request)
        assert isinstance(answer, Reply)
        head = "".join(f"{key}: {value}\r\n" for key, value in answer.headers.items())
        head = f"HTTP/1.1 {answer.status} Some\r\n{head}Content-Length: {len(answer.body)}\r\n\r\n"
        return Raw((head.encode() + answer.body[:700],))

    web.put("/news.warc.gz", breaking)
    with reader_for(web, warc_source(url)) as reader:
        (archive,) = (one for one in reader.archives(DAY) if isinstance(one, Archive))
        assert contents(list(reader.records(archive, 0))) == [f"news.example/{number}" for number in range(5)]


def test_a_connection_that_brings_nothing_more_is_given_up_and_loses_nothing(web: Web) -> None:
    content = warc(pages("news"))
    url = "http://archive.example/news.warc.gz"
    ends: list[int] = []

    def stopping(request: Request) -> Reply | Raw:
        start = int(request.headers.get("range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        status = f"206 Part\r\nContent-Range: bytes {start}-{len(content) - 1}/{len(content)}" if start else "200 OK"
        head = f'HTTP/1.1 {status}\r\nETag: "1"\r\nContent-Length: {len(content) - start}\r\n\r\n'
        return Raw((head.encode() + content[start : len(content) * 2 // 3],))

    web.put("/news.warc.gz", stopping)
    with reader_for(web, warc_source(url)) as reader:
        (archive,) = (one for one in reader.archives(DAY) if isinstance(one, Archive))
        found = list(reader.records(archive, 0))
        *before, last = found
        assert isinstance(last, Failure)
        assert last.retryable
        ends = [one.next_offset for one in before if isinstance(one, Record)]
        web.put("/news.warc.gz", file(content))
        after = list(reader.records(archive, ends[-1]))
    assert contents([*before, *after]) == [f"news.example/{number}" for number in range(5)]


def test_a_file_that_changes_while_it_is_read_is_not_mixed(web: Web) -> None:
    content = warc(pages("news"))

    def changing(request: Request) -> Reply | Raw:
        if "range" in request.headers:
            answer = file(content)(request)
            assert isinstance(answer, Reply)
            return Reply(answer.body, answer.status, {**answer.headers, "ETag": '"2"'}, answer.content_type)
        head = f'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Length: {len(content)}\r\n\r\n'
        return Raw((head.encode() + content[:1500],))

    web.put("/news.warc.gz", changing)
    with reader_for(web, warc_source("http://archive.example/news.warc.gz")) as reader:
        (archive,) = (one for one in reader.archives(DAY) if isinstance(one, Archive))
        (*_, last) = reader.records(archive, 0)
    assert isinstance(last, Failure)
    assert "changed while it was read" in last.detail


def test_files_are_chosen_by_the_time_for_which_they_were_open() -> None:
    lines = "".join(f"{FOLDER}{name(hour, number)}\n" for number, hour in enumerate(("0100", "0103", "0106", "0409")))
    found = read_listing(gzip.compress(lines.encode()))
    assert isinstance(found, MonthListing)

    def chosen(start: str, hours: float) -> list[str]:
        begun = datetime.fromisoformat(f"{start}+00:00")
        window = Window(begun, begun + timedelta(hours=hours))
        return [f"{file.begun:%d %H}" for file in files_of_window(found.files, window)]

    assert chosen("2026-03-01T01:30", 0.25) == ["01 00"]
    assert chosen("2026-03-01T01:30", 1) == ["01 00", "01 03"]
    assert chosen("2026-03-01T03:30", 4) == ["01 00", "01 03", "01 06"]
    assert chosen("2026-03-01T20:00", 1) == ["01 06"]
    assert chosen("2026-03-03T20:00", 1) == []
    assert chosen("2026-03-05T00:00", 1) == ["04 09"]


def test_the_month_before_is_looked_at_where_its_last_file_may_reach_into_the_window() -> None:
    march, february = date(2026, 3, 1), date(2026, 2, 1)
    assert months_of(DAY) == [february, march]
    later = Window(DAY.start + timedelta(days=5), DAY.end + timedelta(days=5))
    assert months_of(later) == [march]
    assert months_of(Window(datetime(2016, 8, 1, tzinfo=UTC), datetime(2016, 8, 2, tzinfo=UTC))) == [date(2016, 8, 1)]
    assert listing_url("https://data.commoncrawl.org", march) == (
        "https://data.commoncrawl.org/crawl-data/CC-NEWS/2026/03/warc.paths.gz"
    )


def test_a_listing_that_must_exist_is_missed_and_one_of_a_new_month_is_not(web: Web) -> None:
    with reader_for(web, cc_news()) as reader:
        found = [one for one in reader.archives(DAY) if isinstance(one, Listing)]
    kinds = [one.failure.kind if one.failure else None for one in found]
    assert kinds == ["http-4xx", None]  # February is over; it is the second of March
    assert NOON.date() == date(2026, 3, 2)


def test_lines_of_a_listing_that_name_no_file_are_counted_and_never_followed() -> None:
    good = f"{FOLDER}{name('0106', 1)}"
    bad = [
        "http://evil.example/x.warc.gz",
        "../../etc/passwd",
        f"/{good}",
        good.replace("0106", "9999"),
        f"a/../{good}",
    ]
    found = read_listing("\n".join([good, *bad]).encode())
    assert isinstance(found, MonthListing)
    assert [file.path for file in found.files] == [good]
    assert (found.bad_lines, found.first_bad) == (5, bad[0])
    assert isinstance(read_listing(b"<html>sorry</html>"), Failure)
    assert isinstance(read_listing(gzip.compress(b"a" * 20_000_000)), Failure)


def test_objects_of_a_bucket_are_read_from_any_offset(tmp_path: Path) -> None:
    bucket = tmp_path / "bucket"
    bucket.mkdir()
    (bucket / "news.warc.gz").write_bytes(warc(pages("news")))
    local = fs.SubTreeFileSystem(str(tmp_path), fs.LocalFileSystem())
    place = BucketObject("s3://bucket/news.warc.gz", lambda url: (local, url.removeprefix("s3://")))
    limits = PageLimits(2000, 16_384, 100_000, 100_000)
    found = list(warc_records("s3://bucket/news.warc.gz", place, start=0, limits=limits, clock=lambda: NOON))
    assert contents(found) == [f"news.example/{number}" for number in range(5)]
    third = found[2]
    assert isinstance(third, Record)
    rest = list(warc_records("a", place, start=third.next_offset, limits=limits, clock=lambda: NOON))
    assert contents(rest) == ["news.example/3", "news.example/4"]
    assert isinstance(place.version(), str)
