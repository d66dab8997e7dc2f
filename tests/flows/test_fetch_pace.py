"""Pauses between requests to a host, among threads and among processes."""

import subprocess
import sys
import threading
from pathlib import Path

from flows.fetch.web.host_files import HostFiles
from flows.fetch.web.pace import LARGEST_JITTER, Pace, real_pace
from tests.web.clients import ToldTime

CHILD = """
import sys, time
from pathlib import Path
from flows.fetch.web.host_files import HostFiles
with HostFiles(Path(sys.argv[1]), now=time.time).alone("news.example") as turn:
    turn.asked()
    print("asked", flush=True)
    sys.stdin.read()
"""


def shared(time: ToldTime, folder: Path) -> Pace:
    return Pace(now=time.now, sleep=time.sleep, host_files=HostFiles(folder, now=lambda: 1_000_000 + time.now()))


def test_another_process_on_the_same_home_keeps_the_pause_too(tmp_path: Path) -> None:
    time = ToldTime()
    first, second = shared(time, tmp_path), shared(time, tmp_path)
    with first.turn("news.example", 4.0):
        time.seconds += 1
    time.seconds += 1
    with second.turn("news.example", 4.0):
        pass
    with second.turn("other.example", 4.0):
        pass
    assert time.slept == [3.0]


def test_a_host_that_nobody_asked_is_asked_at_once_and_a_clock_set_back_costs_one_pause(tmp_path: Path) -> None:
    time = ToldTime()
    with shared(time, tmp_path).turn("news.example", 4.0):
        pass
    assert time.slept == []
    time.seconds -= 500
    with shared(time, tmp_path).turn("news.example", 4.0):
        pass
    assert time.slept == [4.0]


def test_a_request_that_was_killed_counts_from_its_beginning(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"asked\n"
    waiting = threading.Event()
    idle: list[float] = []

    def wait() -> None:
        waiting.set()
        with HostFiles(tmp_path, now=lambda: 4_000_000_000.0).alone("news.example") as turn:
            idle.append(turn.idle_seconds())

    thread = threading.Thread(target=wait)
    thread.start()
    assert waiting.wait(20)
    assert idle == []  # the child holds the turn
    child.kill()
    child.communicate()
    thread.join(20)
    assert len(idle) == 1
    assert 0 < idle[0] < 4_000_000_000


def test_a_host_that_wants_to_be_left_alone_is_by_all_processes(tmp_path: Path) -> None:
    time = ToldTime()
    shared(time, tmp_path).hold("news.example", 7200.0)
    later = shared(time, tmp_path)
    assert later.held("news.example") == 7200.0
    assert later.held("other.example") == 0.0
    time.seconds = 7195
    with later.turn("news.example", 1.0):
        pass
    assert time.slept == [5.0]


def test_jitter_only_lengthens_a_pause() -> None:
    time = ToldTime()
    pace = Pace(now=time.now, sleep=time.sleep, jitter=lambda: LARGEST_JITTER)
    for _ in range(2):
        with pace.turn("news.example", 4.0):
            pass
    assert time.slept == [5.0]


def test_it_tells_when_a_turn_may_come() -> None:
    time = ToldTime()
    pace = time.pace()
    assert pace.ready_in("news.example", 3.0) == 0.0
    with pace.turn("news.example", 3.0):
        pass
    assert pace.ready_in("news.example", 3.0) == 3.0
    pace.hold("news.example", 10.0)
    assert pace.ready_in("news.example", 3.0) == 10.0


def test_one_pace_for_the_whole_process(tmp_path: Path) -> None:
    assert real_pace(tmp_path) is real_pace(tmp_path)
    assert real_pace(tmp_path) is not real_pace()
