"""Which times of a source are done, by all the windows that were worked on."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from warehouse.records import DayState, DayStatus, Interval, PageCounts, SourceDay


def joined(intervals: Iterable[Interval]) -> list[Interval]:
    """The same times in as few intervals as possible, in order; those that touch are one, empty ones are none."""
    result: list[Interval] = []
    for interval in sorted(intervals, key=lambda interval: (interval.start, interval.end)):
        if interval.start >= interval.end:
            continue
        if result and interval.start <= result[-1].end:
            result[-1] = Interval(result[-1].start, max(result[-1].end, interval.end))
        else:
            result.append(interval)
    return result


def gaps(whole: Interval, covered: Sequence[Interval]) -> list[Interval]:
    """Times of ``whole`` outside ``covered``, which must be as ``joined`` gives it."""
    result = []
    start = whole.start
    for interval in covered:
        if interval.end <= start:
            continue
        if interval.start >= whole.end:
            break
        if interval.start > start:
            result.append(Interval(start, interval.start))
        start = interval.end
    if start < whole.end:
        result.append(Interval(start, whole.end))
    return result


def utc_day(day: date) -> Interval:
    """The UTC day from midnight to midnight."""
    start = datetime.combine(day, time(), UTC)
    return Interval(start, start + timedelta(days=1))


def day_state(
    source: str, day: date, windows: Sequence[SourceDay], covered: Sequence[Interval], counts: PageCounts
) -> DayState:
    """State of the day by all windows of the source.

    Args:
        source: Its name.
        day: The UTC day.
        windows: Every window of the source that touches the day or is filed under it.
        covered: Joined intervals of its done windows.
        counts: What became of the pages that it named for the day.
    """
    whole = utc_day(day)
    open_times = gaps(whole, covered)
    status: DayStatus
    if not open_times:
        status = "done"
    elif any(window.status == "failed" and _touches(window, open_times) for window in windows):
        status = "failed"
    elif open_times == [whole]:
        status = "missing"
    else:
        status = "partial"
    filed = [window for window in windows if window.day == day]
    pages, parts = sum(window.pages for window in filed), sum(window.parts for window in filed)
    return DayState(source, day, status, tuple(open_times), pages, parts, counts)


def _touches(window: SourceDay, intervals: Iterable[Interval]) -> bool:
    return any(window.start < interval.end and interval.start < window.end for interval in intervals)
