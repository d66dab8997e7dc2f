"""Dates as the outlets print them, in English whatever the machine's locale is."""

from datetime import datetime

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def american(instant: datetime) -> str:
    """Such as ``March 9, 2026 7:45 p.m.``."""
    half = "a.m." if instant.hour < 12 else "p.m."
    return f"{_month(instant)} {instant.day}, {instant.year} {instant.hour % 12 or 12}:{instant:%M} {half}"


def british(instant: datetime) -> str:
    """Such as ``9 March 2026, 14:05``."""
    return f"{instant.day} {_month(instant)} {instant.year}, {instant:%H:%M}"


def _month(instant: datetime) -> str:
    return _MONTHS[instant.month - 1]
