"""The time that a fetch answers for."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class Window:
    """The instants from ``start`` until before ``end``; both are aware.

    Raises:
        ValueError: an instant has no time zone, or the window is empty.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a window's start and end need a time zone")
        if self.start >= self.end:
            raise ValueError(f"an empty window: {self.start.isoformat()} to {self.end.isoformat()}")

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end

    def days(self) -> tuple[date, ...]:
        """The UTC days that the window touches, in order; never empty."""
        first = self.start.astimezone(UTC).date()
        return tuple(first + timedelta(days=count) for count in range((self.last_day - first).days + 1))

    @property
    def last_day(self) -> date:
        """UTC day of the window's last instant."""
        return (self.end.astimezone(UTC) - timedelta(microseconds=1)).date()

    def within(self, day: date) -> "Window":
        """The share of the window that falls on that UTC day.

        Raises:
            ValueError: the window does not touch the day.
        """
        midnight = datetime.combine(day, time.min, UTC)
        return Window(max(self.start, midnight), min(self.end, midnight + timedelta(days=1)))
