"""Pages that a source names, and what reading one of its documents came to."""

from dataclasses import dataclass
from datetime import datetime

from flows.fetch.results import Attempt, Failure
from warehouse.records import Validators


@dataclass(frozen=True, slots=True)
class Item:
    """A page to fetch."""

    url: str
    key: str
    """What the catalogue remembers it by: ``known_key`` of a web page; URL, ``#sha256=`` and content hash of a file;
    URL, ``#capture=`` and digest of a capture in an archive.
    """
    found_in: str
    """Feed, sitemap, list or folder that names it."""
    title: str | None = None
    published: str | None = None
    """Date of publication as given there, ISO 8601 as precise as given."""
    dated: datetime | None = None
    """Instant by which the page is filed; a date without a time zone is read as UTC."""
    address: str | None = None
    """Where it is asked for, if that is not its URL: an archive's copy."""
    validators: Validators | None = None
    """Of the version that the lake has, for a page that is visited again."""

    @property
    def asked_at(self) -> str:
        """The URL to ask for."""
        return self.address or self.url


@dataclass(frozen=True, slots=True)
class Memo:
    """What to remember of a document once everything that it names is recorded."""

    key: str
    validators: Validators
    fresh_until: datetime | None = None
    """Until when the server says that it will not change."""
    covers_from: datetime | None = None
    """Pages from then on are recorded, so that an unchanged document has no others; None where all of them are."""
    body: bytes | None = None
    """The document itself, where it is needed again though it has not changed: an index of others."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What reading one document of a source came to: a feed, a sitemap, a thousand lines of a list."""

    items: tuple[Item, ...] = ()
    """In the document's own order."""
    attempts: tuple[Attempt, ...] = ()
    memo: Memo | None = None
    failure: Failure | None = None
    """Why the document, and with it the source, could not say which pages it has."""
    unchanged: bool = False
    """Whether the document says that it is as it was when its pages were last recorded."""
    put_off: str | None = None
    """Why the document was not asked for this time, where that is as it should be: then the window stays open."""
