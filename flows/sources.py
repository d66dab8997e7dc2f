"""The registry of sources: what ``sources.toml`` may say, and sentences for what it may not."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails

from flows.settings import SettingsError

DEFAULT_PATTERNS = ("**/*.html", "**/*.htm", "**/*.txt", "**/*.html.gz", "**/*.htm.gz", "**/*.txt.gz")
_NAME = r"^[a-z0-9][a-z0-9-]{0,63}$"
_ENDPOINT = re.compile(r"(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(?P<port>\d{1,5})")


def _web_url(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        usable = False
    if not usable or len(value) > 4096 or any(character.isspace() for character in value):
        raise ValueError("no such address")
    return value


def _endpoint(value: object) -> object:
    if isinstance(value, str):
        match = _ENDPOINT.fullmatch(value)
        if match is None or not 0 < int(match["port"]) < 65536:
            raise ValueError("no host and port")
    return value


def _time_zone(value: object) -> object:
    if isinstance(value, str):
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("no such time zone") from error
    return value


def _pattern(value: object) -> object:
    if isinstance(value, str):
        path = PurePosixPath(value)
        if not value or path.is_absolute() or ".." in path.parts:
            raise ValueError("no pattern below the folder")
    return value


def _below(value: object, information: ValidationInfo) -> object:
    """Resolve a path against the folder of the file that states it."""
    if isinstance(value, str) and value and isinstance(information.context, Path):
        return information.context / Path(value).expanduser()
    if not value:
        raise ValueError("empty")
    return value


class _AnySource(BaseModel):
    """What every source may say. A field's description is the sentence that tells what is allowed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[
        str, Field(pattern=_NAME, description="lower-case letters, digits and hyphens, 64 at most, no hyphen first")
    ]
    enabled: Annotated[bool, Field(strict=True, description="true or false")] = True
    tags: Annotated[tuple[str, ...], Field(description="a list of words")] = ()
    schedule: Annotated[str | None, Field(description="a cron expression, such as '*/15 * * * *'")] = None
    """For a source that is not to be fetched with all others; read by the scheduler."""
    time_zone: Annotated[
        str,
        BeforeValidator(_time_zone),
        Field(description="a name of the IANA time zone database, such as Africa/Nairobi"),
    ] = "UTC"
    """Time zone of the schedule."""


class _NetworkSource(_AnySource):
    """What a source on the network may say."""

    connect_to: Annotated[
        str | None, BeforeValidator(_endpoint), Field(description="HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080")
    ] = None
    """Where every connection of this source goes, whatever host a URL names, as with curl's --connect-to."""
    allow_private: Annotated[
        bool | tuple[str, ...],
        Field(
            description="true for the host of the source's own URL, or a list of host names", union_mode="left_to_right"
        ),
    ] = False
    """Hosts that may have loopback or private addresses."""
    delay_seconds: Annotated[float | None, Field(ge=0, le=3600, description="a number from 0 to 3600")] = None
    """Pause between two requests to one host; robots.txt may ask for more."""


class FeedSource(_NetworkSource):
    """RSS, Atom or JSON Feed: the pages that it links to."""

    type: Literal["feed"]
    url: Annotated[
        str, BeforeValidator(_web_url), Field(description="an http or https address without user name or spaces")
    ]

    @property
    def private_hosts(self) -> frozenset[str]:
        """Hosts that may be loopback or private, in lower case."""
        if isinstance(self.allow_private, tuple):
            return frozenset(host.lower() for host in self.allow_private)
        return frozenset({urlsplit(self.url).hostname or ""}) if self.allow_private else frozenset()


class FilesSource(_AnySource):
    """Local files."""

    type: Literal["files"]
    path: Annotated[
        Path, BeforeValidator(_below), Field(description="a folder or a file; relative to the file that names it")
    ]
    patterns: Annotated[
        tuple[Annotated[str, BeforeValidator(_pattern)], ...],
        Field(min_length=1, description="a list of patterns below the folder, such as '**/*.html'"),
    ] = DEFAULT_PATTERNS


Source = FeedSource | FilesSource
"""Any source; further types are further members."""

_MODELS: Mapping[str, type[_AnySource]] = {"feed": FeedSource, "files": FilesSource}
_SOURCE: TypeAdapter[Source] = TypeAdapter(Annotated[Source, Field(discriminator="type")])


def load_sources(path: Path) -> tuple[Source, ...]:
    """The sources of a TOML file, in its order.

    Raises:
        SettingsError: a line for everything that is wrong: file, entry, key, and what is allowed.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{path}: no such file; `newslake init` makes one") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from error
    problems = list(_misplaced(content))
    entries = content.get("source", [])
    if not isinstance(entries, list):
        problems.append("'source' is one table; write [[source]], in double brackets")
        entries = []
    sources: list[Source] = []
    for number, entry in enumerate(entries, 1):
        source = _read(entry, number, path.parent)
        if isinstance(source, list):
            problems += source
        else:
            sources.append(source)
    problems += _duplicates(entries)
    if problems:
        raise SettingsError(f"{path}: " + "\n  ".join(problems))
    return tuple(sources)


def _misplaced(content: Mapping[str, Any]) -> Iterator[str]:
    for key in content:
        if key != "source":
            yield f"{key!r} is not a key of this file; every source is a table [[source]]"


def _duplicates(entries: Sequence[Any]) -> Iterator[str]:
    first: dict[str, int] = {}
    for number, entry in enumerate(entries, 1):
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str):
            continue
        if name in first:
            yield f"sources {first[name]} and {number} have the same name {name!r}; every name may be used once"
        else:
            first[name] = number


def _read(entry: object, number: int, base: Path) -> Source | list[str]:
    """The source, or what is wrong with it."""
    if not isinstance(entry, dict):
        return [f"source {number} is not a table; write [[source]]"]
    where = f"source {number}" + (f" ({entry['name']!r})" if isinstance(entry.get("name"), str) else "")
    types = ", ".join(_MODELS)
    given = entry.get("type")
    if not isinstance(given, str):
        return [f"{where}: key 'type' is missing or no text; allowed: {types}"]
    if given not in _MODELS:
        return [f"{where}: type {given!r} is not known{_guess(given, _MODELS)}; allowed: {types}"]
    try:
        return _SOURCE.validate_python(entry, context=base)
    except ValidationError as error:
        model = _MODELS[given]
        first = {str(problem["loc"][1]): problem for problem in reversed(error.errors(include_url=False))}
        return [f"{where}: {_sentence(problem, model, given)}" for problem in reversed(first.values())]


def _sentence(problem: ErrorDetails, model: type[_AnySource], type_name: str) -> str:
    """One problem of pydantic's as a sentence about the key."""
    key = str(problem["loc"][1])  # behind the discriminator's tag
    if problem["type"] == "extra_forbidden":
        keys = ", ".join(model.model_fields)
        return f"key {key!r} is not known{_guess(key, model.model_fields)}; a {type_name} source has: {keys}"
    allowed = model.model_fields[key].description
    if problem["type"] == "missing":
        return f"key {key!r} is missing; allowed: {allowed}"
    value = repr(problem["input"])
    shown = value if len(value) <= 80 else value[:77] + "…"
    return f"key {key!r} cannot be {shown}; allowed: {allowed}"


def _guess(word: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""
