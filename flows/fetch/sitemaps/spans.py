"""Times that are known only as precisely as somebody gave them: an instant, a day, a month, a year."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flows.fetch.feeds.feed_dates import instant_of
from flows.fetch.window import Window

ZONE_SLACK = timedelta(days=1)
"""More than the furthest time zones, UTC-12 and UTC+14, are from UTC."""
_YEAR, _MONTH, _DAY, _NO_ZONE = (len(shape) for shape in ("2026", "2026-03", "2026-03-02", "2026-03-02T08:30:00"))


@dataclass(frozen=True, slots=True)
class Span:
    """The instants from ``start`` until before ``end`` that a date can mean, in UTC where it names no time zone."""

    start: datetime
    end: datetime
    zoned: bool = False
    """Whether the date says its time zone."""

    @classmethod
    def of(cls, iso: str) -> "Span | None":
        """The span of a date as ``iso_date`` writes it; None where it lies outside of the calendar."""
        start = instant_of(iso)
        if start is None:
            return None
        try:
            return cls(start, _end(start, len(iso)), zoned=len(iso) > _NO_ZONE)
        except (ValueError, OverflowError):
            return None

    def meets(self, window: Window) -> bool:
        """Whether the date can mean an instant of the window."""
        return self.start < window.end and self.end > window.start

    def may_meet(self, window: Window) -> bool:
        """The same for a date whose time zone is anybody's guess, where it does not say it."""
        return not self.before(window.start) and self.start < window.end + self._slack

    def before(self, instant: datetime) -> bool:
        """Whether the date is over by then, in whatever time zone it is meant."""
        return self.end <= instant - self._slack

    @property
    def _slack(self) -> timedelta:
        return timedelta(0) if self.zoned else ZONE_SLACK


def _end(start: datetime, length: int) -> datetime:
    if length == _YEAR:
        return datetime(start.year + 1, 1, 1, tzinfo=UTC)
    if length == _MONTH:
        return datetime(start.year + start.month // 12, start.month % 12 + 1, 1, tzinfo=UTC)
    return start + (timedelta(days=1) if length == _DAY else timedelta(microseconds=1))
