"""The time that a sitemap is about, where its name says it: sitemap-2024-03.xml, /2024/03/, ?yyyy=2024&mm=03."""

import re
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import parse_qs, urlsplit

from flows.fetch.feeds.feed_dates import iso_date
from flows.fetch.sitemaps.spans import Span

_YEAR = r"(?<!\d)(1[7-9]\d\d|20\d\d)"
_DAY_NAME = re.compile(_YEAR + r"([-_/.]?)(\d\d)\2(\d\d)(?!\d)")
_MONTH_NAME = re.compile(_YEAR + r"([-_/.]?)(\d\d)(?!\d)")
_YEAR_NAME = re.compile(_YEAR + r"(?!\d)")
_DIGITS = re.compile(r"\d+")
_QUERY_NAMES = (("yyyy", "year", "y"), ("mm", "month", "m"), ("dd", "day", "d"))


def spans_in_names(urls: Iterable[str]) -> Mapping[str, Span]:
    """What the names of an index's sitemaps say about the time of their pages; only those that are sure to say it.

    A number is a date only where it is one in every name of the same shape and differs among them: sitemap-2024.xml
    beside sitemap-1.xml is the 2024th, and /uploads/2019/sitemap.xml says when a folder was made. A single digit is no
    month, as it numbers the sitemaps of a year as often.
    """
    shapes: dict[str, list[str]] = {}
    for url in urls:
        shapes.setdefault(_DIGITS.sub("#", url), []).append(url)
    spans: dict[str, Span] = {}
    for alike in shapes.values():
        for reading in (_from_query, _day, _month, _year):
            found = _read(alike, reading)
            if len(set(found.values())) > 1:
                spans.update(found)
                break
    return spans


def _read(urls: Iterable[str], reading: Callable[[str], str | None]) -> dict[str, Span]:
    """The span of each; nothing where one of them has none."""
    spans: dict[str, Span] = {}
    for url in urls:
        text = reading(url)
        iso = None if text is None else iso_date(text)
        span = None if iso is None else Span.of(iso)
        if span is None:
            return {}
        spans[url] = span
    return spans


def _from_query(url: str) -> str | None:
    try:
        fields = parse_qs(urlsplit(url).query, max_num_fields=20)
    except ValueError:
        return None
    values = []
    for names, width in zip(_QUERY_NAMES, (4, 2, 2), strict=True):
        value = next((fields[name][0] for name in names if name in fields), None)
        if value is None:
            break
        if not (value.isascii() and value.isdigit()):
            return None
        values.append(value.zfill(width))
    return "-".join(values) or None


def _day(url: str) -> str | None:
    match = _only(_DAY_NAME, url)
    return None if match is None else f"{match[1]}-{match[3]}-{match[4]}"


def _month(url: str) -> str | None:
    match = _only(_MONTH_NAME, url)
    return None if match is None else f"{match[1]}-{match[3]}"


def _year(url: str) -> str | None:
    match = _only(_YEAR_NAME, url)
    return None if match is None else match[1]


def _only(pattern: re.Pattern[str], url: str) -> re.Match[str] | None:
    """The match behind the host's name, if there is just one."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    matches = list(pattern.finditer(f"{parts.path}?{parts.query}"))
    return matches[0] if len(matches) == 1 else None
