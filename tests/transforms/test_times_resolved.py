"""Time expressions and the days they mean."""

from collections.abc import Callable
from datetime import date

import pytest

from transforms.annotate.parse import Text, load_pipeline
from transforms.annotate.records import TimeExpression
from transforms.annotate.times import find_times, periods

FRIDAY = date(2025, 1, 17)

Find = Callable[[str, date | None], list[TimeExpression]]


@pytest.fixture(scope="module")
def find() -> Find:
    pipeline = load_pipeline("en_core_web_sm")

    def found(text: str, published: date | None) -> list[TimeExpression]:
        (doc,) = pipeline.parse([Text(text)])
        return list(find_times(doc, published))

    return found


@pytest.mark.parametrize(
    ("text", "surface", "value"),
    [
        ("It opened on 2025-01-17.", "2025-01-17", "2025-01-17"),
        ("It opened on 17 January 2025.", "17 January 2025", "2025-01-17"),
        ("It opened on Jan. 17, 2025.", "Jan. 17, 2025", "2025-01-17"),
        ("It opened on Friday, January 17th, 2025.", "Friday, January 17th, 2025", "2025-01-17"),
        ("It lasted from March 3-5, 2024.", "March 3-5, 2024", "2024-03-03/2024-03-05"),
        ("It opened on 25/12/2024.", "25/12/2024", "2024-12-25"),
        ("It opened in late March 2019.", "late March 2019", "2019-03"),
        ("It opened in 1998.", "1998", "1998"),
        ("Sales fell in the third quarter of 2024.", "the third quarter of 2024", "2024-Q3"),
        ("Sales fell in Q3 2024.", "Q3 2024", "2024-Q3"),
        ("Sales fell in the first half of 2024.", "the first half of 2024", "2024-H1"),
        ("It was hot in the summer of 2012.", "the summer of 2012", "2012-SU"),
        ("That was in the 1990s.", "the 1990s", "199"),
        ("It began in the 19th century.", "the 19th century", "18"),
    ],
)
def test_a_date_written_out_needs_no_article_date(find: Find, text: str, surface: str, value: str) -> None:
    assert [(time.surface, time.value) for time in find(text, None)] == [(surface, value)]


@pytest.mark.parametrize(
    ("text", "surface", "value"),
    [
        ("She resigned on Monday.", "Monday", "2025-01-13"),
        ("She will resign on Monday.", "Monday", "2025-01-20"),
        ("She is scheduled to resign on Monday.", "Monday", "2025-01-20"),
        ("The call comes ahead of the vote on Monday.", "Monday", "2025-01-20"),
        ("They spoke late Friday.", "late Friday", "2025-01-17"),
        ("They spoke last Friday.", "last Friday", "2025-01-10"),
        ("They meet next Friday.", "next Friday", "2025-01-24"),
        ("They have until Tuesday.", "Tuesday", "2025-01-21"),
        ("They spoke yesterday.", "yesterday", "2025-01-16"),
        ("They meet tomorrow.", "tomorrow", "2025-01-18"),
        ("They met the day before yesterday.", "the day before yesterday", "2025-01-15"),
        ("They spoke on Thursday evening.", "Thursday evening", "2025-01-16TEV"),
        ("They spoke last week.", "last week", "2025-W02"),
        ("They meet next month.", "next month", "2025-02"),
        ("Prices rose last year.", "last year", "2024"),
        ("She was born in May.", "May", "2024-05"),
        ("The games will be held in May.", "May", "2025-05"),
        ("He spoke in a December interview.", "December", "2024-12"),
        ("The vote is on Feb. 23.", "Feb. 23", "2025-02-23"),
        ("They met on Dec. 30.", "Dec. 30", "2024-12-30"),
        ("They met three days ago.", "three days ago", "2025-01-14"),
        ("They met twenty-one years ago.", "twenty-one years ago", "2004"),
        ("Sales fell in the fourth quarter.", "the fourth quarter", "2024-Q4"),
    ],
)
def test_a_relative_date_is_resolved_in_the_right_direction(find: Find, text: str, surface: str, value: str) -> None:
    assert [(time.surface, time.value) for time in find(text, FRIDAY)] == [(surface, value)]


@pytest.mark.parametrize(
    "text", ["She resigned on Monday.", "It rained last week.", "It opened in May.", "He left today."]
)
def test_a_relative_date_without_article_date_has_no_value(find: Find, text: str) -> None:
    (time,) = find(text, None)
    assert (time.value, time.date_start, time.date_end) == (None, None, None)


def test_a_year_earlier_is_named_from_another_date_and_has_no_value(find: Find) -> None:
    assert [(time.surface, time.value) for time in find("Sales rose from a year earlier.", FRIDAY)] == [
        ("a year earlier", None)
    ]


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("They talked for three days.", "DURATION", "P3D"),
        ("They talked for two decades.", "DURATION", "P20Y"),
        ("It was a six-hour flight.", "DURATION", "PT6H"),
        ("They waited for several weeks.", "DURATION", "PXW"),
        ("They meet every Monday.", "SET", "XXXX-WXX-1"),
        ("The report is published monthly.", "SET", "P1M"),
    ],
)
def test_lengths_and_repetitions_are_no_dates(find: Find, text: str, type_: str, value: str) -> None:
    assert [(time.type, time.value, time.date_start) for time in find(text, FRIDAY)] == [(type_, value, None)]


@pytest.mark.parametrize(
    "text",
    [
        "They may march against it.",
        "The firm employs 2000 people.",
        "It cost $1999.",
        "A 12-year-old boy spoke.",
        "It weighs 1995 tonnes.",
        "The score was 3/4.",
    ],
)
def test_words_and_numbers_that_only_look_like_times_are_none(find: Find, text: str) -> None:
    assert find(text, FRIDAY) == []


def test_a_day_that_the_calendar_lacks_is_no_date(find: Find) -> None:
    assert all(time.method != "written-date" for time in find("It opened on February 30, 2024.", FRIDAY))


def test_a_week_reaches_from_monday_to_sunday(find: Find) -> None:
    (time,) = find("It rained last week.", FRIDAY)
    assert (time.date_start, time.date_end) == (date(2025, 1, 6), date(2025, 1, 12))


def test_periods_at_the_ends_of_the_calendar_are_none_or_cut() -> None:
    assert periods.moved(date(1, 1, 1), "M", -1) is None
    assert periods.moved(date(9999, 12, 31), "D", 1) is None
    assert periods.moved(date(2024, 5, 5), "Y", 10_000) is None
    assert periods.day_of(2023, 2, 29) is None
    last = periods.week(date(9999, 12, 31))
    assert last.start is not None
    assert last.end == date(9999, 12, 31) or last.end == last.start or last.end is not None
