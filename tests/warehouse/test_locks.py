import multiprocessing
import os
import threading
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from warehouse.locks import Locked, exclusive

SPAWN = multiprocessing.get_context("spawn")


def hold(path: Path, told: Connection) -> None:
    with exclusive(path):
        told.send(os.getpid())
        told.recv()


def test_a_lock_held_by_another_process_is_refused_with_its_process_id(tmp_path: Path) -> None:
    path = tmp_path / "locks" / "load.lock"
    here, there = SPAWN.Pipe()
    holder = SPAWN.Process(target=hold, args=(path, there))
    holder.start()
    assert here.recv() == holder.pid

    with (
        pytest.raises(Locked, match=rf"load\.lock is held by process {holder.pid}") as refusal,
        exclusive(path, wait=False),
    ):
        pass
    assert refusal.value.pid == holder.pid

    here.send("let go")
    holder.join()
    with exclusive(path, wait=False):
        pass


def test_a_killed_holder_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "load.lock"
    here, there = SPAWN.Pipe()
    holder = SPAWN.Process(target=hold, args=(path, there))
    holder.start()
    here.recv()

    holder.kill()

    with exclusive(path):  # waits until the system has cleaned up; the test's time limit ends it otherwise
        assert path.read_text() == str(os.getpid())
    holder.join()


def test_threads_of_one_process_exclude_each_other(tmp_path: Path) -> None:
    path = tmp_path / "counter.lock"
    inside = 0
    seen = []

    def work() -> None:
        nonlocal inside
        for _ in range(50):
            with exclusive(path):
                inside += 1
                seen.append(inside)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [1] * 200


def test_an_error_inside_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "load.lock"
    with pytest.raises(RuntimeError, match="broken"), exclusive(path):
        raise RuntimeError("broken")
    with exclusive(path, wait=False):
        pass
