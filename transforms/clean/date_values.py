"""A date as somebody wrote it, turned into a moment that is as exact as the writing and no more."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache

from transforms.clean import word_lists
from transforms.clean.records import Precision
from transforms.clean.wording import squeeze

FIRST_YEAR = 1900
LAST_YEAR = 2100
"""Years outside are errors of the page: a zero date, a catalogue number."""
MAX_CHARACTERS = 200

_ISO = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})"
    r"(?:[T\s]+(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,:](\d{1,9}))?)?\s*(Z|UTC|GMT|[+\-−]\s?\d{1,2}(?::?\d{2})?)?)?"
    r"(?:\s*\[[\w/+-]{1,40}\]|\s+[A-Z]{2,5})?",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?<![\d:.])(\d{1,2})[:.h](\d{2})(?::(\d{2}))?(?![\d.]\d)\s*(a\.?m\.?|p\.?m\.?)?(?![a-z])"
    r"\s*(Z\b|[A-Z]{2,5}\b|[+\-−]\d{2}:?\d{2})?(?:\s*([+\-−]\d{2}:?\d{2}))?",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<![\d.])(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4})(?!\d)")
_DAY_MONTH_YEAR = re.compile(
    r"(?<![\d.])(\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?[\s./-]{1,3}(?:(?:de|del|d’|d'|of)\s+)?([^\W\d_]{3,15})\.?,?"
    r"(?:\s?/\s?[^\W\d_]{3,15})?[\s,/-]{0,3}(?:(?:de|del|din)\s+)?(\d{4})(?!\d)",
    re.IGNORECASE,
)
_MONTH_DAY_YEAR = re.compile(
    r"(?<![^\W\d_])([^\W\d_]{3,15})\.?\s{1,2}(\d{1,2})(?:st|nd|rd|th)?,?\s{1,3}(\d{4})(?!\d)", re.IGNORECASE
)
_YEAR_MONTH_DAY = re.compile(r"(?<!\d)(\d{4})[.,]?\s+([^\W\d_]{3,15})\.?\s+(\d{1,2})(?!\d)", re.IGNORECASE)
_DAY_FIRST_AT_END = re.compile(
    r"(?<!\d)(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])((?:19|20)\d{2})(?:\.[a-z]{2,5})?/?(?:[?#].*)?$", re.IGNORECASE
)
# JavaScript's Date.toString(): Fri Jan 17 2025 10:00:00 GMT+0100
_JAVASCRIPT = re.compile(
    r"[A-Za-z]{3}\s+([A-Za-z]{3})\s+(\d{1,2})\s+(?:(\d{4})\s+)?(\d{2}):(\d{2}):(\d{2})\s*"
    r"(?:GMT|UTC)?([+-]\d{4})?\s*(?:[A-Z]{3,4}\s*)?(\d{4})?"
)
# RFC 5322 section 4.3 and the zones that European outlets print; others are ambiguous and left out
_ZONES = {
    "z": 0,
    "utc": 0,
    "gmt": 0,
    "wet": 0,
    "est": -300,
    "edt": -240,
    "cst": -360,
    "cdt": -300,
    "mst": -420,
    "mdt": -360,
    "pst": -480,
    "pdt": -420,
    "cet": 60,
    "mez": 60,
    "cest": 120,
    "mesz": 120,
    "bst": 60,
    "eet": 120,
    "eest": 180,
    "msk": 180,
    "jst": 540,
    "kst": 540,
    "aest": 600,
    "aedt": 660,
}


@dataclass(frozen=True, slots=True)
class DateValue:
    """A date with the text it was read from."""

    moment: datetime
    """Aware where the zone is known; midnight for a day."""
    precision: Precision
    text: str

    @property
    def iso(self) -> str:
        """ISO 8601, as exact as the date is."""
        return self.moment.date().isoformat() if self.precision == "day" else self.moment.isoformat()

    @property
    def day(self) -> date:
        """The day as written, in the date's own zone."""
        return self.moment.date()


def from_data(value: object) -> DateValue | None:
    """A date in data: ISO 8601 with its usual deviations, RFC 5322, seconds or milliseconds since 1970."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("@value")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = squeeze(str(int(value)) if isinstance(value, float) and abs(value) < 1e15 else str(value))[:MAX_CHARACTERS]
    if match := _ISO.fullmatch(text):
        year, month, day, hour, minute, second, _, zone = match.groups()
        if hour is None:
            return _dated(int(year), int(month), int(day), text)
        return _timed(
            int(year), int(month), int(day), (int(hour) % 24, int(minute), int(second or 0)), _zone(zone), text
        )
    if re.fullmatch(r"\d{10}|\d{13}", text):
        return _since_epoch(text)
    if match := _JAVASCRIPT.search(text):
        name, day, year, hour, minute, second, zone, last_year = match.groups()
        month, stated = _month(name), year or last_year
        if month and stated:
            clock = (int(hour), int(minute), int(second))
            return _timed(int(stated), month, int(day), clock, _zone(zone), text)
    return from_text(text, month_first=False)


def from_text(text: str, *, month_first: bool) -> DateValue | None:
    """The first full date printed in a text, in any language of the month list, with the clock time beside it.

    ``month_first`` decides what 03/04/2025 means; a part above 12 decides by itself.
    """
    found = printed(text, month_first=month_first)
    return found.value if found is not None else None


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A date in a text, and the characters of the text on one line that its day takes."""

    value: DateValue
    start: int
    end: int
    clock_end: int
    """Where the clock time after it ends; ``end`` where there is none."""


def printed(text: str, *, month_first: bool) -> PrintedDate | None:
    """As ``from_text``, with the place of the day in the squeezed text."""
    text = squeeze(text)[:MAX_CHARACTERS]
    found = _printed_day(text, month_first=month_first)
    if found is None:
        return None
    year, month, day, start, end = found
    beside = text[end : end + 40]
    clock = _CLOCK.search(beside)
    clock_end = end + clock.end() if clock else end
    if clock is None:
        beside = text[max(0, start - 25) : start]
        clock = _CLOCK.search(beside)
    hour = _hour_of_day(int(clock[1]), clock[4]) if clock is not None else None
    if clock is None or hour is None:
        value = _dated(year, month, day, text)
    else:
        moment = (hour, int(clock[2]), int(clock[3] or 0))
        value = _timed(year, month, day, moment, _zone(clock[6] or clock[5]), text)
    return PrintedDate(value, start, end, clock_end) if value is not None else None


def _printed_day(text: str, *, month_first: bool) -> tuple[int, int, int, int, int] | None:
    found: list[tuple[int, int, int, int, int]] = []
    if match := _YEAR_FIRST.search(text):
        found.append((match.start(), int(match[1]), int(match[2]), int(match[3]), match.end()))
    for match in _DAY_FIRST.finditer(text):
        first, second = int(match[1]), int(match[3])
        swap = second > 12 or (month_first and first <= 12 and match[2] == "/")
        day, month = (second, first) if swap else (first, second)
        found.append((match.start(), int(match[4]), month, day, match.end()))
        break
    for pattern, year_group, month_group, day_group in (
        (_DAY_MONTH_YEAR, 3, 2, 1),
        (_MONTH_DAY_YEAR, 3, 1, 2),
        (_YEAR_MONTH_DAY, 1, 2, 3),
    ):
        for match in pattern.finditer(text):
            if number := _month(match[month_group]):
                found.append((match.start(), int(match[year_group]), number, int(match[day_group]), match.end()))
                break
    for start, year, month, day, end in sorted(found):
        if _dated(year, month, day, text) is not None:
            return year, month, day, start, end
    return None


def in_address(address: str, *, day_first: bool = False) -> DateValue | None:
    """The day that a URL's path states: /2025/01/17/, /2025-01-17-, /20250117/.

    ``day_first`` also reads 17012025 at the end of the path.
    """
    match = re.search(
        r"(?<![\d])((?:19|20)\d{2})([/_-])(\d{1,2}|[a-z]{3})\2(\d{1,2})(?![\d])", address[:2000], re.IGNORECASE
    )
    if match:
        month = int(match[3]) if match[3].isdecimal() else _month(match[3])
        return _dated(int(match[1]), month, int(match[4]), match[0]) if month else None
    match = re.search(r"(?<![\d])((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?![\d])", address[:2000])
    if match:
        return _dated(int(match[1]), int(match[2]), int(match[3]), match[0])
    match = _DAY_FIRST_AT_END.search(address[:2000]) if day_first else None
    return _dated(int(match[3]), int(match[2]), int(match[1]), match[0]) if match else None


def _hour_of_day(hour: int, half: str | None) -> int | None:
    if not half:
        return hour
    if not 1 <= hour <= 12:
        return None
    return hour % 12 + (12 if half.lower().startswith("p") else 0)


@cache
def _months() -> dict[str, int]:
    return {name: int(number) for name, number, _ in word_lists.rows("months.tsv")}


def _month(name: str) -> int | None:
    folded = name.casefold().rstrip(".")
    return _months().get(folded)


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    folded = text.replace("−", "-").replace(" ", "").casefold()
    if folded in _ZONES:
        minutes = _ZONES[folded]
    else:
        match = re.fullmatch(r"([+-])(\d{1,2}):?(\d{2})?", folded)
        if match is None:
            return None
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        minutes = -minutes if match[1] == "-" else minutes
    # no clock on Earth is further from UTC than 14 hours
    return timezone(timedelta(minutes=minutes)) if abs(minutes) <= 14 * 60 else None


def _dated(year: int, month: int, day: int, text: str) -> DateValue | None:
    return _timed(year, month, day, None, None, text)


def _timed(
    year: int, month: int, day: int, clock: tuple[int, int, int] | None, zone: timezone | None, text: str
) -> DateValue | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        hour, minute, second = clock or (0, 0, 0)
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
    except ValueError:
        return None
    return DateValue(moment, "day" if clock is None else "instant" if zone else "local", text)


def _since_epoch(digits: str) -> DateValue | None:
    moment = datetime.fromtimestamp(int(digits[:10]), UTC)
    return DateValue(moment, "instant", digits) if FIRST_YEAR <= moment.year <= LAST_YEAR else None
