"""Lines of local files, within bounds."""

import gzip
import os
from io import BytesIO
from pathlib import Path

import pytest

from flows.fetch.local.byte_lines import Line, LineProblem, byte_lines, open_file
from flows.fetch.results import Failure


def lines(content: bytes, *, longest: int = 10, most: int = 1000) -> list[Line | LineProblem]:
    return list(byte_lines(BytesIO(content), longest=longest, most=most))


def test_lines_come_with_their_numbers_and_without_their_ends() -> None:
    assert lines(b"a\r\n\nb\rc\nlast") == [Line(1, b"a"), Line(2, b""), Line(3, b"b\rc"), Line(4, b"last")]
    assert lines(b"") == []
    assert lines(b"\x1f\n") == [Line(1, b"\x1f")]


def test_a_packed_file_is_unpacked_whatever_its_name() -> None:
    assert lines(gzip.compress(b"a\nb\n") + gzip.compress(b"c\n")) == [Line(1, b"a"), Line(2, b"b"), Line(3, b"c")]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_line_that_is_too_long_does_not_stop_the_next(end: bytes) -> None:
    assert lines(b"0123456789" + end + b"ok" + end) == [Line(1, b"0123456789"), Line(2, b"ok")]
    too_long = LineProblem(1, "longer than 10 bytes")
    assert lines(b"01234567890" + end + b"ok" + end) == [too_long, Line(2, b"ok")]
    assert lines(b"x" * 500 + end + b"ok" + end) == [too_long, Line(2, b"ok")]
    assert lines(b"x" * 500) == [too_long]


def test_a_bomb_ends_where_the_bound_is() -> None:
    bomb = gzip.compress(b"\n" * 5_000_000)
    found = lines(bomb)
    assert len(found) == 1001
    assert found[-1] == LineProblem(1001, "more than 1000 bytes come before its end", final=True)
    assert lines(gzip.compress(b"a" * 5_000_000)) == [
        LineProblem(1, "more than 1000 bytes come before its end", final=True)
    ]


def test_a_damaged_file_gives_what_comes_before_the_damage() -> None:
    whole = gzip.compress(os.urandom(20) + b"\n" + b"a\n" * 100)
    *_, last = lines(whole[:-8], longest=100)
    assert isinstance(last, LineProblem)
    assert last.final
    assert last.detail.startswith("the file cannot be read further")
    broken = bytearray(whole)
    broken[-6] ^= 0xFF
    *_, last = lines(bytes(broken), longest=100)
    assert isinstance(last, LineProblem)


def test_only_ordinary_files_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "", "missing"):
        failure = open_file(tmp_path / name)
        assert isinstance(failure, Failure)
        assert failure.kind == "file"
    (tmp_path / "list.txt").write_bytes(b"a")
    (tmp_path / "link.txt").symlink_to("list.txt")
    opened = open_file(tmp_path / "link.txt")
    assert not isinstance(opened, Failure)
    with opened:
        assert opened.read() == b"a"
