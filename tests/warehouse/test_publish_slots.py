"""Two files take turns behind one name; whatever happens to one of them, readers have the other."""

import os
import shutil
import struct
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from tests.warehouse.conftest import published_home
from tests.warehouse.lake_builder import World, assert_right, part_tables
from warehouse.home import Home
from warehouse.parts import Part
from warehouse.query import open_read_only
from warehouse.slots import Slots

HOLDER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
print(connection.execute("SELECT count(*) FROM articles").fetchall()[0][0], flush=True)
sys.stdin.readline()
print(connection.execute("SELECT count(*) FROM articles").fetchall()[0][0], flush=True)
"""


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Twelve articles in two parts, published once."""
    return published_home(tmp_path_factory.mktemp("start") / "home", days=1)


def add(world: World, day: int) -> Part:
    part = Part(date(2026, 4, day), "courier", 0)
    return world.add(part, part_tables(part, articles=1, returning=0))


def test_the_published_name_is_a_link_to_the_two_files_in_turn(world: World) -> None:
    one, other = Slots(world.home).both
    assert world.home.database.samefile(one)
    add(world, 1)
    world.publish()
    assert world.home.database.samefile(other)
    add(world, 2)
    world.publish()
    assert world.home.database.samefile(one)
    assert sorted(path.name for path in world.home.root.glob(".news*")) == [".news-a.duckdb", ".news-b.duckdb"]


def test_with_nothing_new_nothing_is_published_and_it_says_so(world: World) -> None:
    before = world.home.database.stat().st_ino

    publication = world.publish()

    assert (publication.outcome, publication.parts_changed) == ("unchanged", 0)
    assert str(publication) == "nothing new to publish"
    assert world.home.database.stat().st_ino == before


def test_a_published_file_cannot_be_opened_for_writing_by_mistake(world: World) -> None:
    assert world.home.database.stat().st_mode & 0o222 == 0


def test_the_file_is_of_a_version_that_duckdb_1_5_reads(world: World) -> None:
    add(world, 1)
    world.publish()
    with world.home.database.open("rb") as file:
        [version] = struct.unpack("<Q", file.read(20)[12:20])
    assert 64 <= version <= 68


def test_a_file_that_a_reader_in_another_process_holds_is_replaced_by_a_copy(world: World) -> None:
    command = [sys.executable, "-c", HOLDER, str(world.home.database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == "12\n"
        held = world.home.database.stat().st_ino
        for day in (1, 2):
            add(world, day)
            assert world.publish().published
            assert world.home.database.stat().st_ino != held
        holder.stdin.write("\n")
        holder.stdin.flush()
        assert holder.stdout.readline() == "12\n"
    assert holder.returncode == 0
    assert_right(world)


def test_a_file_that_a_reader_in_this_process_holds_is_replaced_by_a_copy(world: World) -> None:
    with open_read_only(world.home) as reader:
        for day in (1, 2):
            add(world, day)
            world.publish()
            assert reader.execute("SELECT count(*) FROM articles").fetchall() == [(12,)]
            with open_read_only(world.home) as newer:
                assert newer.execute("SELECT count(*) FROM articles").fetchall() == [(12 + day,)]
    assert_right(world)


@pytest.mark.parametrize("beside", [".news-a.duckdb", "news.duckdb"])
def test_a_stale_log_is_never_replayed(world: World, tmp_path: Path, beside: str) -> None:
    log = _log_of_a_killed_writer(world.home.database, tmp_path / "scratch.duckdb")
    add(world, 1)
    world.publish()
    stale = world.home.root / f"{beside}.wal"
    shutil.copyfile(log, stale)
    add(world, 2)

    world.publish()

    assert not stale.exists()
    assert_right(world)


def _log_of_a_killed_writer(database: Path, scratch: Path) -> Path:
    """A log that deletes all articles of a copy of the database."""
    shutil.copyfile(database, scratch)
    script = """
import os, sys, duckdb
connection = duckdb.connect(sys.argv[1])
connection.execute("DELETE FROM lake.articles")
os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", script, str(scratch)], check=False)
    return scratch.with_name(f"{scratch.name}.wal")


@pytest.mark.parametrize("content", [b"", b"no database", bytes(20_000)])
def test_a_damaged_file_is_replaced(world: World, content: bytes) -> None:
    Slots(world.home).free().write_bytes(content)
    add(world, 1)

    assert world.publish().published
    assert_right(world)


def test_a_damaged_published_file_is_replaced_by_a_load_of_everything(world: World) -> None:
    world.home.database.chmod(0o644)
    with world.home.database.open("r+b") as file:
        file.truncate(5_000)

    publication = world.publish()

    assert publication.parts_loaded == 2
    assert_right(world)


def test_a_published_name_that_was_copied_or_removed_is_linked_again(world: World) -> None:
    copy = world.home.root / "copy"
    shutil.copyfile(world.home.database, copy)
    copy.replace(world.home.database)
    assert world.publish().outcome == "unchanged"

    add(world, 1)
    assert world.publish().published
    world.home.database.unlink()
    assert world.publish().published
    assert_right(world)


def test_leftovers_of_a_killed_publisher_are_removed(world: World) -> None:
    slots = Slots(world.home)
    os.link(world.home.database, world.home.root / ".news-next.duckdb")
    (world.home.root / ".news-copy.duckdb").write_bytes(b"half")
    slots.spill.mkdir()
    (slots.spill / "block").write_bytes(b"spilled")
    add(world, 1)

    assert world.publish().published
    assert sorted(path.name for path in world.home.root.glob(".news*")) == [".news-a.duckdb", ".news-b.duckdb"]
    assert_right(world)


def test_a_database_does_not_grow_by_being_loaded_often(world: World) -> None:
    sizes = []
    part = Part(date(2026, 4, 1), "courier", 0)
    world.add(part, part_tables(part))
    for step in range(6):
        world.replace(part, part_tables(part, seed=step % 2 + 1))
        world.publish()
        sizes.append(world.home.database.stat().st_size)
    assert max(sizes[4:]) <= max(sizes[:4])
