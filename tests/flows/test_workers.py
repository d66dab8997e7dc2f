"""The pool of worker processes: warm, isolated, and gone when the run is gone."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from flows.workers import Workers


def double(number: int) -> int:
    return 2 * number


def die_once(marker: Path) -> str:
    """Kills its own process the first time, as a crashing parser would."""
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "survived"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_work_is_done_in_another_process_that_stays_warm() -> None:
    with Workers(1) as workers:
        first, second = workers.run(os.getpid), workers.run(os.getpid)

    assert first == second != os.getpid()


def test_errors_of_the_work_reach_the_caller() -> None:
    with Workers(1) as workers, pytest.raises(TypeError, match="unsupported operand"):
        workers.run(double, {"not": "a number"})  # type: ignore[arg-type]


def test_a_worker_that_dies_is_replaced_and_its_call_tried_again(tmp_path: Path) -> None:
    with Workers(1) as workers:
        assert workers.run(die_once, tmp_path / "died") == "survived"
        assert workers.run(double, 4) == 8


def test_a_call_that_kills_its_worker_twice_fails_and_the_pool_goes_on() -> None:
    with Workers(1) as workers:
        with pytest.raises(BrokenProcessPool):
            workers.run(die)
        assert workers.run(double, 4) == 8


def test_siblings_of_a_dying_call_still_get_their_results(tmp_path: Path) -> None:
    with Workers(2) as workers, ThreadPoolExecutor(4) as threads:
        died = threads.submit(workers.run, die_once, tmp_path / "died")
        doubled = [threads.submit(workers.run, double, number) for number in range(20)]

        assert died.result() == "survived"
        assert [future.result() for future in doubled] == [2 * number for number in range(20)]


def test_workers_do_not_outlive_a_run_that_was_killed() -> None:
    script = (
        "import os, sys, time\n"
        "from flows.workers import Workers\n"
        "if __name__ == '__main__':\n"
        "    with Workers(1) as workers:\n"
        "        print(workers.run(os.getpid), flush=True)\n"
        "        time.sleep(60)\n"
    )
    run = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert run.stdout
    with run.stdout:
        worker = int(run.stdout.readline())
        run.kill()
        run.wait()

    assert _ends(worker)


def test_a_call_that_always_kills_its_worker_fails_alone() -> None:
    with Workers(2) as workers, ThreadPoolExecutor(4) as threads:
        killer = threads.submit(workers.run, die)
        doubled = [threads.submit(workers.run, double, number) for number in range(8)]

        assert [future.result() for future in doubled] == [2 * number for number in range(8)]
        assert isinstance(killer.exception(), BrokenProcessPool)


def _ends(process: int) -> bool:
    for _ in range(200):
        status = Path(f"/proc/{process}/stat")
        try:
            if status.read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.05)
    return False
