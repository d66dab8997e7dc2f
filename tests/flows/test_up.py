"""``newslake up`` with the real Prefect server: schedules that run, safe settings, a clean end."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

pytestmark = [pytest.mark.server, pytest.mark.timeout(420)]

EVERY_MINUTE = '"* * * * *"'
TEXT = """BERLIN, March 3 (Example News) - The mayor of Berlin met the mayor of Paris on Tuesday.

"We will build the line together," said Mayor Anna Keller after the talks in Berlin.

The two cities agreed to share the cost of the railway line, which is to open in 2031.
"""


@dataclass
class RunningNewslake:
    home: Path
    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    def ask(self, path: str, body: dict[str, Any]) -> Any:
        """POST as Prefect's own client does, with a CSRF token."""
        client = str(uuid.uuid4())
        with httpx.Client(trust_env=False, timeout=30) as http:
            token = http.get(f"{self.api}/csrf-token", params={"client": client}).json()["token"]
            headers = {"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": client}
            return http.post(f"{self.api}{path}", json=body, headers=headers).raise_for_status().json()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(home: Path, *arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name("newslake")), "--home", str(home), *arguments]


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNewslake]:
    home = tmp_path_factory.mktemp("home")
    (home / "texts").mkdir()
    (home / "texts" / "railway.txt").write_text(TEXT)
    (home / "sources.toml").write_text('[[source]]\nname = "texts"\ntype = "files"\npath = "texts"\n')
    (home / "settings.toml").write_text(f"schedule = {EVERY_MINUTE}\n")
    port = free_port()
    with (home / "up.log").open("wb") as log:
        process = subprocess.Popen(command(home, "up", "--port", str(port)), stdout=log, stderr=log)
    running = RunningNewslake(home, port, process)
    try:
        _wait_for_deployment(running)
        yield running
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_for_deployment(running: RunningNewslake) -> None:
    for _ in range(600):
        if running.process.poll() is not None:
            break
        try:
            if running.ask("/deployments/filter", {}):
                return
        except (httpx.HTTPError, KeyError):
            pass
        time.sleep(0.25)
    raise AssertionError((running.home / "up.log").read_text())


def _wait_for_run(running: RunningNewslake) -> dict[str, Any]:
    ended = {"state": {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED"]}}}
    for _ in range(720):
        runs = running.ask("/flow_runs/filter", {"flows": {"name": {"any_": ["ingest"]}}, "flow_runs": ended})
        if runs:
            run: dict[str, Any] = runs[0]
            return run
        time.sleep(0.25)
    raise AssertionError((running.home / "up.log").read_text())


def test_a_scheduled_run_appears_completes_and_fills_the_database(up: RunningNewslake) -> None:
    run = _wait_for_run(up)

    assert run["auto_scheduled"]
    assert run["state"]["type"] == "COMPLETED", run["state"]
    assert run["name"].startswith("ingest 20")
    with duckdb.connect(str(up.home / "news.duckdb"), read_only=True) as connection:
        assert connection.sql("SELECT speaker_name FROM quotes").fetchall() == [("Anna Keller",)]


def test_the_run_report_is_an_artifact(up: RunningNewslake) -> None:
    _wait_for_run(up)

    [report, *_] = up.ask("/artifacts/latest/filter", {"artifacts": {"key": {"any_": ["run-report"]}}})

    assert "| texts |" in report["data"]


def test_pages_of_other_sites_cannot_post_to_the_api(up: RunningNewslake) -> None:
    with httpx.Client(trust_env=False) as http:
        assert http.post(f"{up.api}/flow_runs/filter", json={}).status_code == 403
        preflight = http.options(
            f"{up.api}/flow_runs/filter",
            headers={"Origin": "http://elsewhere.example", "Access-Control-Request-Method": "POST"},
        )
    assert "access-control-allow-origin" not in preflight.headers


def test_the_server_listens_on_loopback_only(up: RunningNewslake) -> None:
    table = Path("/proc/net/tcp").read_text().splitlines()[1:]
    listening = {row.split()[1] for row in table if row.split()[3] == "0A"}

    assert f"0100007F:{up.port:04X}" in listening
    assert f"00000000:{up.port:04X}" not in listening


def test_the_ui_is_told_the_right_address(up: RunningNewslake) -> None:
    with httpx.Client(trust_env=False) as http:
        settings = http.get(f"http://127.0.0.1:{up.port}/ui-settings").json()

    assert settings["api_url"] == up.api


def test_a_second_up_of_the_same_home_says_so(up: RunningNewslake) -> None:
    second = subprocess.run(
        command(up.home, "up", "--port", str(free_port())), capture_output=True, text=True, timeout=60, check=False
    )

    assert second.returncode == 1
    assert "already serves" in second.stderr


def test_a_failing_item_is_a_failed_task_and_not_the_end_of_the_flow(up: RunningNewslake) -> None:
    script = """
import json
from prefect import flow
from flows.scheduled import PrefectRunner

@flow
def halves():
    step = PrefectRunner().each("halve", lambda number: 6 // (number - 3), [6, 3], label=str)
    return [(outcome.result, outcome.error) for outcome in step.outcomes]

print(json.dumps(halves()))
"""
    environment = {**os.environ, "PREFECT_API_URL": up.api, "PREFECT_HOME": str(up.home / "prefect")}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=120, check=False
    )

    assert json.loads(done.stdout.splitlines()[-1]) == [
        [2, None],
        [None, "ZeroDivisionError: integer division or modulo by zero"],
    ], done.stderr


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_interrupting_up_stops_server_and_deployments(tmp_path: Path, how: signal.Signals) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "sources.toml").write_text('[[source]]\nname = "texts"\ntype = "files"\npath = "texts"\n')
    port = free_port()
    with (tmp_path / "up.log").open("wb") as log:
        process = subprocess.Popen(command(tmp_path, "up", "--port", str(port)), stdout=log, stderr=log)
    _wait_for_deployment(RunningNewslake(tmp_path, port, process))

    process.send_signal(how)

    assert process.wait(60) in (0, 1, 130)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert "Traceback" not in (tmp_path / "up.log").read_text()


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text('[[source]]\nname = "texts"\ntype = "files"\npath = "."\n')
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            command(tmp_path, "up", "--port", str(port)), capture_output=True, text=True, timeout=60, check=False
        )

    assert done.returncode == 1
    assert f"port {port} on 127.0.0.1 is taken" in done.stderr
