"""Dates that are written out: with a year, or with a day or month whose year the article's date tells."""

import re
from datetime import date

from transforms.annotate.times import periods
from transforms.annotate.times.direction import Direction
from transforms.annotate.times.periods import Period
from transforms.annotate.times.readings import Reading, Rule, Setting, compiled, dated
from transforms.annotate.times.words import capitalised, one_of, values

SPACE = r"(?:[ \u00a0]|\n(?!\n))"
"""White space within an expression: a line may break there, a block may not."""

YEAR = r"(?P<year>1[4-9]\d\d|20\d\d)"
EARLY_OR_LATE = rf"(?:(?i:early|late|mid){SPACE}?-?{SPACE}?|(?i:earlier|later)(?:{SPACE}in)?{SPACE})?"
_DAY = r"(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_NEAR = 60
"""Days: a date without year this near is meant, whatever the tense: "was set for Nov. 9"."""


_SHORT_MONTH = r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_FULL_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_STOP = rf"(?:(?<=\b{_SHORT_MONTH})\.|(?<=\bSept)\.)?"
"""The full stop of an abbreviated month; after a whole word it ends the sentence."""


def _month() -> str:
    return rf"(?P<month>{capitalised('month')}){_STOP}"


def _weekday() -> str:
    return rf"(?:(?:{capitalised('weekday')})\.?,?{SPACE}(?:the{SPACE})?)?"


def _ordinal() -> str:
    return rf"(?i:(?P<ordinal>{one_of('ordinal')}))"


def month_number(name: str) -> int:
    """1 for January or Jan."""
    return int(values("month")[name.lower()])


def _full_date(match: re.Match[str], _: Setting) -> Reading | None:
    month = match["month"]
    number = int(month) if month.isdigit() else month_number(month)
    period = periods.day_of(int(match["year"]), number, int(match["day"]))
    last = match.groupdict().get("last")
    if period is None:
        return None
    until = periods.day_of(int(match["year"]), number, int(last)) if last else None
    return dated(_through(period, until))


def _through(first: Period, last: Period | None) -> Period:
    """Both days as one period, as an ISO 8601 interval, where the second follows the first."""
    if last is None or first.start is None or last.end is None or last.end <= first.start:
        return first
    return Period(f"{first.value}/{last.value}", first.start, last.end)


def _numeric_date(match: re.Match[str], _: Setting) -> Reading | None:
    """12/31/2025 or 31/12/2025; where both orders are possible the value is not known."""
    first, second, year = int(match["first"]), int(match["second"]), int(match["year"])
    if first > 12 >= second:
        first, second = second, first
    elif second <= 12 and first != second:
        return dated(None) if first <= 12 else None
    period = periods.day_of(year, first, second)
    return dated(period) if period else None


def _date_without_year(match: re.Match[str], setting: Setting) -> Reading | None:
    month, day = month_number(match["month"]), int(match["day"])
    if periods.day_of(2024, month, day) is None:
        return None
    if setting.published is None:
        return dated(None)
    period = _nearest_day(setting.published, month, day, setting.direction(match.start()))
    last = match.groupdict().get("last")
    if period is None or period.start is None:
        return dated(None)
    return dated(_through(period, periods.day_of(period.start.year, month, int(last)) if last else None))


def _nearest_day(published: date, month: int, day: int, direction: Direction | None) -> Period | None:
    found = [periods.day_of(published.year + years, month, day) for years in (-1, 0, 1)]
    days = [(period.start - published).days for period in found if period and period.start]
    known = [period for period in found if period]
    if not known:
        return None
    nearest = min(range(len(known)), key=lambda position: abs(days[position]))
    if abs(days[nearest]) > _NEAR and direction:
        fitting = [position for position in range(len(known)) if (days[position] <= 0) == (direction == "past")]
        nearest = min(fitting, key=lambda position: abs(days[position]), default=nearest)
    return known[nearest]


def _month_of_year(match: re.Match[str], _: Setting) -> Reading | None:
    return dated(periods.month(int(match["year"]), month_number(match["month"])))


def _month_alone(match: re.Match[str], setting: Setting) -> Reading | None:
    if setting.published is None:
        return dated(None)
    month = month_number(match["month"])
    which = (match["which"] or "").lower()
    if which == "this":
        return dated(periods.month(setting.published.year, month))
    direction = {"last": "past", "past": "past", "next": "future"}.get(which)
    return dated(nearest_month(setting.published, month, direction or setting.direction(match.start("span")), which))


def nearest_month(published: date, month: int, direction: str | None, which: str = "") -> Period | None:
    """The month of that number that lies in the direction; the article's own month counts unless it is last or next.

    Without a direction it is the last one, or the coming one where that is within three months.
    """
    ahead = (month - published.month) % 12
    if ahead == 0:
        return periods.month(published.year + {"last": -1, "next": 1}.get(which, 0), month)
    is_future = direction == "future" or (direction is None and ahead <= 3)
    return periods.month(published.year, published.month + (ahead if is_future else ahead - 12))


def _quarter(match: re.Match[str], setting: Setting) -> Reading | None:
    found = match["ordinal"] or match["digit"]
    number = int(values("ordinal").get(found.lower(), found))
    year = _stated_year(match, setting)
    if year is not None:
        return dated(periods.quarter(year, number))
    if setting.published is None:
        return dated(None)
    current = (setting.published.month + 2) // 3
    is_past = number > current and setting.direction(match.start()) != "future"
    return dated(periods.quarter(setting.published.year - is_past, number))


def _half(match: re.Match[str], setting: Setting) -> Reading | None:
    number = int(values("ordinal")[match["ordinal"].lower()])
    if number > 2:
        return None
    year = _stated_year(match, setting)
    if year is None and setting.published is not None:
        is_past = number == 2 and setting.published.month < 7 and setting.direction(match.start()) != "future"
        year = setting.published.year - is_past
    return dated(periods.half(year, number) if year else None)


def _stated_year(match: re.Match[str], setting: Setting) -> int | None:
    """The year that the expression names, by number or as last, this or next year."""
    if match["year"]:
        return int(match["year"])
    if match["which"] and setting.published:
        return setting.published.year + {"last": -1, "this": 0, "next": 1}[match["which"].lower()]
    return None


def _season(match: re.Match[str], _: Setting) -> Reading | None:
    return dated(periods.season(int(match["year"]), values("season")[match["season"].lower()]))


def _year(match: re.Match[str], _: Setting) -> Reading | None:
    return dated(periods.year(int(match["year"])))


def _decade(match: re.Match[str], setting: Setting) -> Reading | None:
    if match["year"]:
        return dated(periods.decade(int(match["year"]) // 10 * 10)) if match["year"].endswith("0") else None
    in_century = int(match["short"])
    latest = setting.published.year if setting.published else 2000
    first = 2000 + in_century if 2000 + in_century <= latest and in_century < 50 else 1900 + in_century
    return dated(periods.decade(first))


def _century(match: re.Match[str], _: Setting) -> Reading | None:
    return dated(periods.century(int(match["number"])))


_WHICH_YEAR = rf"(?:{SPACE}(?:of{SPACE})?(?:{YEAR}|(?i:(?P<which>last|this|next)){SPACE}year))?"
_BEFORE_MONTH = (
    r"(?i:in|since|of|by|until|till|from|to|through|during|for|and|or|late|early|mid|before|after|between|around|about|"
    r"each|every|on)"
)
_NOT_COUNTED = (
    rf"(?!{SPACE}?(?:%|percent|per{SPACE}cent|people|dollars?|euros?|pounds?|yen|tons?|tonnes?|miles?|kilomet|met(?:er|re)s|"
    r"feet|jobs|workers|cases|deaths|troops|shares|points|barrels|million|billion|votes|units|soldiers|employees))"
)

RULES: tuple[Rule, ...] = (
    Rule(
        "iso-date",
        compiled(lambda: r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?:T[\d:.]{4,12}(?:Z|[+-]\d\d:?\d\d)?)?"),
        _full_date,
    ),
    Rule(
        "numeric-date",
        compiled(lambda: r"(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<year>1[89]\d\d|20\d\d)"),
        _numeric_date,
    ),
    Rule(
        "written-date",
        compiled(lambda: rf"{_weekday()}{_DAY}{SPACE}(?:of{SPACE})?{_month()},?{SPACE}{YEAR}"),
        _full_date,
    ),
    Rule(
        "written-date",
        compiled(lambda: rf"{_weekday()}{_month()}{SPACE}{_DAY}(?:[-–](?P<last>3[01]|[12]\d|0?[1-9]))?,?{SPACE}{YEAR}"),
        _full_date,
    ),
    Rule(
        "date-without-year",
        compiled(lambda: rf"{_weekday()}{_DAY}{SPACE}(?:of{SPACE})?{_month()}"),
        _date_without_year,
    ),
    Rule(
        "date-without-year",
        compiled(
            lambda: rf"{_weekday()}{_month()}{SPACE}{_DAY}(?:[-–](?P<last>3[01]|[12]\d|0?[1-9]))?(?![\d:]|[,.]\d)"
        ),
        _date_without_year,
    ),
    Rule(
        "month-of-year",
        compiled(lambda: rf"{EARLY_OR_LATE}{_month()},?{SPACE}(?:of{SPACE})?{YEAR}"),
        _month_of_year,
    ),
    Rule(
        "month",
        compiled(
            lambda: (
                rf"(?:(?:{_BEFORE_MONTH}{SPACE}|(?i:mid|late|early)-)|(?=(?i:last|this|next|past){SPACE})|"
                rf"(?!May|March|MAY|MARCH))(?P<span>(?i:(?:(?:this{SPACE})?(?P<which>last|this|next|past){SPACE})?)"
                rf"(?P<month>{_FULL_MONTH}|(?:{_SHORT_MONTH}|Sept)(?=\.)){_STOP})(?!{SPACE}\d)"
            )
        ),
        _month_alone,
    ),
    Rule(
        "quarter",
        compiled(
            lambda: rf"(?:(?i:the){SPACE})?{_ordinal()}[ -](?i:fiscal{SPACE})?(?i:quarter)(?P<digit>)?{_WHICH_YEAR}"
        ),
        _quarter,
    ),
    Rule("quarter", compiled(lambda: rf"(?P<ordinal>)Q(?P<digit>[1-4]){_WHICH_YEAR}"), _quarter),
    Rule(
        "half-year",
        compiled(
            lambda: (
                rf"(?:(?i:the){SPACE})?{_ordinal()}{SPACE}half{SPACE}of{SPACE}(?:{YEAR}|(?i:(?P<which>last|this|next)){SPACE}year|the{SPACE}year)"
            )
        ),
        _half,
    ),
    Rule(
        "season-of-year",
        compiled(
            lambda: rf"{EARLY_OR_LATE}(?:the{SPACE})?(?i:(?P<season>{one_of('season')})){SPACE}(?:of{SPACE})?{YEAR}"
        ),
        _season,
    ),
    Rule(
        "decade",
        compiled(lambda: rf"(?:(?i:the){SPACE})?{EARLY_OR_LATE}(?:{YEAR}|[’'](?P<short>[1-9]0))[’']?s"),
        _decade,
    ),
    Rule(
        "century",
        compiled(lambda: rf"(?:(?i:the){SPACE})?{EARLY_OR_LATE}(?P<number>1\d|2[01])(?:st|nd|rd|th)[ -](?i:century)"),
        _century,
    ),
    Rule("year", compiled(lambda: rf"(?<![$€£¥#.,:/–\d-]){EARLY_OR_LATE}{YEAR}(?![,.:/]\d|-\d){_NOT_COUNTED}"), _year),
)
