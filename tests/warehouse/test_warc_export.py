"""Raw pages of a real lake as WARC files, read back by the two libraries that most tools use."""

import hashlib
from base64 import b32encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

from tests.warehouse.lake_samples import NOON, PART, raw_pages, rejects
from transforms.identity import content_hash
from transforms.schemas import RAW_PAGES
from warehouse.lake import Lake
from warehouse.parts import PartFile
from warehouse.warc_export import ExportReport, export_warc

NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)
PAGE = "<p>The ferry is back – at last.</p>".encode()


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def stored(lake: Lake, *pages: Mapping[str, Any]) -> PartFile:
    """A file of raw pages; what a page does not say is as usual."""
    usual = {
        "source": PART.source,
        "status": 200,
        "content_type": "text/html; charset=utf-8",
        "headers": [("content-type", "text/html; charset=utf-8")],
        "body": PAGE,
        "observed_at": NOON,
        "part": PART.name,
    }
    rows = []
    for number, page in enumerate(pages):
        url = page.get("url", f"https://courier.example/{number}")
        row = {**usual, "page_id": f"page-{number}", "url": url, "final_url": url, **page}
        rows.append({**row, "content_hash": content_hash(row["body"])})
    return lake.write(PART, "fetch", "raw_pages", RAW_PAGES.rows(rows), "fetch 1")


def exported(lake: Lake, files: Sequence[PartFile], target: Path, *, only: str = "") -> ExportReport:
    return export_warc(lake, files, target, wanted=lambda row: only in row["url"], software="newslake 0.1", now=NOW)


def records(target: Path) -> list[tuple[dict[str, str], dict[str, str], bytes]]:
    """WARC fields, HTTP headers and content of every record, as warcio reads them with its checks."""
    found = []
    with target.open("rb") as stream:
        for record in ArchiveIterator(stream, check_digests="raise"):
            http = dict(record.http_headers.headers) if record.http_headers else {}
            found.append((dict(record.rec_headers.headers), http, record.content_stream().read()))
    return found


def test_pages_are_read_back_as_they_were(lake: Lake, tmp_path: Path) -> None:
    target = tmp_path / "march.warc.gz"
    file = stored(
        lake, {"url": "https://courier.example/a", "headers": [("content-type", "text/html"), ("etag", '"1"')]}
    )
    report = exported(lake, [file], target)
    assert report == ExportReport(records=1, bytes=target.stat().st_size, without_body=0)
    (about, _, content), (fields, http, body) = records(target)
    assert (about["WARC-Type"], about["WARC-Date"]) == ("warcinfo", "2026-03-09T08:00:00Z")
    assert content == b"software: newslake 0.1\r\nformat: WARC File Format 1.1\r\n"
    assert (fields["WARC-Type"], fields["WARC-Target-URI"]) == ("response", "https://courier.example/a")
    assert fields["WARC-Date"] == "2026-03-02T12:00:00Z"
    assert fields["WARC-Warcinfo-ID"] == about["WARC-Record-ID"]
    assert fields["WARC-Payload-Digest"] == "sha1:" + b32encode(hashlib.sha1(PAGE).digest()).decode()
    assert http == {"content-type": "text/html", "etag": '"1"', "content-length": str(len(PAGE))}
    assert body == PAGE


def test_fastwarc_reads_the_same(lake: Lake, tmp_path: Path) -> None:
    target = tmp_path / "march.warc.gz"
    exported(lake, [stored(lake, {}, {"status": 404}, {"status": 599})], target)
    with target.open("rb") as stream:
        found = [
            (record.http_headers.status_code, record.reader.read(), record.verify_block_digest())
            for record in FastIterator(BytesIO(stream.read()), parse_http=True)
            if record.is_http
        ]
    assert [status for status, _, _ in found] == [200, 404, 599]
    assert {body for _, body, _ in found} == {PAGE}


def test_headers_of_the_transfer_are_left_out_and_none_can_break_out_of_its_line(lake: Lake, tmp_path: Path) -> None:
    headers = [
        ("content-encoding", "br"),
        ("transfer-encoding", "chunked"),
        ("content-length", "7"),
        ("x-author", "Zoë"),
        ("x-split", "a\r\nx-forged: 1\r\n\r\n<p>forged</p>"),
        ("no token", "1"),
        ("x-euro", "€"),
    ]
    target = tmp_path / "march.warc.gz"
    exported(lake, [stored(lake, {"headers": headers})], target)
    (_, http, body) = records(target)[1]
    assert http == {
        "x-author": "Zoë",
        "x-split": "a  x-forged: 1    <p>forged</p>",
        "x-euro": "?",
        "content-length": str(len(PAGE)),
    }
    assert body == PAGE


def test_a_redirected_page_says_which_url_led_to_it(lake: Lake, tmp_path: Path) -> None:
    target = tmp_path / "march.warc.gz"
    way = {
        "url": "https://courier.example/old",
        "final_url": "https://courier.example/new",
        "redirects": ["https://courier.example/old", "https://courier.example/between"],
    }
    assert exported(lake, [stored(lake, way)], target).records == 1
    _, (page, _, _), (told, _, content) = records(target)
    assert page["WARC-Target-URI"] == told["WARC-Target-URI"] == "https://courier.example/new"
    assert (told["WARC-Type"], told["WARC-Concurrent-To"]) == ("metadata", page["WARC-Record-ID"])
    assert content == b"via: https://courier.example/old\r\nvia: https://courier.example/between\r\n"


def test_a_local_file_is_a_resource(lake: Lake, tmp_path: Path) -> None:
    target = tmp_path / "march.warc.gz"
    page = {"url": "file://desk/M%C3%A4rz 2.txt", "status": None, "headers": None, "content_type": "text/plain"}
    exported(lake, [stored(lake, page)], target)
    fields, http, body = records(target)[1]
    assert (fields["WARC-Type"], fields["Content-Type"], http) == ("resource", "text/plain", {})
    assert fields["WARC-Target-URI"] == "file://desk/M%C3%A4rz%202.txt"
    assert body == PAGE


def test_only_wanted_pages_are_written_and_removed_bodies_are_counted(lake: Lake, tmp_path: Path) -> None:
    target = tmp_path / "march.warc.gz"
    gone = {"url": "https://courier.example/gone", "body": b"", "body_removed_at": NOW}
    kept, other = {"url": "https://courier.example/kept"}, {"url": "https://ledger.example/other"}
    report = exported(lake, [stored(lake, gone, kept, other)], target, only="courier")
    assert (report.records, report.without_body) == (1, 1)
    assert [fields.get("WARC-Target-URI") for fields, _, _ in records(target)] == [None, kept["url"]]


def test_equal_pages_make_equal_files(lake: Lake, tmp_path: Path) -> None:
    files = [lake.write(PART, "fetch", "raw_pages", raw_pages(count=40), "fetch 1")]
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        assert exported(lake, files, tmp_path / folder / "march.warc.gz").records == 40
    contents = [(tmp_path / folder / "march.warc.gz").read_bytes() for folder in ("first", "second")]
    assert contents[0] == contents[1]
    identifiers = [fields["WARC-Record-ID"] for fields, _, _ in records(tmp_path / "first" / "march.warc.gz")]
    assert len(set(identifiers)) == len(identifiers) == 41


def test_dates_are_utc_with_the_fraction_that_they_have(lake: Lake, tmp_path: Path) -> None:
    target = tmp_path / "march.warc.gz"
    observed = datetime(2026, 3, 2, 13, 0, 0, 250_000, tzinfo=timezone(timedelta(hours=1)))
    exported(lake, [stored(lake, {"observed_at": observed})], target)
    assert records(target)[1][0]["WARC-Date"] == "2026-03-02T12:00:00.250000Z"


def test_an_export_that_fails_leaves_what_was_there(lake: Lake, tmp_path: Path) -> None:
    target = tmp_path / "march.warc.gz"
    target.write_bytes(b"the last export")
    file = stored(lake, {})
    lake.path(file).unlink()
    with pytest.raises(FileNotFoundError):
        exported(lake, [file], target)
    assert target.read_bytes() == b"the last export"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["march.warc.gz"]


def test_other_tables_are_no_pages(lake: Lake, tmp_path: Path) -> None:
    file = lake.write(PART, "clean", "rejects", rejects(), "clean 1")
    with pytest.raises(ValueError, match="is not of raw_pages"):
        exported(lake, [file], tmp_path / "march.warc.gz")
