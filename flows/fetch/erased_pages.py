"""Erased pages that come again: named by a source, held by an archive, or reached by another address."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from flows.fetch.part_writer import PartWriter
from flows.fetch.results import Attempt, Failure, Response
from transforms.erasure import ERASED, Tombstone, page_mark, withheld
from warehouse.catalogue import Catalogue
from warehouse.erasure import set_tombstones
from warehouse.lake import Lake
from warehouse.records import FoundPage, QueuedPage, Visited


class ErasedPages:
    """What one fetch of one source has to refuse. For one thread; hold the source's lock, then none escapes it.

    Each refusal is a failed attempt in ``fetches`` under the outcome ``erased``, its address withheld.
    """

    def __init__(
        self, source: str, *, lake: Lake, catalogue: Catalogue, writer: PartWriter, clock: Callable[[], datetime]
    ) -> None:
        self._source = source
        self._lake = lake
        self._catalogue = catalogue
        self._writer = writer
        self._clock = clock
        self._tombstones = catalogue.tombstones.all()

    def admitted(self, pages: Sequence[FoundPage]) -> Sequence[FoundPage]:
        """The pages without erased ones; those stand in the queue as refused, and are counted when named first."""
        if not self._tombstones:
            return pages
        barred = [page for page in pages if self._tombstones.bar(page.url, page.key, page.address)]
        if not barred:
            return pages
        for page in self._catalogue.queue.refuse(self._source, barred, outcome=ERASED, found_at=self._clock()):
            told = Attempt(withheld(page.url), "page", self._clock(), 0.0, ERASED, soft=False)
            self._writer.add_failure(page.day, ERASED, [told])
        names = {page.key for page in barred}
        return [page for page in pages if page.key not in names]

    def bars_queued(self, queued: QueuedPage) -> bool:
        """Whether a page was erased since it was queued."""
        return self._tombstones.bar(queued.page.url, queued.page.key, queued.page.address)

    def bars_answer(self, page: Response) -> bool:
        """Whether an erased page has come, whatever was asked for."""
        return self._tombstones.bar(page.url, page.final_url, *page.redirects)

    def bars_record(self, found: FoundPage, content: Response | Failure) -> bool:
        """Whether an archive's record is of an erased page."""
        if isinstance(content, Response) and self.bars_answer(content):
            return True
        return self._tombstones.bar(found.url)

    def refuse(self, queued: QueuedPage, attempts: Iterable[Attempt] = ()) -> None:
        """Note that it came and is not stored; another address that led to it is erased too."""
        page, now = queued.page, self._clock()
        if not self.bars_queued(queued):
            self._catalogue_alias(page, now)
        told = [replace(attempt, url=withheld(attempt.url), detail=None, outcome=ERASED) for attempt in attempts]
        self._writer.add_failure(
            page.day, ERASED, told or [Attempt(withheld(page.url), "page", now, 0.0, ERASED, soft=False)]
        )
        self._writer.note_visit(page.day, Visited(queued.id, "refused", ERASED, now, queued.attempts, queued.visits))

    def refuse_record(self, found: FoundPage, attempt: Attempt) -> None:
        """Note that an archive holds it."""
        told = replace(attempt, url=withheld(found.url), purpose="page", outcome=ERASED, detail=None, soft=False)
        self._writer.add_failure(found.day, ERASED, [told])

    def _catalogue_alias(self, page: FoundPage, now: datetime) -> None:
        set_tombstones(self._lake, self._catalogue, [Tombstone(page_mark(page.url), "page", now)])
        self._catalogue.queue.withhold(self._source, page.key)
