"""WARC files in every state: what can be read arrives once, and what cannot is said."""

import gzip
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest

from flows.fetch.archives import Gap, Passed, Record
from flows.fetch.results import Failure, Response
from flows.fetch.warc import warc_records as reading
from flows.fetch.warc.warc_pages import PageLimits
from flows.fetch.warc.warc_places import LocalFile
from flows.fetch.warc.warc_records import EVERYTHING, Selection, warc_records
from tests.web.clients import NOON
from tests.web.warc_files import HTML, Answer, in_one_member, members, records, warc

LIMITS = PageLimits(url=2000, headers=16_384, transfer=100_000, body=200_000)
ANSWERS = [Answer(f"https://news.example/{number}", f"<p>Page {number}</p>".encode() * 50) for number in range(6)]
PATHS = [f"/{number}" for number in range(6)]


def read(path: Path, start: int = 0, selection: Selection = EVERYTHING) -> list[Record | Passed | Gap | Failure]:
    return list(
        warc_records("a.warc", LocalFile(path), start=start, limits=LIMITS, clock=lambda: NOON, selection=selection)
    )


def brief(found: list[Record | Passed | Gap | Failure]) -> list[str]:
    """Paths of pages, and a word for everything else."""
    return [
        f"{'' if isinstance(one.content, Response) else 'not '}{one.url.removeprefix('https://news.example')}"
        if isinstance(one, Record)
        else "gap"
        if isinstance(one, Gap)
        else "passed"
        if isinstance(one, Passed)
        else one.kind
        for one in found
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "news.warc.gz"


def content(path: Path, answer: Answer, *, packed: bool = True) -> Response | Failure | None:
    path.write_bytes(warc([answer], packed=packed))
    (found,) = read(path)
    assert isinstance(found, Record)
    return found.content


FILES = {
    "members": warc(ANSWERS),
    "plain": warc(ANSWERS, packed=False),
    "one-member": in_one_member(ANSWERS),
}


@pytest.mark.parametrize("kind", FILES)
def test_every_page_comes_once_and_any_offset_leads_to_exactly_the_rest(path: Path, kind: str) -> None:
    path.write_bytes(FILES[kind])
    found = read(path)
    assert brief(found) == PATHS
    for index, record in enumerate(found):
        assert isinstance(record, Record)
        assert read(path, record.next_offset) == found[index + 1 :]


def test_a_page_is_as_its_site_sent_it_and_knows_where_it_lies(path: Path) -> None:
    path.write_bytes(warc([Answer("https://news.example/a#top", b"<p>a</p>", captured_at="2026-02-28T23:59:59Z")]))
    (record,) = read(path)
    assert isinstance(record, Record)
    page = record.content
    assert isinstance(page, Response)
    assert (page.url, page.status, page.body) == ("https://news.example/a", 200, b"<p>a</p>")
    assert page.content_type == "text/html; charset=utf-8"
    assert page.captured_at == record.dated == datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC)
    info, request, _ = members(path.read_bytes())
    assert page.archived_at == f"a.warc#offset={len(info) + len(request)}"
    assert record.next_offset == path.stat().st_size


def test_bodies_come_without_their_codings(path: Path) -> None:
    body = b"<p>Grain ship sails</p>" * 20
    chunked = b"".join(b"%x;note=1\r\n%s\r\n" % (len(part), part) for part in (body[:100], body[100:])) + b"0\r\n\r\n"
    for headers, sent in (
        ([("Content-Encoding", "gzip")], gzip.compress(body)),
        ([("Content-Encoding", "br")], brotli.compress(body)),
        ([("Transfer-Encoding", "chunked")], chunked),
        ([("Content-Encoding", "gzip")], body),
        ([("Content-Encoding", "br"), ("Transfer-Encoding", "chunked")], body),
    ):
        page = content(path, Answer("https://news.example/a", sent, headers=(*HTML, *headers)))
        assert isinstance(page, Response), headers
        assert page.body == body


def test_what_is_no_page_is_named(path: Path) -> None:
    url = "https://news.example/a"
    for answer, kind in (
        (Answer(url, status="404 Not Found"), "http-4xx"),
        (Answer(url, status="301 Moved"), "protocol"),
        (Answer(url, b"a" * 200_000), "too-large"),
        (Answer(url, gzip.compress(b"a" * 1_000_000), headers=(*HTML, ("Content-Encoding", "gzip"))), "too-large"),
        (Answer(url, gzip.compress(b"page")[:-9], headers=(*HTML, ("Content-Encoding", "gzip"))), "protocol"),
        (Answer(url, b"5\r\nhello\r\n5\r\nwo", headers=(*HTML, ("Transfer-Encoding", "chunked"))), "protocol"),
        (Answer(url, b"\xff\x00\x80", headers=(*HTML, ("Content-Encoding", "zstd"))), "protocol"),
        (Answer(url, headers=(*HTML, *((f"X-{n}", "a" * 90) for n in range(300)))), "too-large"),
        (Answer(url, warc_headers={"WARC-Truncated": "length"}), "too-large"),
        (Answer(url, warc_headers={"WARC-Segment-Number": "1"}), "damaged"),
        (Answer(url, captured_at="yesterday"), "damaged"),
        (Answer(url, captured_at="9999-01-01T00:00:00Z"), "damaged"),
        (Answer("https://user@news.example/a"), "bad-url"),
        (Answer("https://news.example/" + "a" * 3000), "bad-url"),
        (Answer("ftp://news.example/a"), "bad-url"),
    ):
        found = content(path, answer)
        assert isinstance(found, Failure), answer
        assert found.kind == kind, found


def test_a_picture_is_no_page_and_no_failure(path: Path) -> None:
    assert content(path, Answer("https://news.example/a", headers=(("Content-Type", "image/png"),))) is None


def test_it_is_told_how_far_reading_has_come_where_nothing_is_wanted(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_bytes(warc(ANSWERS))
    nothing = Selection(lambda _url, _captured_at: False)
    assert read(path, selection=nothing) == []
    monkeypatch.setattr(reading, "TOLD_EVERY", 1)
    offsets = [one.next_offset for one in read(path, selection=nothing) if isinstance(one, Passed)]
    assert offsets == sorted(offsets)
    monkeypatch.undo()
    assert brief(read(path, offsets[2]))[-3:] == PATHS[-3:]


def test_what_is_not_wanted_is_passed_over_before_its_content_is_read(path: Path) -> None:
    path.write_bytes(warc(ANSWERS))
    asked: list[str] = []

    def judged(page: Response) -> Response | Failure | None:
        asked.append(page.url[-2:])
        return None if page.url.endswith("/3") else page

    selection = Selection(lambda url, _: url[-1] in "135", judged)
    assert brief(read(path, selection=selection)) == ["/1", "not /3", "/5"]
    assert asked == ["/1", "/3", "/5"]


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_breaks_off_loses_its_last_page_and_says_so(path: Path, kind: str) -> None:
    whole = FILES[kind]
    path.write_bytes(whole)
    ends = [record.next_offset for record in read(path) if isinstance(record, Record)]
    unpacked = len(whole) if kind != "one-member" else len(gzip.decompress(whole))
    boundaries = set(accumulate(map(len, members(whole)))) if kind == "members" else set()
    for cut in set(range(len(whole) - 400, len(whole) - 4, 3)) - boundaries:
        path.write_bytes(whole[:cut])
        found = read(path)
        *pages, last = found
        assert isinstance(last, Gap), cut
        assert brief(pages) == PATHS[: len(pages)]
        assert all(
            isinstance(one, Record) and end - one.next_offset in range(5) for one, end in zip(pages, ends, strict=False)
        )
        assert last.next_offset <= unpacked
        assert not read(path, last.next_offset)


def test_a_file_cut_exactly_behind_a_record_cannot_be_told_from_a_whole_one(path: Path) -> None:
    path.write_bytes(b"".join(records(ANSWERS)[:4]))
    assert brief(read(path)) == ["/0", "/1", "/2"]


def damaged(kind: str) -> Iterator[tuple[str, bytes, list[str]]]:
    """Files with one page broken, and what is to be read of them."""
    packed = kind == "members"
    info, *pages = records(ANSWERS, packed=packed)
    broken = bytearray(pages[2])
    yield "overwritten", info + b"".join((*pages[:2], b"x" * len(broken), *pages[3:])), ["/0", "/1", "gap", *PATHS[3:]]
    yield "padded", info + b"".join((*pages[:3], b"\x01" * 700, *pages[3:])), [*PATHS[:3], "gap", *PATHS[3:]]
    yield "removed in part", info + b"".join((*pages[:2], pages[2][:-120], *pages[3:])), ["/0", "/1", "gap", *PATHS[3:]]
    if packed:
        *before, last = members(pages[2])
        for at in (12, len(last) // 2, len(last) - 6):
            flipped = bytearray(last)
            flipped[at] ^= 0x55
            file = info + b"".join((*pages[:2], *before, flipped, *pages[3:]))
            yield f"flipped at {at}", file, ["/0", "/1", "gap", *PATHS[3:]]


@pytest.mark.parametrize(
    ("name", "file", "expected"), [case for kind in ("members", "plain") for case in damaged(kind)]
)
def test_reading_goes_on_behind_a_damage(path: Path, name: str, file: bytes, expected: list[str]) -> None:
    path.write_bytes(file)
    found = read(path)
    assert brief(found) == expected, name
    (gap,) = (one for one in found if isinstance(one, Gap))
    assert "offset" in gap.detail
    for index, one in enumerate(found):
        assert not isinstance(one, Failure)
        assert read(path, one.next_offset) == found[index + 1 :]


def test_a_record_whose_length_is_wrong_is_not_taken_for_a_page(path: Path) -> None:
    for wrong in (b"-5", b"9" * 30, b"99999999999", b"abc", b"2", b"1,000"):
        info, *pages = records(ANSWERS)
        request, response = members(pages[2])
        plain = zlib.decompress(response, 31)
        start = plain.index(b"Content-Length: ") + 16
        changed = gzip.compress(plain[:start] + wrong + plain[plain.index(b"\r\n", start) :], mtime=0)
        path.write_bytes(info + b"".join((*pages[:2], request, changed, *pages[3:])))
        assert brief(read(path)) == ["/0", "/1", "gap", *PATHS[3:]], wrong


def test_a_plain_record_that_does_not_have_its_digest_is_refused(path: Path) -> None:
    path.write_bytes(FILES["plain"].replace(b"<p>Page 2</p>", b"<p>Page Z</p>", 1))
    found = read(path)
    assert brief(found) == ["/0", "/1", "not /2", *PATHS[3:]]


def test_what_is_no_warc_file_is_one_gap(path: Path) -> None:
    for file in (b"", b"no archive", gzip.compress(b"no archive"), b"\x1f\x8b\x08" * 500, b"WARC/1.0\r\n"):
        path.write_bytes(file)
        assert brief(read(path)) == ["gap"], file[:20]


def test_other_packings_are_refused_by_name(path: Path) -> None:
    path.write_bytes(b"\x28\xb5\x2f\xfd1234")
    assert read(path) == [Failure("wrong-type", "WARC files packed by zstd are not read")]


def test_a_file_that_is_not_there_is_a_failure(path: Path) -> None:
    assert brief(read(path)) == ["file"]


def test_headers_without_end_and_members_that_unpack_without_end_are_one_gap(path: Path) -> None:
    whole = warc(ANSWERS[:1])
    head = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: %d\r\n\r\n"
    for bomb in (b"WARC/1.0\r\n" + b"X-A: b\r\n" * 200_000, head % 10**13 + b"a" * 5_000_000):
        path.write_bytes(whole + gzip.compress(bomb) + whole)
        assert brief(read(path)) == ["/0", "gap", "/0"]


def test_a_file_full_of_damages_is_read_in_more_than_one_go(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_GAPS", 2)
    info, *pages = records(ANSWERS)
    path.write_bytes(info + b"".join(page + b"\x01" * 50 for page in pages))
    found = read(path)
    assert brief(found) == ["/0", "gap", "/1", "gap", "damaged"]
    gap = found[-2]
    assert isinstance(gap, Gap)
    assert brief(read(path, gap.next_offset)) == ["/2", "gap", "/3", "gap", "damaged"]
