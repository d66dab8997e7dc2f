"""How far back a source's answer reaches: a feed that has forgotten a day does not count as a day without news."""

from datetime import UTC, datetime

import pytest

from flows.fetch.placement import answered_from
from flows.fetch.window import Window

FORTNIGHT = Window(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 16, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    ("oldest", "fetched_until", "expected"),
    [
        (datetime(2026, 3, 14, 6, tzinfo=UTC), None, (3, 14, 6)),
        (datetime(2026, 2, 1, tzinfo=UTC), None, (3, 2, 0)),
        (None, None, (3, 16, 0)),
        (datetime(2026, 3, 14, 6, tzinfo=UTC), datetime(2026, 3, 10, 5, tzinfo=UTC), (3, 10, 5)),
        (None, datetime(2026, 3, 10, 5, tzinfo=UTC), (3, 10, 5)),
    ],
    ids=["two-days", "longer-than-the-window", "empty-or-undated", "names-a-page-it-named-before", "unchanged"],
)
def test_a_feed_answers_from_its_oldest_page_on(
    oldest: datetime | None, fetched_until: datetime | None, expected: tuple[int, int, int]
) -> None:
    month, day, hour = expected
    start = answered_from(oldest, FORTNIGHT, continues_from=fetched_until)
    assert start == datetime(2026, month, day, hour, tzinfo=UTC)
