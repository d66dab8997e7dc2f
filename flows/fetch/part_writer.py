"""Pages into parts: one open batch a day, committed when it is full or its day is over."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from importlib.metadata import version

from flows.fetch.batches import Batch, PartLimits
from flows.fetch.results import Attempt, Response
from transforms.identity import content_hash, stable_id
from warehouse.catalogue import Catalogue
from warehouse.lake import Lake
from warehouse.parts import Part
from warehouse.records import ArchivePosition, Arrived, FoundPage, KnownUrl, QueuedPage, Visited

FETCH_VERSION = 2
"""Raised when the same answers would make other rows."""
OPEN_AT_MOST = 2
"""Parts' worth of pages that may be open in all days together; beyond that the fullest day is committed."""


def tool() -> str:
    """Version of the step and of the libraries that shape its rows."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("httpcore", "feedparser", "protego"))
    return f"fetch {FETCH_VERSION} ({libraries})"


class PartWriter:
    """Writes what one run fetches of one source. For one thread.

    Everything about a page is committed in one transaction: its bytes, its attempts, what it is known by, and what is
    noted in the queue. A kill before that leaves nothing of it.

    Args:
        source: The source's name; its lock must be held.
        lake: Gets the files.
        catalogue: Gets the parts.
        run_id: The run that the catalogue's records name.
        clock: Tells the time, in UTC.
        limits: Where parts are cut.
    """

    def __init__(
        self,
        source: str,
        *,
        lake: Lake,
        catalogue: Catalogue,
        run_id: str,
        clock: Callable[[], datetime],
        limits: PartLimits,
    ) -> None:
        self._source = source
        self._lake = lake
        self._catalogue = catalogue
        self._run_id = run_id
        self._clock = clock
        self._limits = limits
        self._open: dict[date, Batch] = {}
        self._aside: list[Attempt] = []
        self._stored: dict[str, str] = {}
        self.pages: Counter[date] = Counter()
        """Pages stored, by day."""
        self.bytes = 0
        """Size of the stored pages, unpacked."""
        self.failures: dict[date, Counter[str]] = {}
        """Pages that could not be got, by day and kind."""
        self.parts: list[Part] = []
        """Parts committed."""

    def stored_as(self, key: str) -> str | None:
        """The page that this run has stored under the key."""
        return self._stored.get(key)

    def set_aside(self, attempts: Iterable[Attempt]) -> None:
        """Attempts that belong to no page: stored with the next part, or not at all if nothing else comes."""
        self._aside.extend(attempts)

    def discover(self, page: QueuedPage) -> None:
        """A queued page is asked for, whatever comes of it; noted once."""
        if not page.asked:
            self._batch(page.page.day).discover(page.page, page.found_at)

    def add_page(
        self,
        found: FoundPage,
        page: Response,
        keys: Iterable[str],
        attempts: Iterable[Attempt],
        *,
        versions_count: bool = True,
    ) -> tuple[str, bool]:
        """Store a page under its day, unless the lake has the same bytes at the same URL.

        Args:
            found: The page as it was named.
            page: Its content.
            keys: What it is known by.
            attempts: What it took to get it.
            versions_count: Whether other bytes under a key that is known are a new version to store; else the page
                that is known by the key is meant, to which another address has led.

        Returns:
            The page's id, or that of the one which is meant, and whether it is new.
        """
        keys = tuple(keys)
        page_id = stable_id("page", found.url, content_hash(page.body))
        same = page_key(page_id)
        known_id = self._known_as([same] if versions_count else [*keys, same])
        day = found.day
        if known_id is not None:
            self._batch(day).record(attempts, page_id=known_id)
            self.note_known(day, keys, known_id)
            return known_id, False
        if not self._batch(day).has_room(len(page.body)):
            self.commit(day)
        batch = self._batch(day)
        batch.record(attempts, page_id=page_id)
        observed_at = page.captured_at or page.started_at or self._clock()
        batch.add(found, page, page_id, observed_at, (*keys, same))
        self.pages[day] += 1
        self.bytes += len(page.body)
        self._stored.update(dict.fromkeys((*keys, same), page_id))
        return page_id, True

    def _known_as(self, keys: Sequence[str]) -> str | None:
        """The page that this run has stored, or that the lake has, under the first of these keys that is known."""
        stored = next(filter(None, map(self._stored.get, keys)), None)
        if stored is not None:
            return stored
        known = self._catalogue.known_pages(keys)
        return next((known[key] for key in keys if key in known), None)

    def add_failure(self, day: date, kind: str, attempts: Iterable[Attempt]) -> None:
        """Record a page that could not be got."""
        self.failures.setdefault(day, Counter())[kind] += 1
        self._batch(day).record(attempts)

    def add_attempts(self, day: date, attempts: Iterable[Attempt], *, page_id: str | None = None) -> None:
        """Record attempts that brought nothing new and did not fail."""
        self._batch(day).record(attempts, page_id=page_id)

    def note_known(self, day: date, keys: Iterable[str], page_id: str) -> None:
        """Remember that further keys mean a page that is stored already."""
        known = [KnownUrl(key, page_id, self._source, self._clock()) for key in keys]
        self._batch(day).known.extend(known)
        self._stored.update({url.url: page_id for url in known})

    def note_visit(self, day: date, visited: Visited) -> None:
        """Tell the queue with the part what came of a page."""
        self._batch(day).visits.append(visited)

    def note_arrival(self, arrived: Arrived) -> None:
        """Tell the queue with the part of a page that an archive holds."""
        self._batch(arrived.page.day).arrivals.append(arrived)
        self._batch(arrived.page.day).discover(arrived.page, arrived.at)

    @property
    def has_nothing_open(self) -> bool:
        """Whether everything is committed."""
        return all(batch.is_empty for batch in self._open.values())

    @property
    def has_full_batch(self) -> bool:
        """Whether a day's batch should be committed before anything is added."""
        return any(batch.full for batch in self._open.values()) or self._too_much_open()

    def relieve(self) -> None:
        """Commit days whose batch is full, and the fullest one while too much is open."""
        for day in [day for day, batch in self._open.items() if batch.full]:
            self.commit(day)
        while self._too_much_open():
            self.commit(max(self._open, key=lambda day: (self._open[day].bytes, len(self._open[day].fetches), day)))

    def commit(self, day: date, *, position: ArchivePosition | None = None) -> None:
        """Make the day's batch a part, with how far an archive has been read; an empty batch is let go."""
        batch = self._open.pop(day, None)
        if batch is None or batch.is_empty:
            return
        if self._aside:
            own, batch.fetches = batch.fetches, []
            batch.record(self._aside)
            batch.fetches += own
            self._aside = []
        part = Part(day, self._source, self._catalogue.next_number(day, self._source))
        files = self._lake.write_step(part, "fetch", batch.tables(part.name), tool())
        self._catalogue.commit_fetch(
            part,
            files,
            tool(),
            self._run_id,
            batch.known,
            visits=batch.visits,
            arrivals=batch.arrivals,
            position=position,
        )
        self.parts.append(part)

    def commit_all(self, *, position: ArchivePosition | None = None) -> None:
        """Commit everything that is open, oldest day first; the position with the last of it."""
        days = sorted(day for day, batch in self._open.items() if not batch.is_empty)
        for day in days:
            self.commit(day, position=position if day == days[-1] else None)
        if position is not None and not days:
            self._catalogue.documents.reach(self._source, position)

    def commit_aside(self, day: date) -> None:
        """Store attempts that were set aside, under that day, though nothing else came."""
        attempts, self._aside = self._aside, []
        if attempts:
            self._batch(day).record(attempts)
            self.commit(day)

    def _too_much_open(self) -> bool:
        pages = sum(len(batch.pages) for batch in self._open.values())
        held = sum(batch.bytes for batch in self._open.values())
        return pages > OPEN_AT_MOST * self._limits.pages or held > OPEN_AT_MOST * self._limits.bytes

    def _batch(self, day: date) -> Batch:
        return self._open.setdefault(day, Batch(self._source, self._limits))


def page_key(page_id: str) -> str:
    """What a page is known by whatever it was found by: the same bytes at the same URL are stored once."""
    return f"page:{page_id}"
