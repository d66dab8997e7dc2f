"""How values are put into words on the page; texts of the news may hold anything."""

import re
import unicodedata
from datetime import date
from urllib.parse import urlsplit

from markupsafe import Markup

from warehouse.overview import Period

QUAD_CLASSES = {
    1: "verbal cooperation",
    2: "material cooperation",
    3: "verbal conflict",
    4: "material conflict",
}
"""Names of the classes, by the numbers in the data."""

STATUSES = {
    "done": "done",
    "partial": "partly fetched",
    "failed": "failed",
    "missing": "missing",
    "unplanned": "not asked for",
}
"""How much of a day was fetched, by the word in the data."""

_STEERING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that turn the direction of writing for what follows."""


def visible(value: object) -> object:
    """Text without characters that nobody sees but that change what is seen: � instead; None is no text."""
    if value is None:
        return ""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    spaced = re.sub(r"[\t\r\n\u2028\u2029]+", " ", value)
    return "".join(
        "�" if unicodedata.category(character) in {"Cc", "Cs"} else character
        for character in _STEERING.sub("�", spaced)
    )


def day_text(day: date, *, year: bool = True) -> str:
    """1 March 2026."""
    return f"{day.day} {day:%B} {day.year}" if year else f"{day.day} {day:%B}"


def short_day(day: date, period: Period) -> str:
    """1 Mar; with the year where the period has two."""
    return f"{day.day} {day:%b}" + (f" {day:%y}" if period.since.year != period.last.year else "")


def days_text(since: date, last: date) -> str:
    """1 to 7 March 2026, and no word more than needed."""
    if since == last:
        return day_text(last)
    if since.year != last.year:
        return f"{day_text(since)} to {day_text(last)}"
    first = str(since.day) if since.month == last.month else day_text(since, year=False)
    return f"{first} to {day_text(last)}"


def number(value: int) -> str:
    """With a thin space between thousands."""
    return f"{value:,}".replace(",", "\u202f")


def change(now: int, before: int) -> str:
    """+3, −2 or ±0."""
    return f"+{number(now - before)}" if now > before else f"−{number(before - now)}" if now < before else "±0"


def counted(value: int, one: str, many: str) -> str:
    """1 page, 2 pages."""
    return f"{number(value)} {one if value == 1 else many}"


def web_address(url: str | None) -> str | None:
    """The URL if a reader may be sent there: http and https only."""
    try:
        return url if url and urlsplit(url).scheme in {"http", "https"} else None
    except ValueError:
        return None
