"""What a source names, written into the queue: found once, and remembered whatever becomes of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Protocol

from flows.fetch.items import Finding, Item, Memo
from flows.fetch.placement import day_of, is_later
from flows.fetch.results import Attempt, Failure
from flows.fetch.window import Window
from warehouse.page_queue import PageQueue
from warehouse.records import FoundPage


class NamesPages(Protocol):
    """Something that can be asked which pages there are between two instants."""

    def discover(self, window: Window) -> Iterator[Finding]:
        """What each of its documents names that may belong to the window; more than that does no harm."""
        ...


@dataclass(frozen=True, slots=True)
class UrlFilter:
    """Patterns over URLs, with ``*``, ``?`` and ``[]`` as in file names; letters as they are."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def admits(self, url: str) -> bool:
        """Whether the URL is wanted."""
        wanted = not self.include or any(fnmatchcase(url, pattern) for pattern in self.include)
        return wanted and not any(fnmatchcase(url, pattern) for pattern in self.exclude)


@dataclass(slots=True)
class Discovered:
    """What a source named for a window."""

    found: int = 0
    """Pages of the window."""
    new: int = 0
    """Those of them that it had not named before and the lake has not."""
    excluded: int = 0
    """Pages left out by the source's patterns."""
    oldest: datetime | None = None
    """Date of the oldest page named."""
    unchanged: bool = False
    """Whether a document said that it has nothing new."""
    failure: Failure | None = None
    """The first thing that kept the source from telling everything."""
    put_off: str | None = None
    """Why the source was not asked at all."""


def discover(
    reader: NamesPages,
    window: Window,
    *,
    source: str,
    queue: PageQueue,
    urls: UrlFilter,
    admitted: Callable[[Sequence[FoundPage]], Sequence[FoundPage]],
    keep: Callable[[Memo], None],
    tell: Callable[[tuple[Attempt, ...]], None],
    clock: Callable[[], datetime],
) -> Discovered:
    """Ask the reader and queue what it names, document by document.

    Args:
        reader: Names the pages.
        window: The time asked about.
        source: Name of the source.
        queue: Gets the pages.
        urls: Which URLs are wanted.
        admitted: The pages without those that must not come back.
        keep: Called with what is to be remembered of a document, once its pages are in the queue.
        tell: Called with the attempts that reading a document took.
        clock: Tells the time, in UTC.
    """
    total = Discovered()
    for finding in reader.discover(window):
        tell(finding.attempts)
        now = clock()
        wanted = [item for item in finding.items if urls.admits(item.url)]
        total.excluded += len(finding.items) - len(wanted)
        in_window = [_found(item, window, now) for item in wanted if not is_later(item, window, now)]
        later = [_found(item, window, now) for item in wanted if is_later(item, window, now)]
        queue.add(source, admitted(later), found_at=now)
        total.found += len({page.key for page in in_window})
        total.new += queue.add(source, admitted(in_window), found_at=now)
        dates = [item.dated for item in wanted if item.dated is not None]
        total.oldest = min([*dates, *([total.oldest] if total.oldest else [])], default=None)
        total.unchanged = total.unchanged or finding.unchanged
        total.failure = total.failure or finding.failure
        total.put_off = total.put_off or finding.put_off
        if finding.memo is not None:
            keep(finding.memo)
    return total


def _found(item: Item, window: Window, now: datetime) -> FoundPage:
    day = day_of(item, window, now)
    return FoundPage(item.url, item.key, item.found_in, day, item.title, item.published, item.dated, item.address)
