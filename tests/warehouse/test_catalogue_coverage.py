from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.catalogue import Catalogue, DayState, Interval, SourceDay
from warehouse.coverage import gaps, joined
from warehouse.home import Home

MONDAY = date(2026, 3, 2)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.open(Home(tmp_path).catalogue_url) as opened:
        yield opened


def at(hour: int, day: int = 2) -> datetime:
    return datetime(2026, 3, day, tzinfo=UTC) + timedelta(hours=hour)


def window(
    start: int,
    end: int,
    status: Literal["done", "failed"] = "done",
    *,
    source: str = "courier",
    pages: int = 0,
    day: int = 2,
) -> SourceDay:
    """A window in hours of that day of March, with a part if it has pages."""
    filed = date(2026, 3, day)
    return SourceDay(source, filed, at(start, day), at(end, day), status, pages, parts=min(pages, 1))


def state(catalogue: Catalogue, day: date = MONDAY) -> DayState:
    [only] = catalogue.day_states(["courier"], day, day)
    return only


def test_recorded_windows_come_back_by_source_day_and_start(catalogue: Catalogue) -> None:
    windows = [window(0, 8, pages=3), window(8, 16, "failed"), window(0, 24, day=3), window(0, 24, source="wire")]
    for one in reversed(windows):
        catalogue.record_window(one)
    assert catalogue.source_days() == windows
    assert catalogue.source_days(source="courier", last=MONDAY) == windows[:2]
    assert catalogue.source_days(first=date(2026, 3, 3)) == [windows[2]]


def test_a_day_nobody_asked_for_is_missing_and_an_empty_one_is_done(catalogue: Catalogue) -> None:
    whole_day = Interval(at(0), at(24))
    assert state(catalogue) == DayState("courier", MONDAY, "missing", (whole_day,), pages=0, parts=0)
    catalogue.record_window(window(0, 24, pages=0))
    assert state(catalogue) == DayState("courier", MONDAY, "done", (), pages=0, parts=0)


def test_overlapping_windows_of_a_day_add_up_to_done(catalogue: Catalogue) -> None:
    catalogue.record_window(window(0, 10, pages=5))
    catalogue.record_window(window(9, 20, pages=2))
    assert state(catalogue) == DayState("courier", MONDAY, "partial", (Interval(at(20), at(24)),), pages=7, parts=2)
    catalogue.record_window(window(20, 30))  # into the next day
    assert state(catalogue).status == "done"
    assert state(catalogue, date(2026, 3, 3)).status == "partial"


def test_a_failed_window_counts_until_its_time_is_done(catalogue: Catalogue) -> None:
    catalogue.record_window(window(0, 12))
    catalogue.record_window(window(12, 24, "failed"))
    assert state(catalogue).status == "failed"
    assert state(catalogue).gaps == (Interval(at(12), at(24)),)
    catalogue.record_window(window(12, 24))
    assert state(catalogue).status == "done"


def test_a_failure_of_another_time_or_source_does_not_count(catalogue: Catalogue) -> None:
    catalogue.record_window(window(0, 12))
    catalogue.record_window(window(0, 6, "failed"))
    catalogue.record_window(window(12, 24, "failed", source="wire"))
    assert state(catalogue).status == "partial"


def test_states_are_given_for_every_day_and_source(catalogue: Catalogue) -> None:
    catalogue.record_window(window(0, 24, source="wire", day=3))
    states = catalogue.day_states(["courier", "wire"], MONDAY, date(2026, 3, 4))
    assert [(one.source, one.day.day, one.status) for one in states] == [
        ("courier", 2, "missing"),
        ("courier", 3, "missing"),
        ("courier", 4, "missing"),
        ("wire", 2, "missing"),
        ("wire", 3, "done"),
        ("wire", 4, "missing"),
    ]


def test_the_last_success_is_the_latest_end_that_was_done(catalogue: Catalogue) -> None:
    assert catalogue.last_success("courier") is None
    catalogue.record_window(window(0, 24, day=5))
    catalogue.record_window(window(0, 24))  # a backfill, later on
    catalogue.record_window(window(0, 24, "failed", day=6))
    assert catalogue.last_success("courier") == at(24, 5)
    assert catalogue.covered("courier") == [Interval(at(0), at(24)), Interval(at(0, 5), at(24, 5))]
    assert catalogue.last_success("wire") is None


hours = st.integers(min_value=0, max_value=30)
intervals = st.lists(st.builds(lambda start, end: Interval(at(start), at(end)), hours, hours), max_size=12)


def hours_of(some: list[Interval]) -> set[datetime]:
    return {at(hour) for hour in range(31) if any(one.start <= at(hour) < one.end for one in some)}


@given(intervals)
def test_joining_keeps_every_hour_and_leaves_nothing_that_touches(some: list[Interval]) -> None:
    result = joined(some)
    assert hours_of(result) == hours_of(some)
    assert all(one.end < other.start for one, other in pairwise(result))


@given(intervals, hours, hours)
def test_gaps_are_the_hours_that_are_not_covered(some: list[Interval], start: int, end: int) -> None:
    whole = Interval(at(start), at(end))
    open_times = gaps(whole, joined(some))
    assert hours_of(open_times) == hours_of([whole]) - hours_of(some)
    assert joined(open_times) == open_times
