"""Settings of one lake: read once, typed, passed in."""

import os
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from flows.fetch.web.http_settings import product_and_version
from transforms.reduced_text import Kept
from warehouse.home import Home

DEFAULT_HOME = "./newslake-data"
HOME_VARIABLE = "NEWSLAKE_HOME"
SETTINGS_FILE = "settings.toml"


class SettingsError(ValueError):
    """A settings or sources file cannot be used; the message names file, key and what is allowed."""


class Settings(BaseModel):
    """What ``settings.toml`` in the lake's home may say; every key has a default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contact: str | None = None
    """Address or web page where a site's operator reaches you; part of the User-Agent."""
    model: str = "en_core_web_sm"
    """spaCy pipeline: a package's name or a folder."""
    workers: Annotated[int, Field(ge=1, le=256)] | None = None
    """Processes for clean and annotate; one a core by default."""
    schedule: str = "0 * * * *"
    """Cron expression (UTC) of the scheduled ingest."""
    keep_raw_days: Annotated[int, Field(ge=0, le=36600)] | None = None
    """Days for which the bytes of pages are kept once they are worked up; for ever by default. A source may differ."""
    keep_text: Kept = "full"
    """What is kept of texts once they are worked up: full, quotes, none. A source may differ."""
    keep_text_days: Annotated[int, Field(ge=0, le=36600)] | None = None
    """Days for which texts are kept in full before they are reduced; alone, they are reduced to quotes then."""
    keep_text_of_opt_outs: Kept | None = None
    """What is kept of pages that forbid archiving or data mining, where a source records them; as of others if None."""
    first_look_back_days: Annotated[int, Field(ge=1, le=3660)] = 30
    """How far the first window of a source reaches back."""

    @property
    def user_agent(self) -> str:
        """What the fetcher calls itself: product, version and, where given, how to reach its operator."""
        product = product_and_version()
        return f"{product} (+{self.contact})" if self.contact else product

    @property
    def worker_count(self) -> int:
        """Processes to use."""
        return self.workers or os.cpu_count() or 1


def resolve_home(given: str | os.PathLike[str] | None = None) -> Home:
    """The lake's home: as given, else NEWSLAKE_HOME, else ``./newslake-data``.

    Raises:
        SettingsError: there is something else than a folder.
    """
    root = Path(given or os.environ.get(HOME_VARIABLE) or DEFAULT_HOME).expanduser().resolve()
    if root.exists() and not root.is_dir():
        raise SettingsError(f"{root} is no folder; --home (or {HOME_VARIABLE}) names the folder of a lake")
    return Home(root)


def load_settings(home: Home) -> Settings:
    """Settings of that home; the defaults where it has no ``settings.toml``.

    Raises:
        SettingsError: the file is not TOML, or a key is unknown or out of bounds.
    """
    path = home.root / SETTINGS_FILE
    if not path.exists():
        return Settings()
    try:
        return Settings.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from error
    except ValidationError as error:
        allowed = ", ".join(Settings.model_fields)
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors(include_url=False)
        )
        raise SettingsError(f"{path}: {problems}. Keys are: {allowed}") from error
