"""Readers are never disturbed, and a publisher may be killed at any moment."""

import random
import time
from collections.abc import Iterator
from datetime import date
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from tests.warehouse.lake_builder import World, assert_right, contents, fill, is_whole, part_tables, rebuilt
from warehouse.home import Home
from warehouse.parts import Part
from warehouse.query import open_read_only

PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.warehouse.lake_builder"])


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World.at(tmp_path / "home")
    fill(world, days=1)
    yield world
    world.catalogue.close()


def add(world: World, number: int) -> None:
    part = Part(date(2026, 4, 1), "courier", number)
    world.add(part, part_tables(part, articles=2))


def read_again_and_again(root: Path, stop: Event, answer: Connection) -> None:
    """Reader: keeps its first connection, opens new ones, and counts those that saw anything but a whole state."""
    home = Home(root)
    opened = broken = 0
    sizes = set()
    with open_read_only(home) as first:
        held = first.execute("SELECT count(*) FROM lake.articles").fetchall()
        answer.send("reading")
        while not stop.is_set():
            with open_read_only(home) as connection:
                broken += not is_whole(connection)
                sizes.add(connection.execute("SELECT count(*) FROM lake.articles").fetchall()[0][0])
            broken += first.execute("SELECT count(*) FROM lake.articles").fetchall() != held
            opened += 1
            time.sleep(0.25)
    answer.send((opened, broken, len(sizes)))


def test_twenty_publishes_under_a_reader_in_another_process(world: World) -> None:
    world.publish()
    stop = PROCESSES.Event()
    here, there = PROCESSES.Pipe()
    reader = PROCESSES.Process(target=read_again_and_again, args=(world.home.root, stop, there))
    reader.start()
    there.close()
    assert here.recv() == "reading"

    for number in range(20):
        add(world, number)
        assert world.publish().published
    stop.set()

    opened, broken, states = here.recv()
    reader.join()
    here.close()
    assert reader.exitcode == 0
    assert broken == 0
    assert opened > 0
    assert states > 1
    assert_right(world)


def publish_when_told(root: Path, told: Connection) -> None:
    """Publisher: publishes each time it is told to, until it is killed."""
    world = World.at(root)
    while True:
        told.send("ready")
        told.recv()
        world.publish()


def test_killed_at_any_moment_the_old_state_stays_and_the_next_call_ends_right(world: World, tmp_path: Path) -> None:
    moments = random.Random(20260320)
    for number in range(8):
        add(world, number)
        here, there = PROCESSES.Pipe()
        publisher = PROCESSES.Process(target=publish_when_told, args=(world.home.root, there))
        publisher.start()
        there.close()
        here.recv()
        here.send("publish")
        time.sleep(moments.uniform(0.0, 0.9))
        publisher.kill()
        publisher.join()
        publisher.close()
        here.close()
        if world.home.database.exists():
            with open_read_only(world.home) as connection:
                assert is_whole(connection)
        if number % 3 == 2:
            world.publish()
            assert_right(world)

    world.publish()

    assert contents(world.home) == contents(rebuilt(world, tmp_path / "rebuilt"))
    assert sorted(path.name for path in world.home.root.glob(".news*")) == [".news-a.duckdb", ".news-b.duckdb"]
