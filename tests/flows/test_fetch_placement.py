"""How far back a source's answer reaches: a feed that has forgotten a day does not count as a day without news."""

from datetime import UTC, datetime

import pytest

from flows.fetch.items import Discovery, Item
from flows.fetch.placement import answered_from
from flows.fetch.window import Window

FORTNIGHT = Window(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 16, 8, tzinfo=UTC))


def feed(*dated: datetime | None) -> Discovery:
    items = [Item(f"https://e.org/{number}", str(number), "feed", dated=date) for number, date in enumerate(dated)]
    return Discovery(tuple(items), only_latest=True)


@pytest.mark.parametrize(
    ("discovery", "fetched_until", "expected"),
    [
        (feed(datetime(2026, 3, 14, 6, tzinfo=UTC), datetime(2026, 3, 15, tzinfo=UTC)), None, (3, 14, 6)),
        (feed(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 15, tzinfo=UTC)), None, (3, 2, 0)),
        (feed(None, None), None, (3, 16, 0)),
        (feed(), None, (3, 16, 0)),
        (feed(datetime(2026, 3, 14, 6, tzinfo=UTC)), datetime(2026, 3, 10, 5, tzinfo=UTC), (3, 10, 5)),
        (Discovery(only_latest=False), None, (3, 2, 0)),
    ],
    ids=["two-days", "longer-than-the-window", "undated", "empty", "names-a-page-it-named-before", "complete-source"],
)
def test_a_source_answers_from_its_oldest_page_on(
    discovery: Discovery, fetched_until: datetime | None, expected: tuple[int, int, int]
) -> None:
    month, day, hour = expected

    start = answered_from(discovery, FORTNIGHT, continues_from=fetched_until)

    assert start == datetime(2026, month, day, hour, tzinfo=UTC)
