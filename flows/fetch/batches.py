"""Fetched pages on their way into a part: rows, and the bounds at which a part is cut."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flows.fetch.results import Attempt, Response
from flows.fetch.web.http_settings import MEBIBYTE
from transforms.identity import content_hash, stable_id
from transforms.schemas import DISCOVERIES, FETCHES, RAW_PAGES
from warehouse.records import ArchivePosition, Arrived, FoundPage, KnownUrl, Visited


@dataclass(frozen=True, slots=True)
class PartLimits:
    """Where a day's pages are cut into parts: by what is stored, and never by time."""

    pages: int = 200
    bytes: int = 32 * MEBIBYTE
    attempts: int = 2000
    """Rows of ``fetches``, for sources of which most fails."""


@dataclass(slots=True)
class Batch:
    """The rows of one part in the making, and what the catalogue is told with it."""

    source: str
    limits: PartLimits
    pages: list[dict[str, Any]] = field(default_factory=list)
    fetches: list[dict[str, Any]] = field(default_factory=list)
    discoveries: list[dict[str, Any]] = field(default_factory=list)
    known: list[KnownUrl] = field(default_factory=list)
    visits: list[Visited] = field(default_factory=list)
    arrivals: list[Arrived] = field(default_factory=list)
    position: ArchivePosition | None = None
    bytes: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to store."""
        return not (self.fetches or self.visits or self.arrivals)

    def has_room(self, size: int) -> bool:
        """Whether a page of that size may still be added."""
        if not self.pages:
            return True
        return len(self.pages) < self.limits.pages and self.bytes + size <= self.limits.bytes

    @property
    def full(self) -> bool:
        """Whether nothing more should be added, whatever comes."""
        return len(self.pages) >= self.limits.pages or len(self.fetches) >= self.limits.attempts

    def record(self, attempts: Iterable[Attempt], *, page_id: str | None = None) -> None:
        """Add attempts; the page is what the last of them brought."""
        for attempt in attempts:
            self.fetches.append(
                {
                    "fetch_id": "",
                    "source": self.source,
                    "url": attempt.url,
                    "purpose": attempt.purpose,
                    "started_at": attempt.started_at,
                    "outcome": attempt.outcome,
                    "detail": attempt.detail,
                    "status": attempt.status,
                    "bytes": attempt.size,
                    "duration_ms": round(attempt.duration * 1000),
                    "page_id": None,
                    "attempt": attempt.number,
                    "soft": attempt.soft,
                    "from_cache": attempt.from_cache,
                }
            )
        if page_id is not None:
            self.fetches[-1]["page_id"] = page_id

    def discover(self, page: FoundPage, found_at: datetime) -> None:
        """Add a page that is asked for the first time."""
        self.discoveries.append(
            {
                "source": self.source,
                "url": page.url,
                "key": page.key,
                "found_in": page.found_in,
                "title": page.title,
                "published": page.published,
                "dated_at": page.dated,
                "found_at": found_at,
                "address": page.address,
            }
        )

    def add(self, found: FoundPage, page: Response, page_id: str, observed_at: datetime, keys: Iterable[str]) -> None:
        """Add a page and what it is known by."""
        known_by = list(keys)
        self.pages.append(
            {
                "page_id": page_id,
                "source": self.source,
                "url": found.url,
                "final_url": page.final_url,
                "redirects": list(page.redirects),
                "status": page.status,
                "content_type": page.content_type,
                "headers": list(page.headers.items()),
                "body": page.body,
                "content_hash": content_hash(page.body),
                "observed_at": observed_at,
                "found_in": found.found_in,
                "item_title": found.title,
                "item_published": found.published,
                "known_by": known_by,
                "opt_outs": list(page.opt_outs) or None,
                "archived_at": page.archived_at,
            }
        )
        self.bytes += len(page.body)
        self.known.extend(KnownUrl(key, page_id, self.source, observed_at) for key in known_by)

    def tables(self, part: str) -> dict[str, Any]:
        """Arrow tables of the part of that name."""
        counts: dict[tuple[str, str], int] = {}
        for row in self.fetches:
            started = row["started_at"].isoformat()
            count = counts[row["url"], started] = counts.get((row["url"], started), 0) + 1
            # A second attempt within one tick of the clock has a number; the first one's id does not depend on it.
            again = (str(count),) if count > 1 else ()
            row["fetch_id"] = stable_id("fetch", self.source, row["url"], started, *again)
        return {
            table.name: table.rows([{**row, "part": part} for row in rows])
            for table, rows in ((RAW_PAGES, self.pages), (FETCHES, self.fetches), (DISCOVERIES, self.discoveries))
        }
