"""When a page is asked for again: after a failure that may pass, and because news texts change."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flows.fetch.results import Failure

SOFT_WAITS = (timedelta(0), *(timedelta(minutes=minutes) for minutes in (15, 60, 240, 960)), timedelta(days=3))
"""After a failure that may pass; the first wait is none, so that the next run tries again, whenever it comes."""
MISSING_WAITS = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
"""After 404: feeds name pages minutes before every server of the site has them."""
ROBOTS_WAITS = (timedelta(days=1), timedelta(days=7))
"""After a refusal by robots.txt, which may be rewritten."""
_NOT_FOUND = 404


def after_failure(failure: Failure, attempts: int, now: datetime) -> datetime | None:
    """When to ask again after so many runs that asked in vain; None: never."""
    if failure.retryable:
        waits: Sequence[timedelta] = SOFT_WAITS
    elif failure.status == _NOT_FOUND:
        waits = MISSING_WAITS
    elif failure.kind == "robots":
        waits = ROBOTS_WAITS
    else:
        return None
    return now + waits[attempts - 1] if attempts <= len(waits) else None


def after_success(visits: int, revisit_after_hours: Sequence[float], now: datetime) -> datetime | None:
    """When to look for a new version of a page that was got so many times.

    Args:
        visits: This one included.
        revisit_after_hours: Growing numbers of hours, counted from the first time.
        now: Of this visit.
    """
    if visits > len(revisit_after_hours):
        return None
    before = revisit_after_hours[visits - 2] if visits > 1 else 0.0
    return now + timedelta(hours=revisit_after_hours[visits - 1] - before)
