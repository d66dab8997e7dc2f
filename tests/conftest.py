"""What all tests share: the demo site, ingested once, and a browser."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser

from flows.demo.server import serve_demo_site
from tests.browser import chromium
from tests.campaigns.kills import start_ingest
from warehouse.home import Home

settings.register_profile("any-machine", deadline=None)
settings.load_profile("any-machine")  # no test may fail for the time that a busy machine takes


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A lake made from the demo site by the real flow, with a clock that stands still. Read it, do not change it."""
    root = tmp_path_factory.mktemp("demo")
    with serve_demo_site() as (host, port):
        assert start_ingest(root, f"{host}:{port}").wait() == 0
    return Home(root)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium; it keeps an event loop of its own running, so it lives for one module only."""
    with chromium() as found:
        yield found


class NewslakeCommand:
    """Runs the installed ``newslake`` script as a user would."""

    script = Path(sys.executable).with_name("newslake")

    def __call__(self, *arguments: str, home: Path, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(self.script), "--home", str(home), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )


@pytest.fixture(scope="session")
def newslake() -> NewslakeCommand:
    return NewslakeCommand()
