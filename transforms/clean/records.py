"""What goes into cleaning and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from transforms.spans import Span

Precision = Literal["instant", "local", "day"]
EncodingFault = Literal["mojibake", "lost-characters"]
"""Text that was decoded wrongly before it came here: where that could be undone, and where characters are lost."""
FAULTS: tuple[EncodingFault, ...] = get_args(EncodingFault)


@dataclass(frozen=True, slots=True)
class Page:
    """A page as fetched, with what the feed or sitemap said about it."""

    url: str
    final_url: str
    body: bytes
    content_type: str | None
    headers: Mapping[str, str]
    """Response headers, names in lower case."""
    item_title: str | None = None
    item_published: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """What one page says its article is; the fields are those columns of ``articles`` that the page decides.

    ``published`` is the one field more: ISO 8601 as exact as known, with the page's own offset where it states one.
    """

    article_id: str
    url: str
    canonical_url: str
    publisher: str | None
    title: str | None
    title_origin: str | None
    authors: tuple[str, ...]
    published: str | None
    published_at: datetime | None
    published_date: date | None
    published_text: str | None
    published_precision: Precision | None
    published_origin: str | None
    modified_at: datetime | None
    dateline_place: str | None
    agency: str | None
    language: str | None
    lead: str | None
    text: str
    headings: tuple[Span, ...]
    section: str | None
    tags: tuple[str, ...]
    image_url: str | None
    access: Literal["free", "metered", "paywalled", "walled"] | None
    licence_url: str | None
    terms_url: str | None
    copyright_holder: str | None
    is_live_blog: bool
    word_count: int
    text_hash: str
    encoding_faults: tuple[EncodingFault, ...]


RejectReason = Literal[
    "wall",
    "consent",
    "list-page",
    "video-stub",
    "error-page",
    "empty",
    "no-text",
    "too-short",
    "wrong-type",
    "too-large",
    "extractor-failed",
    "time-limit",
    "memory-limit",
    "crashed",
    "erased",
]


@dataclass(frozen=True, slots=True)
class Reject:
    """Why a page gave no article."""

    reason: RejectReason
    detail: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One value that the page offers for a field."""

    field: Literal["published", "modified", "title", "authors", "canonical_url"]
    value: str
    origin: str
    where: str
    """The place in the page, for a person: ``meta article:published_time``."""
    won: bool


@dataclass(frozen=True, slots=True)
class Inspection:
    """The outcome for a page with everything that was weighed for it."""

    result: Article | Reject
    charset: str | None
    charset_origin: str | None
    candidates: tuple[Candidate, ...]
