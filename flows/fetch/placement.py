"""Which of the items that a source names belong to a window, and to which of its days."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from flows.fetch.items import Discovery, Item
from flows.fetch.window import Window


@dataclass(frozen=True, slots=True)
class Placement:
    """The window's items, by UTC day in order, each day's in the source's order."""

    days: Mapping[date, tuple[Item, ...]]
    """Every day of the window, empty ones included."""
    later: int
    """Items that were published after the window: the next one will find them."""

    @property
    def count(self) -> int:
        """Items of the window."""
        return sum(len(items) for items in self.days.values())


def place(items: Iterable[Item], window: Window, now: datetime) -> Placement:
    """File every item under the day it was published on.

    What has no date, or one before the window (nobody has fetched it, and the source may soon forget it), or one that
    has not come yet (nobody publishes in the future), goes to the window's last day.
    """
    days: dict[date, dict[str, Item]] = {day: {} for day in window.days()}
    seen: set[str] = set()
    later = 0
    for item in items:
        if item.key in seen:
            continue
        seen.add(item.key)
        if item.dated is not None and window.end <= item.dated <= now:
            later += 1
            continue
        inside = item.dated is not None and item.dated in window
        day = item.dated.astimezone(UTC).date() if inside and item.dated is not None else window.last_day
        days[day][item.key] = item
    return Placement({day: tuple(found.values()) for day, found in days.items()}, later)


def answered_from(discovery: Discovery, window: Window, *, continues_from: datetime | None) -> datetime:
    """Instant of the window from which the source has told everything; what lies before stays a gap.

    A feed that names pages of the last two days says nothing about a month. Undated, it answers for the window's last
    day alone.

    Args:
        discovery: What the source names.
        window: The time it was asked about.
        continues_from: End of what was fetched before, if the source still names a page of that time: then it has
            forgotten nothing since.
    """
    if not discovery.only_latest:
        return window.start
    last_day = window.within(window.last_day).start
    oldest = min((item.dated for item in discovery.items if item.dated), default=last_day)
    known = [instant for instant in (oldest, continues_from, last_day) if instant is not None]
    return max(window.start, min(known))
