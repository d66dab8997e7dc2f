"""Dates of feed items, as precise as the feed gives them."""

import re
from calendar import timegm
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_tz
from time import struct_time

LONGEST = 80
"""Characters of a date that are looked at."""
PLAUSIBLE_YEARS = range(1990, 2101)
"""For formats that are guessed: feedparser finds a date at the beginning of any long number."""
_ISO = re.compile(
    r"(?P<year>\d{4})(?:-?(?P<month>\d\d)(?:-?(?P<day>\d\d)"
    r"(?:[T ]+(?P<hour>\d\d):?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,]\d{1,9})?)?"
    r" ?(?P<zone>Z|z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?)?)?",
    re.ASCII,
)
_CLOCK_TIME = re.compile(r"\d{1,2}:\d\d(?::\d\d)?", re.ASCII)
_RFC822_ZONES = frozenset({"UT", "UTC", "GMT", "Z", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"})
_LAST_OFFSET = timedelta(hours=14)


def iso_date(text: str, parsed: struct_time | None = None) -> str | None:
    """The date in ISO 8601: ``2026``, ``2026-03``, ``2026-03-02``, ``2026-03-02T08:30:00`` or with its offset.

    Args:
        text: As in the feed: RFC 3339 and its shorter forms, or RFC 822 with its usual mistakes.
        parsed: What feedparser makes of other formats, in UTC.

    Returns:
        None where it is no date.
    """
    text = text.strip()[:LONGEST]
    return _from_iso(text) or _from_rfc822(text) or _from_parsed(parsed)


def instant_of(iso: str) -> datetime | None:
    """Instant of what ``iso_date`` returns; what it leaves open is read as its beginning, in UTC."""
    padded = iso + "-01-01"[len(iso) - 4 :] if len(iso) < 10 else iso
    try:
        instant = datetime.fromisoformat(padded)
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _from_iso(text: str) -> str | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, zone = match.groups()
    try:
        date(int(year), int(month or 1), int(day or 1))
        if hour is None:
            return "-".join(part for part in (year, month, day) if part is not None)
        moment = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0))  # noqa: DTZ001
        offset = _offset(zone)
    except ValueError:
        return None
    return (moment if offset is None else moment.replace(tzinfo=timezone(offset))).isoformat()


def _offset(zone: str | None) -> timedelta | None:
    if zone is None:
        return None
    if zone[0] not in "+-":
        return timedelta(0)
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if offset > _LAST_OFFSET:
        raise ValueError(zone)
    return -offset if zone[0] == "-" else offset


def _from_rfc822(text: str) -> str | None:
    """RFC 822 and its usual mistakes; a zone it does not name is left open, as the same letters mean several."""
    clock = _CLOCK_TIME.search(text)
    try:
        fields = parsedate_tz(text if clock else f"{text} 00:00:00")
        if fields is None:
            return None
        moment = datetime(*fields[:6])  # noqa: DTZ001
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if clock is None:
        return moment.date().isoformat()
    zone = text[clock.end() :].strip().upper()
    if not zone or (zone[0] not in "+-" and zone.split()[0] not in _RFC822_ZONES):
        return moment.isoformat()
    offset = timedelta(seconds=fields[9] or 0)
    return None if abs(offset) > _LAST_OFFSET else moment.replace(tzinfo=timezone(offset)).isoformat()


def _from_parsed(parsed: struct_time | None) -> str | None:
    if parsed is None:
        return None
    try:
        instant = datetime.fromtimestamp(timegm(parsed), UTC)
        return instant.isoformat() if instant.year in PLAUSIBLE_YEARS else None
    except (ValueError, OverflowError, OSError):
        return None
