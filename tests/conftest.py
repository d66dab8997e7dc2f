"""What all tests share: the demo site, ingested once."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from flows.demo.server import serve_demo_site
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
