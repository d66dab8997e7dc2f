"""Stretches of the calendar with their TIMEX3 values."""

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta

_SEASON_MONTHS = {"SP": (3, 5), "SU": (6, 8), "FA": (9, 11), "WI": (12, 2)}


@dataclass(frozen=True, slots=True)
class Period:
    """A value and the first and last day that it covers; both None where no days can be named."""

    value: str
    start: date | None = None
    end: date | None = None


def day(of: date) -> Period:
    """2025-01-17."""
    return Period(of.isoformat(), of, of)


def day_of(year_: int, month_: int, day_: int) -> Period | None:
    """The day of those numbers; None where the calendar has none."""
    try:
        return day(date(year_, month_, day_))
    except ValueError:
        return None


def week(of: date) -> Period:
    """The ISO week of the day: 2025-W03."""
    year_, number, weekday = of.isocalendar()
    monday = _moved(of, 1 - weekday)
    return Period(f"{year_:04d}-W{number:02d}", monday, _moved(monday, 6))


def weekend(of: date) -> Period:
    """Saturday and Sunday of the day's ISO week: 2025-W03-WE."""
    sunday = _moved(of, 7 - of.isoweekday())
    return Period(f"{week(of).value}-WE", _moved(sunday, -1), sunday)


def month(year_: int, month_: int) -> Period | None:
    """2025-01; the month number may lie outside 1 to 12 and then counts into other years."""
    year_, month_ = year_ + (month_ - 1) // 12, (month_ - 1) % 12 + 1
    if not 1 <= year_ <= MAXYEAR:
        return None
    return Period(f"{year_:04d}-{month_:02d}", date(year_, month_, 1), last_day(year_, month_))


def quarter(year_: int, number: int) -> Period | None:
    """2025-Q1; the number may lie outside 1 to 4 and then counts into other years."""
    year_, number = year_ + (number - 1) // 4, (number - 1) % 4 + 1
    if not 1 <= year_ <= MAXYEAR:
        return None
    return Period(f"{year_:04d}-Q{number}", date(year_, 3 * number - 2, 1), last_day(year_, 3 * number))


def half(year_: int, number: int) -> Period | None:
    """2025-H1."""
    if not 1 <= year_ <= MAXYEAR:
        return None
    return Period(f"{year_:04d}-H{number}", date(year_, 6 * number - 5, 1), last_day(year_, 6 * number))


def season(year_: int, code: str) -> Period | None:
    """2025-SU; a winter reaches into the next year. Months are those of the northern meteorological seasons."""
    if not 1 <= year_ < MAXYEAR:
        return None
    first, last = _SEASON_MONTHS[code]
    end_year = year_ + (last < first)
    return Period(f"{year_:04d}-{code}", date(year_, first, 1), last_day(end_year, last))


def year(number: int) -> Period | None:
    """2025."""
    if not 1 <= number <= MAXYEAR:
        return None
    return Period(f"{number:04d}", date(number, 1, 1), date(number, 12, 31))


def decade(first_year: int) -> Period | None:
    """The ten years from that one: 199 for the 1990s."""
    if not 1 <= first_year <= MAXYEAR - 9:
        return None
    return Period(f"{first_year // 10:03d}", date(first_year, 1, 1), date(first_year + 9, 12, 31))


def century(number: int) -> Period | None:
    """19 for the twentieth century."""
    if not 1 <= number <= MAXYEAR // 100:
        return None
    return Period(
        f"{number - 1:02d}", date(100 * number - 99, 1, 1), date(100 * number, 12, 31) if number < 99 else None
    )


def last_day(year_: int, month_: int) -> date:
    """The last day of the month."""
    return date(year_, month_, monthrange(year_, month_)[1])


def moved(of: date, unit: str, count: int) -> Period | None:
    """The day, week, month, quarter, year, decade or century that lies that many units from the day's own.

    Args:
        of: Where counting begins.
        unit: Letter of ``words.tsv``: D, W, WE, M, Q, Y, E (decade) or C.
        count: Negative for the past.
    """
    move = _MOVES.get(unit)
    if move is None or abs(count) > _MOST_UNITS:
        return None
    try:
        return move(of, count)
    except (OverflowError, ValueError):
        return None


_MOST_UNITS = 5000
"""A larger count leaves the calendar or means nothing."""

_MOVES: Mapping[str, Callable[[date, int], Period | None]] = {
    "D": lambda of, count: day(of + timedelta(days=count)),
    "W": lambda of, count: week(of + timedelta(weeks=count)),
    "WE": lambda of, count: weekend(of + timedelta(weeks=count)),
    "M": lambda of, count: month(of.year, of.month + count),
    "Q": lambda of, count: quarter(of.year, (of.month + 2) // 3 + count),
    "Y": lambda of, count: year(of.year + count),
    "E": lambda of, count: decade(of.year // 10 * 10 + 10 * count),
    "C": lambda of, count: century((of.year + 99) // 100 + count),
}


def _moved(of: date, days: int) -> date:
    try:
        return of + timedelta(days=days)
    except OverflowError:
        return of
