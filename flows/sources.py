"""The registry of sources: what ``sources.toml`` may say, and sentences for what it may not."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails

from flows.settings import SettingsError
from transforms.reduced_text import Kept

DEFAULT_PATTERNS = tuple(
    f"**/*.{ending}{packed}" for packed in ("", ".gz") for ending in ("html", "htm", "txt", "jsonl", "warc")
)
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


def _date(value: object) -> object:
    """A date of TOML; its dates with a time, and numbers, are none."""
    if type(value) is not date:
        raise ValueError("no date")
    return value


def _growing(value: object) -> object:
    if isinstance(value, list) and any(a >= b for a, b in pairwise(value)):
        raise ValueError("not growing")
    return value


def _archive_path(value: object, information: ValidationInfo) -> object:
    """A URL as it is; a path or pattern against the folder of the file that states it."""
    if not isinstance(value, str) or not value:
        raise ValueError("empty")
    if "://" in value:
        if value.startswith("s3://"):
            return value
        return _web_url(value)
    return str(_below(value, information))


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
    keep_raw_days: Annotated[int | None, Field(ge=0, le=36600, description="a number of days from 0")] = None
    """Days for which the bytes of its pages are kept once they are worked up; else as in settings.toml."""
    keep_text: Annotated[Kept | None, Field(description="'full', 'quotes' or 'none'")] = None
    """What is kept of its texts once they are worked up; else as in settings.toml."""
    keep_text_days: Annotated[int | None, Field(ge=0, le=36600, description="a number of days from 0")] = None
    """Days for which its texts are kept in full before that; else as in settings.toml."""
    keep_text_of_opt_outs: Annotated[Kept | None, Field(description="'full', 'quotes' or 'none'")] = None
    """What is kept of its pages that forbid archiving or data mining; else as in settings.toml."""

    looks_back: ClassVar[bool] = True
    """Whether the source can say which pages it had at a time in the past."""


class _PageSource(_AnySource):
    """What every source may say whose pages come from somebody else's site."""

    opt_outs: Annotated[Literal["respect", "record"], Field(description="'respect' or 'record'")] = "respect"
    """Whether pages that forbid archiving or data mining are refused, or stored with what they say."""
    include: Annotated[
        tuple[str, ...], Field(description="a list of patterns over URLs, such as 'https://www.example.com/world/*'")
    ] = ()
    """Where given, only pages whose URL matches one of them."""
    exclude: Annotated[
        tuple[str, ...], Field(description="a list of patterns over URLs, such as '*/advertising/*'")
    ] = ()
    """Pages whose URL matches one of them are left alone."""


class _NetworkSource(_PageSource):
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
    revisit_after_hours: Annotated[
        tuple[Annotated[float, Field(gt=0, le=8784)], ...],
        BeforeValidator(_growing),
        Field(description="a list of growing numbers of hours, such as [1, 6, 24, 168]"),
    ] = ()
    """How long after the first fetch a page is asked for again, as news texts change; never, where empty."""
    max_pages: Annotated[int | None, Field(ge=1, description="a number from 1")] = None
    """Pages asked for in one run; the rest is left to the next one."""

    @property
    def own_hosts(self) -> frozenset[str]:
        """Hosts that the entry itself names."""
        return frozenset()

    @property
    def private_hosts(self) -> frozenset[str]:
        """Hosts that may be loopback or private, in lower case."""
        if isinstance(self.allow_private, tuple):
            return frozenset(host.lower() for host in self.allow_private)
        return self.own_hosts if self.allow_private else frozenset()


WebUrl = Annotated[
    str, BeforeValidator(_web_url), Field(description="an http or https address without user name or spaces")
]


class _SiteSource(_NetworkSource):
    """A source that begins at one URL."""

    url: WebUrl

    @property
    def own_hosts(self) -> frozenset[str]:
        """Host of the URL."""
        return frozenset({urlsplit(self.url).hostname or ""})


class FeedSource(_SiteSource):
    """RSS, Atom or JSON Feed: the pages that it links to; or a home page that names such a feed."""

    looks_back: ClassVar[bool] = False

    type: Literal["feed"]


class SitemapSource(_SiteSource):
    """A sitemap, an index of sitemaps, or a site whose robots.txt names them: the pages listed for a window."""

    type: Literal["sitemap"]
    undated: Annotated[Literal["fetch", "skip"], Field(description="'fetch' or 'skip'")] = "fetch"
    """What is done with pages for which the sitemap gives no date."""


class UrlsSource(_NetworkSource):
    """A list of URLs: a text file with one a line, or a CSV file with a column ``url``."""

    type: Literal["urls"]
    path: Annotated[
        Path, BeforeValidator(_below), Field(description="a text or CSV file; relative to the file that names it")
    ]


class WaybackSource(_SiteSource):
    """Captures of all pages below a URL in the Wayback Machine, or another archive with its interfaces."""

    type: Literal["wayback"]
    cdx_url: WebUrl = "https://web.archive.org/cdx/search/cdx"
    """The index of captures."""
    replay_url: WebUrl = "https://web.archive.org/web/"
    """Where captures are replayed, below TIMESTAMPid_/URL."""

    @property
    def own_hosts(self) -> frozenset[str]:
        """Hosts of the archive; the site itself is never asked."""
        return frozenset(urlsplit(url).hostname or "" for url in (self.cdx_url, self.replay_url))


class FilesSource(_AnySource):
    """Local files: pages, lines of JSON, archives."""

    type: Literal["files"]
    path: Annotated[
        Path, BeforeValidator(_below), Field(description="a folder or a file; relative to the file that names it")
    ]
    patterns: Annotated[
        tuple[Annotated[str, BeforeValidator(_pattern)], ...],
        Field(min_length=1, description="a list of patterns below the folder, such as '**/*.html'"),
    ] = DEFAULT_PATTERNS


class _ArchiveSource(_NetworkSource):
    """What a source of WARC files may say about the pages it wants."""

    hosts: Annotated[
        tuple[str, ...], Field(description="a list of host names, such as 'example.com', each with all below it")
    ] = ()
    """Where given, only pages of these hosts and their subdomains."""
    languages: Annotated[tuple[str, ...], Field(description="a list of ISO 639-1 codes, such as 'en'")] = ()
    """Where given, only pages whose text is in one of them."""


class WarcSource(_ArchiveSource):
    """WARC files: local paths and patterns, http, https and s3 URLs."""

    type: Literal["warc"]
    paths: Annotated[
        tuple[Annotated[str, BeforeValidator(_archive_path)], ...],
        Field(min_length=1, description="a list of paths, patterns, and http, https or s3 URLs of WARC files"),
    ]
    since: Annotated[date | None, BeforeValidator(_date), Field(description="a date, such as 2026-03-01")] = None
    """Where given, only pages captured on that day (UTC) or later."""
    until: Annotated[date | None, BeforeValidator(_date), Field(description="a date, such as 2026-04-01")] = None
    """Where given, only pages captured before that day."""

    @property
    def own_hosts(self) -> frozenset[str]:
        """Hosts of the URLs."""
        return frozenset(
            urlsplit(path).hostname or "" for path in self.paths if path.startswith(("http://", "https://"))
        )


class CcNewsSource(_ArchiveSource):
    """Common Crawl's news archive, by month."""

    type: Literal["cc-news"]
    url: WebUrl = "https://data.commoncrawl.org/"
    """Where the archive lies; listings are below crawl-data/CC-NEWS/YEAR/MONTH/warc.paths.gz."""

    @property
    def own_hosts(self) -> frozenset[str]:
        """Host of the archive."""
        return frozenset({urlsplit(self.url).hostname or ""})


PageSource = FeedSource | SitemapSource | UrlsSource | WaybackSource
"""Sources that name pages, which are then asked for one by one."""
ArchiveSource = WarcSource | CcNewsSource
"""Sources that hold pages."""
Source = PageSource | FilesSource | ArchiveSource
"""Any source; further types are further members."""

_MODELS: Mapping[str, type[_AnySource]] = {
    "feed": FeedSource,
    "sitemap": SitemapSource,
    "urls": UrlsSource,
    "files": FilesSource,
    "warc": WarcSource,
    "cc-news": CcNewsSource,
    "wayback": WaybackSource,
}
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
