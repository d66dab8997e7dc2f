"""``newslake up``: a Prefect server on loopback, the deployments with their schedules, and the process that runs them.

A module of its own, because Prefect imports flows by the module they are defined in, never from ``__main__``.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import cast
from urllib.error import URLError
from urllib.request import urlopen

from flows.settings import HOME_VARIABLE, Settings, SettingsError, load_settings
from flows.sources import load_sources
from warehouse.home import Home
from warehouse.locks import Locked, exclusive

LOOPBACK = "127.0.0.1"
START_SECONDS = 120
"""A first start creates Prefect's database: about ten seconds of CPU, more on a busy machine."""
STOP_SECONDS = 20


def server_environment(home: Home, port: int) -> dict[str, str]:
    """Prefect's settings for server and client: its defaults are open, these are not.

    Listens on loopback only; no page of another site can post to the API; no telemetry; concurrency leases survive the
    server. The port is a setting, because ``prefect server start --port`` leaves the UI looking at port 4200.
    """
    address = f"http://{LOOPBACK}:{port}"
    return {
        HOME_VARIABLE: str(home.root),
        "PREFECT_HOME": str(home.prefect),
        "PREFECT_API_URL": f"{address}/api",
        "PREFECT_SERVER_API_HOST": LOOPBACK,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": address,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    }


def up(home: Home, port: int) -> None:
    """Start server and deployments and stay until interrupted.

    Raises:
        SettingsError: settings.toml or sources.toml cannot be used.
        RuntimeError: another ``up`` has this home, the port is taken, or the server does not start.
    """
    settings = load_settings(home)
    sources = load_sources(home.sources_file)
    if not any(source.enabled for source in sources):
        raise SettingsError(f"{home.sources_file}: no source is enabled, so there is nothing to schedule")
    # As Ctrl-C: a service manager that stops us must not leave the server behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with exclusive(home.locks / "up.lock", wait=False), prefect_server(home, port) as address:
            print(f"Prefect UI: {address}", flush=True)  # noqa: T201
            print(f"Ingest runs at {settings.schedule!r} (UTC). Ctrl-C stops everything.", flush=True)  # noqa: T201
            serve_deployments(settings)
    except Locked as error:
        raise RuntimeError(f"another `newslake up` already serves {home.root}: {error}") from error


@contextmanager
def prefect_server(home: Home, port: int) -> Iterator[str]:
    """A Prefect server for this home, as a child process; yields the UI's address.

    Sets this process's Prefect environment, so Prefect must not have been imported before.
    """
    if _is_listening(port):
        raise RuntimeError(f"port {port} on {LOOPBACK} is taken; stop what uses it or choose another with --port")
    environment = server_environment(home, port)
    home.prefect.mkdir(parents=True, exist_ok=True)
    os.environ.update(environment)
    log = home.prefect / "server.log"
    with log.open("ab") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start"],
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
            start_new_session=True,
        )
        try:
            _wait_until_healthy(server, environment, log)
            yield f"http://{LOOPBACK}:{port}"
        finally:
            _stop(server)


def serve_deployments(settings: Settings) -> None:
    """Register the deployments with the server of this process's environment and run them until interrupted."""
    from prefect import serve
    from prefect.deployments.runner import RunnerDeployment
    from prefect.schedules import Cron
    from prefect.types.entrypoint import EntrypointType

    from flows.scheduled import scheduled_ingest

    deployment = scheduled_ingest.to_deployment(
        name="ingest",
        schedule=Cron(settings.schedule, timezone="UTC"),
        concurrency_limit=1,
        description="One pass over the sources: fetch, clean, annotate, load.",
        tags=["newslake"],
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    serve(cast("RunnerDeployment", deployment), print_starting_message=False)


def _is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


def _wait_until_healthy(server: "subprocess.Popen[bytes]", environment: Mapping[str, str], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"the Prefect server ended with code {server.returncode}; its log is {log}")
        try:
            with urlopen(f"{environment['PREFECT_API_URL']}/health", timeout=5) as answer:  # noqa: S310 - loopback
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"the Prefect server did not answer within {START_SECONDS} s; its log is {log}")


def _stop(server: "subprocess.Popen[bytes]") -> None:
    server.terminate()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
