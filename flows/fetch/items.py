"""Pages that a source names, and what discovering them came to."""

from dataclasses import dataclass
from datetime import datetime

from flows.fetch.results import Attempt, Failure
from warehouse.records import Validators


@dataclass(frozen=True, slots=True)
class Item:
    """A page to fetch."""

    url: str
    key: str
    """What the catalogue remembers it by: ``known_key`` of a web page; URL, ``#sha256=`` and content hash of a file."""
    found_in: str
    """Feed, sitemap, list or folder that names it."""
    title: str | None = None
    published: str | None = None
    """Date of publication as given there, ISO 8601 as precise as given."""
    dated: datetime | None = None
    """Instant by which the page is filed; a date without a time zone is read as UTC."""


@dataclass(frozen=True, slots=True)
class Memo:
    """Validators to keep once everything that the document names has been dealt with."""

    key: str
    validators: Validators


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a source names, in its own order."""

    items: tuple[Item, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    memos: tuple[Memo, ...] = ()
    failure: Failure | None = None
    """Why the source could not say which pages it has."""
    only_latest: bool = False
    """Whether the source names its latest pages and forgets older ones, as a feed does."""
