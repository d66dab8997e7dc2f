"""Datelines: where and when a report was filed and by which agency, as printed before its first sentence."""

import re
from dataclasses import dataclass

from transforms.clean import agencies, date_values
from transforms.clean.date_values import DateValue
from transforms.clean.wording import squeeze

MAX_CHARACTERS = 160
"""How far into a paragraph a dateline can reach."""

_WORD = r"[A-ZÀ-ÖØ-ÞĀ-ŽА-Я][\w.'’-]{0,30}"
_PLACE = rf"(?P<place>{_WORD}(?:[ /]{_WORD}|[ -](?:de|del|der|am|an|of|la|el|sur)){{0,4}})"
_CAPITALS = r"(?P<place>[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ.'’-]{2,30}(?:[ /][A-ZÀ-ÖØ-Þ.'’-]{2,30}){0,3})"
_REGION = r"(?:,\s(?P<region>[A-Z][\w. ]{1,25}?))?"
_DATE = r"(?P<date>[\w.,/ -]{4,40}?\d[\w.,/ -]{0,20}?)"
_DASH = r"\s{0,2}(?:--?|[–—―−])\s"
# date 2025-01-17 Beijing: …    Date: 17 January 2025, Beijing - …
_HEADER = re.compile(
    rf"\s{{0,5}}(?:date(?:line)?|datum|fecha|data)\s?:?\s{_DATE}(?:,?\s{_PLACE})?\s?(?:[:–—]|-\s)\s{{0,3}}",
    re.IGNORECASE,
)
# 2025-01-17 Beijing: …
_DATE_PLACE = re.compile(rf"\s{{0,5}}(?P<date>\d{{4}}-\d\d-\d\d|\d{{1,2}}\.\d{{1,2}}\.\d{{4}}),?\s{_PLACE}\s?:\s")
# BEIJING (AP) — …    LONDON, Jan 17 (Reuters) - …    Berlin (dpa/bb) - …    MOSCOW, Idaho (AP) — …
_BRACKETS = rf"[(\[](?P<agency>[\w. /-]{{2,40}})[)\]]{_DASH}"
_PLACE_AGENCY = re.compile(rf"\s{{0,5}}{_PLACE}(?:,\s{_DATE}|{_REGION})\s{_BRACKETS}")
# Jan. 17 (UPI) -- …    (Reuters) - …
_AGENCY = re.compile(rf"\s{{0,5}}(?:{_DATE}\s)?{_BRACKETS}")
# WASHINGTON — …    NEW DELHI: …
_CAPITALS_ONLY = re.compile(rf"\s{{0,5}}{_CAPITALS}(?:,\s{_DATE}|{_REGION})(?:{_DASH}|:\s)")

_PATTERNS = ((_HEADER, True), (_DATE_PLACE, True), (_PLACE_AGENCY, False), (_AGENCY, False), (_CAPITALS_ONLY, False))


@dataclass(frozen=True, slots=True)
class Dateline:
    """What a paragraph's dateline says."""

    place: str | None
    agency: str | None
    date: DateValue | None
    """Only with a year: a day and month alone are not a date."""
    end: int
    """Code point of the paragraph at which the report itself begins."""
    is_header: bool
    """Whether it is a header that somebody put before the text, and no part of the printed report."""


def read(paragraph: str) -> Dateline | None:
    """The dateline at the beginning of a paragraph; None where it has none."""
    opening = paragraph[:MAX_CHARACTERS]
    for pattern, is_header in _PATTERNS:
        match = pattern.match(opening)
        if match is None:
            continue
        groups = match.groupdict()
        day = _date(groups.get("date"))
        if is_header and day is None:
            continue
        agency = _agency(groups.get("agency"))
        place = _place(groups.get("place"), groups.get("region"))
        if groups.get("agency") and agency is None and not (place and groups["agency"].isupper()):
            continue
        return Dateline(place, agency, day, match.end(), is_header)
    return None


def _date(written: str | None) -> DateValue | None:
    return date_values.from_text(squeeze(written), month_first=False) if written else None


def _agency(written: str | None) -> str | None:
    return agencies.in_names((written, *re.split(r"[/-]", written))) if written else None


def _place(written: str | None, region: str | None) -> str | None:
    if not written:
        return None
    place = squeeze(written).strip(" ,")
    if place.isupper() and len(place) > 3:
        place = place.title()
    return f"{place}, {squeeze(region)}" if region else place
