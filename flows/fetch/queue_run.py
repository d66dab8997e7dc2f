"""The queue of a source, emptied: every page that is due is asked for once, and what came of it is stored."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol

from flows.fetch.downloads import Downloads
from flows.fetch.erased_pages import ErasedPages
from flows.fetch.items import Item
from flows.fetch.part_writer import PartWriter
from flows.fetch.results import Attempt, Failure, Response, Visit
from flows.fetch.revisits import after_failure, after_success
from flows.fetch.urls import host_of
from flows.fetch.web.pace import Pace
from flows.fetch.window import Window
from warehouse.catalogue import Catalogue
from warehouse.records import QueuedPage, Validators, Visited

LAP = 20_000
"""Pages taken from the queue at a time: enough for many hosts to take turns, and bounded in memory."""


class BringsPages(Protocol):
    """Something that can bring the pages it has named; called in several threads at once."""

    def load(self, item: Item) -> Visit:
        """Content of one item."""
        ...

    def keys(self, item: Item, page: Response) -> tuple[str, ...]:
        """What the page is known by once it is stored."""
        ...

    def delay_of(self, host: str) -> float:
        """Seconds between two requests to the host, as far as they are known."""
        ...


class QueueRun:
    """One run over the pages that are due. For one thread, which starts others.

    Args:
        source: The source's name; its lock must be held.
        reader: Brings the pages.
        catalogue: Has the queue.
        writer: Stores what comes.
        pace: Whose turn it is at which host.
        clock: Tells the time, in UTC.
        erased: Knows what must not be stored.
        revisit_after_hours: When pages are asked for again.
        max_pages: Pages asked for at most.
    """

    def __init__(
        self,
        source: str,
        reader: BringsPages,
        *,
        catalogue: Catalogue,
        writer: PartWriter,
        pace: Pace,
        clock: Callable[[], datetime],
        erased: ErasedPages,
        revisit_after_hours: Sequence[float] = (),
        max_pages: int | None = None,
    ) -> None:
        self._source = source
        self._reader = reader
        self._catalogue = catalogue
        self._writer = writer
        self._clock = clock
        self._erased = erased
        self._revisit_after_hours = revisit_after_hours
        self._max_pages = max_pages
        self._left_in_lap: Counter[date] = Counter()
        self._known_in_lap: dict[str, str] = {}
        self._downloads: Downloads[QueuedPage, Visit] = Downloads(
            self._load,
            host_of=lambda queued: host_of(_item(queued).asked_at),
            size_of=lambda visit: len(visit.result.body) if isinstance(visit.result, Response) else 0,
            pace=pace,
            delay_of=reader.delay_of,
            needed=self._is_needed,
        )
        self.known = 0
        """Pages that turned out to be in the lake already."""

    def empty(self, window: Window) -> None:
        """Ask for everything that is due and not dated after the window."""
        last: QueuedPage | None = None
        started = self._clock()
        left = self._max_pages
        while left is None or left > 0:
            limit = LAP if left is None else min(LAP, left)
            lap = self._catalogue.queue.due(self._source, now=started, dated_before=window.end, limit=limit, after=last)
            if not lap:
                break
            last = lap[-1]
            left = None if left is None else left - len(lap)
            self._known_in_lap = self._catalogue.known_pages([queued.page.key for queued in lap if not queued.visits])
            self._left_in_lap = Counter(queued.page.day for queued in lap)
            for queued, visit in self._downloads.of(lap):
                self._store(queued, visit)
                self._finish(queued)
                self._writer.relieve()
        self._writer.commit_all()

    def _load(self, queued: QueuedPage) -> Visit:
        return self._reader.load(_item(queued))

    def _is_needed(self, queued: QueuedPage) -> bool:
        """Whether to ask for it; a page that came by another address meanwhile is noted as got."""
        if self._erased.bars_queued(queued):
            self._erased.refuse(queued)
            self._finish(queued)
            return False
        key = queued.page.key
        page_id = self._writer.stored_as(key) or self._known_in_lap.get(key)
        if queued.visits or page_id is None:
            return True
        self.known += 1
        if queued.asked:
            # It was asked for in vain before: without this row it would look as if it were still missing.
            url = _item(queued).asked_at
            told = Attempt(url, "page", self._clock(), 0.0, "ok", "it came from elsewhere meanwhile", from_cache=True)
            self._writer.add_attempts(queued.page.day, [told], page_id=page_id)
        self._writer.note_visit(
            queued.page.day, Visited(queued.id, "got", "known", self._clock(), 0, 0, page_id=page_id)
        )
        self._finish(queued)
        return False

    def _finish(self, queued: QueuedPage) -> None:
        """One page less of its day; the last one closes the day's part."""
        day = queued.page.day
        self._left_in_lap[day] -= 1
        if not self._left_in_lap[day]:
            self._writer.commit(day)

    def _store(self, queued: QueuedPage, visit: Visit) -> None:
        result, day = visit.result, queued.page.day
        if isinstance(result, Response) and self._erased.bars_answer(result):
            self._erased.refuse(queued, visit.attempts)
            return
        self._writer.discover(queued)
        if isinstance(result, Failure):
            # That a host was left alone once more is no news of the page.
            again = queued.asked and result.retryable and not result.asked
            self._writer.add_failure(day, result.kind, visit.attempts[:-1] if again else visit.attempts)
            self._writer.note_visit(day, self._after_failure(queued, result))
            return
        page_id = None
        if result.not_modified:
            self._writer.add_attempts(day, visit.attempts)
        else:
            page_id = self._store_page(queued, result, visit.attempts)
        self._writer.note_visit(day, self._after_success(queued, result, page_id))

    def _store_page(self, queued: QueuedPage, page: Response, attempts: Sequence[Attempt]) -> str:
        keys = self._reader.keys(_item(queued), page)
        again = queued.visits > 0
        page_id, new = self._writer.add_page(queued.page, page, keys, attempts, versions_count=again)
        self.known += not new and not again
        return page_id

    def _after_failure(self, queued: QueuedPage, failure: Failure) -> Visited:
        now = self._clock()
        if failure.retryable and not failure.asked:
            # Nobody asked for it, so nothing was learnt of it.
            attempts, due_at = queued.attempts, after_failure(failure, 1, now)
        else:
            attempts = queued.attempts + 1
            due_at = after_failure(failure, attempts, now)
        state = Visited(queued.id, "waiting", failure.kind, now, attempts, queued.visits, due_at)
        if queued.visits:
            # What is in the lake stays; a page that is gone is not looked at again.
            return replace(state, state="got", validators=queued.validators)
        return state if due_at is not None else replace(state, state="refused")

    def _after_success(self, queued: QueuedPage, page: Response, page_id: str | None) -> Visited:
        now, visits = self._clock(), queued.visits + 1
        due_at = after_success(visits, self._revisit_after_hours, now)
        validators = queued.validators
        if not page.not_modified:
            validators = Validators(page.headers.get("etag"), page.headers.get("last-modified"))
        return Visited(queued.id, "got", "ok", now, 0, visits, due_at, page_id, validators)


def _item(queued: QueuedPage) -> Item:
    page = queued.page
    sent = queued.validators if queued.visits and queued.validators != Validators() else None
    return Item(page.url, page.key, page.found_in, page.title, page.published, page.dated, page.address, sent)
