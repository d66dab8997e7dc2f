"""The files that ``newslake init`` makes."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from flows.settings import SETTINGS_FILE
from warehouse.home import Home


def create_home(home: Home) -> Iterator[tuple[Path, bool]]:
    """Make the home's folder and its example files; yields each path and whether it was created.

    A file that is already there is kept as it is.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    for target, example in ((home.sources_file, "sources.toml"), (home.root / SETTINGS_FILE, "settings.toml")):
        if target.exists():
            yield target, False
        else:
            target.write_text((files("flows") / "examples" / example).read_text(encoding="utf-8"), encoding="utf-8")
            yield target, True
