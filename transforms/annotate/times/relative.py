"""Dates that are named from the article's own: yesterday, on Monday, last year, two weeks ago."""

import re
from dataclasses import replace
from datetime import date, timedelta

from transforms.annotate.times import periods
from transforms.annotate.times.absolute import EARLY_OR_LATE, SPACE
from transforms.annotate.times.direction import Direction
from transforms.annotate.times.periods import Period
from transforms.annotate.times.readings import Reading, Rule, Setting, compiled, dated
from transforms.annotate.times.words import number, one_of, values

_DAYS = {"day before yesterday": -2, "yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1, "day after tomorrow": 2}
_WHICH = {"last": -1, "past": -1, "previous": -1, "this": 0, "current": 0, "next": 1, "coming": 1, "following": 1}
_WEEKDAY = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_UNIT = r"(?i:(?P<unit>day|week|month|quarter|year|decade))"


def number_pattern() -> str:
    """A count in digits or words."""
    word = one_of("number")
    words = rf"(?:{word})(?:[ -](?:and{SPACE})?(?:{word})){{0,3}}|an?(?:{SPACE}hundred)?"
    return rf"(?i:(?P<number>\d{{1,3}}(?:,\d{{3}})?|{words}))"


def _daytime_after() -> str:
    return rf"(?:{SPACE}(?i:(?P<daytime>{one_of('daytime')})))?"


def _relative_day(match: re.Match[str], setting: Setting) -> Reading | None:
    if setting.published is None:
        return Reading("DATE", None)
    named = " ".join(match["named"].lower().split())
    period = periods.moved(setting.published, "D", _DAYS[named])
    daytime = "night" if named == "tonight" else match["daytime"]
    return _at_daytime(period, daytime)


def _daytime(match: re.Match[str], setting: Setting) -> Reading | None:
    """This morning, last night."""
    if setting.published is None:
        return Reading("TIME", None)
    days = -1 if match["which"].lower() == "last" else 0
    return _at_daytime(periods.moved(setting.published, "D", days), match["daytime"])


def _at_daytime(period: Period | None, daytime: str | None) -> Reading:
    if daytime is None or period is None:
        return Reading("TIME" if daytime else "DATE", period)
    return Reading("TIME", replace(period, value=f"{period.value}T{values('daytime')[daytime.lower()]}"))


def _weekday(match: re.Match[str], setting: Setting) -> Reading | None:
    weekday = int(values("weekday")[match["weekday"].lower()])
    if setting.published is None:
        return Reading("TIME" if match["daytime"] else "DATE", None)
    which = (match["which"] or "").lower()
    direction = {"last": "past", "past": "past", "next": "future", "coming": "future"}.get(which)
    direction = direction or setting.direction(match.start())
    found = _nearest_weekday(setting.published, weekday, direction, may_be_today=which not in ("last", "next"))
    return _at_daytime(found, match["daytime"])


def _nearest_weekday(published: date, weekday: int, direction: str | None, *, may_be_today: bool) -> Period | None:
    """The last such day, or the coming one where the words look ahead; the article's own day counts."""
    if direction == "future":
        days = (weekday - published.isoweekday()) % 7
        days = days or (0 if may_be_today else 7)
    else:
        days = -((published.isoweekday() - weekday) % 7)
        days = days or (0 if may_be_today else -7)
    return periods.moved(published, "D", days)


def _relative_unit(match: re.Match[str], setting: Setting) -> Reading | None:
    if setting.published is None:
        return Reading("DATE", None)
    unit = values("unit")[match["unit"].lower()]
    which = match["which"].lower()
    moved = periods.moved(setting.published, unit, _WHICH[which])
    if unit == "WE" and which in ("last", "past", "this"):
        moved = _weekend(setting.published, which, setting.direction(match.start()))
    return dated(moved)


def _unit_at_hand(match: re.Match[str], setting: Setting) -> Reading | None:
    """The weekend, the end of the month: the article's own."""
    if setting.published is None:
        return dated(None)
    if match["weekend"]:
        return dated(_weekend(setting.published, "this", setting.direction(match.start())))
    return dated(periods.moved(setting.published, values("unit")[match["unit"].lower()], 0))


def _weekend(published: date, which: str, direction: Direction | None) -> Period:
    """The last one, or this one: the coming one, but early in the week the one just gone where the tense is past."""
    days = published.isoweekday()
    is_gone = days < 3 and direction == "past" if which == "this" else days < 6
    return periods.weekend(published - timedelta(days=days if is_gone else 0))


def _relative_season(match: re.Match[str], setting: Setting) -> Reading | None:
    if setting.published is None:
        return dated(None)
    code = values("season")[match["season"].lower()]
    which = match["which"].lower()
    published = setting.published
    found = [periods.season(published.year + years, code) for years in (-2, -1, 0, 1)]
    known = [period for period in found if period and period.start and period.end]
    past = [period for period in known if period.end and period.end < published]
    ahead = [period for period in known if period.start and period.start > published]
    if which in ("last", "past"):
        return dated(past[-1] if past else None)
    if which == "next":
        return dated(ahead[0] if ahead else None)
    of_year = [period for period in known if period.start and period.start.year == published.year]
    return dated(of_year[0] if of_year else None)


def _ago(match: re.Match[str], setting: Setting) -> Reading | None:
    if setting.published is None:
        return dated(None)
    found = match.groupdict()
    count = 2 if found.get("couple") else number(match["number"]) if match["number"] else None
    if count is None:
        return dated(None)
    is_past = match["where"].lower() in ("ago", "earlier this")
    return dated(periods.moved(setting.published, values("unit")[match["unit"].lower()], -count if is_past else count))


def _of_text(_: re.Match[str], __: Setting) -> Reading | None:
    """A year earlier, the day before: named from another date of the text, which is not resolved."""
    return dated(None)


def _reference(match: re.Match[str], _: Setting) -> Reading | None:
    return dated(Period(values("reference")[match["named"].lower()]))


RULES: tuple[Rule, ...] = (
    Rule(
        "relative-day",
        compiled(
            lambda: (
                rf"{EARLY_OR_LATE}(?i:(?:the{SPACE})?(?P<named>day{SPACE}before{SPACE}yesterday|"
                rf"day{SPACE}after{SPACE}tomorrow|yesterday|today|tonight|tomorrow)){_daytime_after()}"
            )
        ),
        _relative_day,
    ),
    Rule(
        "daytime",
        compiled(lambda: rf"{EARLY_OR_LATE}(?i:(?P<which>this|last){SPACE}(?P<daytime>{one_of('daytime')}))"),
        _daytime,
    ),
    Rule(
        "weekday",
        compiled(
            lambda: (
                rf"{EARLY_OR_LATE}(?i:(?:this{SPACE})?(?P<which>last|this|next|past|coming){SPACE})?"
                rf"(?P<weekday>{_WEEKDAY}){_daytime_after()}"
            )
        ),
        _weekday,
    ),
    Rule(
        "relative-unit",
        compiled(
            lambda: (
                rf"{EARLY_OR_LATE}(?i:(?:the{SPACE})?(?P<which>last|past|previous|this|current|next|coming)"
                rf"{SPACE}(?:(?:fiscal|calendar){SPACE})?(?P<unit>week|weekend|month|quarter|year|decade|century))"
            )
        ),
        _relative_unit,
    ),
    Rule(
        "unit-at-hand",
        compiled(
            lambda: (
                rf"(?i:the{SPACE}(?P<weekend>weekend)|(?:(?:the|at|by){SPACE})?(?:end{SPACE}of{SPACE}(?:the|this){SPACE}"
                rf"(?P<unit>week|month|quarter|year)))"
            )
        ),
        _unit_at_hand,
    ),
    Rule(
        "relative-season",
        compiled(
            lambda: (
                rf"{EARLY_OR_LATE}(?i:(?:this{SPACE})?(?P<which>last|past|this|next){SPACE}"
                rf"(?P<season>{one_of('season')}))"
            )
        ),
        _relative_season,
    ),
    Rule(
        "count-from-today",
        compiled(
            lambda: (
                rf"(?:{number_pattern()}|(?i:(?P<couple>a{SPACE}couple{SPACE}of))|(?i:several|a{SPACE}few|some)){SPACE}{_UNIT}s?"
                rf"{SPACE}(?i:(?P<where>ago|from{SPACE}now|hence))"
            )
        ),
        _ago,
    ),
    Rule(
        "from-other-date",
        compiled(
            lambda: (
                rf"(?:{number_pattern()}|(?i:several|a{SPACE}few)){SPACE}{_UNIT}s?{SPACE}(?i:earlier|before|later|after|previously)"
                rf"|(?i:the{SPACE}(?:same|following|next|previous){SPACE}day)"
            )
        ),
        _of_text,
    ),
    Rule("reference", compiled(lambda: rf"(?i:(?P<named>{one_of('reference')}))"), _reference),
)
