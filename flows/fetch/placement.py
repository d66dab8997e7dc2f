"""To which day a page belongs that a source names for a window, and how much of the window the source answers for."""

from datetime import UTC, date, datetime

from flows.fetch.items import Item
from flows.fetch.window import Window


def is_later(item: Item, window: Window, now: datetime) -> bool:
    """Whether the item was published after the window: it is left to the next one."""
    return item.dated is not None and window.end <= item.dated <= now


def day_of(item: Item, window: Window, now: datetime) -> date:
    """UTC day that the item is filed under: that of its publication, if that lies in the window or after it.

    What has no date, or one before the window (nobody has fetched it, and the source may soon forget it), or one that
    has not come yet (nobody publishes in the future), goes to the window's last day.
    """
    dated = item.dated
    if dated is not None and (dated in window or is_later(item, window, now)):
        return dated.astimezone(UTC).date()
    return window.last_day


def answered_from(oldest: datetime | None, window: Window, *, continues_from: datetime | None) -> datetime:
    """Instant of the window from which a source that forgets has told everything; what lies before stays a gap.

    A feed that names pages of the last two days says nothing about a month. Undated, it answers for the window's last
    day alone.

    Args:
        oldest: Date of the oldest page that it names.
        window: The time it was asked about.
        continues_from: End of what was fetched before, if the source has forgotten nothing since: it still names a
            page of that time, or has not changed.
    """
    last_day = window.within(window.last_day).start
    known = [instant for instant in (oldest, continues_from, last_day) if instant is not None]
    return max(window.start, min(known))
