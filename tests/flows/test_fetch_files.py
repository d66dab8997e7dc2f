"""Local files as pages."""

import gzip
import os
from datetime import timedelta
from pathlib import Path

import pytest

from flows.fetch.items import Item
from flows.fetch.local.files import LocalFiles, holds_many
from flows.fetch.results import Failure, Response
from flows.fetch.window import Window
from flows.sources import DEFAULT_PATTERNS
from tests.web.clients import NOON
from transforms.identity import content_hash

WINDOW = Window(NOON, NOON + timedelta(hours=1))


def local_files(root: Path, *, patterns: tuple[str, ...] = DEFAULT_PATTERNS, max_bytes: int = 10_000) -> LocalFiles:
    return LocalFiles("archive", root, patterns, max_bytes=max_bytes, clock=lambda: NOON)


def items_of(files: LocalFiles) -> list[Item]:
    return [item for finding in files.discover(WINDOW) for item in finding.items]


def loaded(files: LocalFiles) -> dict[str, Response | Failure]:
    return {item.url: files.load(item).result for item in items_of(files)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "pages"
    (root / "2026" / "März 2").mkdir(parents=True)
    (root / "b.html").write_bytes(b"<p>b</p>")
    (root / "a.txt").write_bytes(b"a")
    (root / "notes.md").write_bytes(b"no page")
    (root / "2026" / "c.htm").write_bytes(b"<p>c</p>")
    (root / "2026" / "März 2" / "d#1?.html.gz").write_bytes(gzip.compress(b"<p>d</p>"))
    return root


def test_files_come_by_path_with_quoted_urls_and_a_type_by_their_ending(folder: Path) -> None:
    pages = loaded(local_files(folder))
    assert [(url, page.body, page.content_type) for url, page in pages.items() if isinstance(page, Response)] == [
        ("file://archive/2026/M%C3%A4rz%202/d%231%3F.html.gz", b"<p>d</p>", "text/html"),
        ("file://archive/2026/c.htm", b"<p>c</p>", "text/html"),
        ("file://archive/a.txt", b"a", "text/plain"),
        ("file://archive/b.html", b"<p>b</p>", "text/html"),
    ]


def test_a_file_is_known_by_its_address_and_its_content(folder: Path) -> None:
    files = local_files(folder, patterns=("a.txt",))
    (item,) = items_of(files)
    page = files.load(item).result
    assert isinstance(page, Response)
    assert item.key == f"file://archive/a.txt#sha256={content_hash(b'a')}"
    assert files.keys(item, page) == (item.key,)
    (folder / "a.txt").write_bytes(b"changed")
    (changed,) = items_of(local_files(folder, patterns=("a.txt",)))
    assert changed.url == item.url
    assert changed.key != item.key


def test_one_file_may_be_named_itself(folder: Path) -> None:
    assert list(loaded(local_files(folder / "notes.md"))) == ["file://archive/notes.md"]


def test_links_that_leave_the_folder_are_not_followed(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "s.txt").write_bytes(b"secret")
    (folder / "file-link.txt").symlink_to(secret / "s.txt")
    (folder / "folder-link").symlink_to(secret)
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    (folder / "nowhere.txt").symlink_to(folder / "missing.txt")
    (folder / "inside.txt").symlink_to(folder / "a.txt")
    pages = loaded(local_files(folder, patterns=("**/*.txt", "folder-link/*")))
    assert list(pages) == ["file://archive/a.txt", "file://archive/inside.txt"]


def test_a_pipe_is_no_page(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    assert list(loaded(local_files(folder, patterns=("*.txt",)))) == ["file://archive/a.txt"]


def test_large_and_damaged_files_are_failures_until_they_change(folder: Path) -> None:
    (folder / "large.html").write_bytes(b"x" * 10_001)
    (folder / "bomb.html.gz").write_bytes(gzip.compress(b"x" * 1_000_000))
    (folder / "cut.txt.gz").write_bytes(gzip.compress(b"text")[:-4])
    files = local_files(folder, patterns=("large.html", "*.gz"))
    kinds = {url: page.kind for url, page in loaded(files).items() if isinstance(page, Failure)}
    assert kinds == {
        "file://archive/bomb.html.gz": "too-large",
        "file://archive/cut.txt.gz": "protocol",
        "file://archive/large.html": "too-large",
    }
    before = {item.url: item.key for item in items_of(files)}
    assert all("#size=" in key for key in before.values())
    # Mended or only touched, it is another file, and gets another chance.
    (folder / "cut.txt.gz").write_bytes(gzip.compress(b"text"))
    assert [item.url for item in items_of(files) if item.key != before[item.url]] == ["file://archive/cut.txt.gz"]


def test_files_that_hold_many_pages_are_none(folder: Path) -> None:
    for name in ("lines.jsonl", "lines.JSONL.gz", "news.warc", "news.warc.gz"):
        (folder / name).write_bytes(b"")
    files = local_files(folder, patterns=("*.*",))
    assert [item.url for item in items_of(files)] == [
        "file://archive/a.txt",
        "file://archive/b.html",
        "file://archive/notes.md",
    ]
    held = [url for url, _ in files.paths(holds_many)]
    assert held == [f"file://archive/{name}" for name in ("lines.JSONL.gz", "lines.jsonl", "news.warc", "news.warc.gz")]
    assert files.path_of(held[0]).name == "lines.JSONL.gz"


def test_a_file_that_is_gone_when_it_is_read_is_a_failure(folder: Path) -> None:
    files = local_files(folder, patterns=("a.txt",))
    (item,) = items_of(files)
    (folder / "a.txt").unlink()
    visit = files.load(item)
    assert isinstance(visit.result, Failure)
    assert [attempt.outcome for attempt in visit.attempts] == ["file"]


def test_a_name_that_is_no_text_is_quoted_too(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt")).write_bytes(b"odd")
    assert "file://archive/%FF.txt" in loaded(local_files(folder))


def test_a_folder_that_is_missing_is_a_failure(tmp_path: Path) -> None:
    (finding,) = local_files(tmp_path / "nothing").discover(WINDOW)
    assert finding.failure is not None
    assert finding.failure.kind == "file"
    assert [attempt.purpose for attempt in finding.attempts] == ["discovery"]
