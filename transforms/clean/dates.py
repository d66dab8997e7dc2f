"""When an article was published: every date the page offers, and which of them to believe."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from itertools import islice
from typing import Literal

import htmldate

from transforms.clean import date_values, printed_dates, word_lists
from transforms.clean.date_values import DateValue
from transforms.clean.document import Document, text_of, tokens_of
from transforms.clean.json_ld import types_of

Origin = Literal["json-ld", "meta", "microdata", "time-element", "feed", "url", "dateline", "script", "text"]

ORDER: tuple[Origin, ...] = (
    "json-ld",
    "meta",
    "microdata",
    "feed",
    "time-element",
    "script",
    "url",
    "dateline",
    "text",
)
"""Most believed first, as measured on 129 news pages with known instants. A report can be filed days before it runs."""
SAME_MOMENT = timedelta(minutes=1)
FURTHEST_ZONE = timedelta(hours=14)
ZONE_STEP = timedelta(minutes=30)
"""Zones of quarter hours hold a thousandth of mankind, and finer steps meet by chance."""
SAME_DAY = timedelta(hours=26)
"""Two writings of one date: a day may be meant in any zone."""
MAX_SCRIPT = 500_000

_SCRIPT_DATE = re.compile(
    r"""["']?\b(date_?published|published_?(?:date|time|at|on)|(?:first_?)?publish_?(?:date|time|at)|pub_?date"""
    r"""|created_?(?:date|at|time)|date_?created)["']?\s?"""
    r"""[:=]\s?["']([^"'\\<>]{8,40})["']""",
    re.IGNORECASE,
)
_OTHER_THINGS = frozenset(
    {"videoobject", "imageobject", "comment", "review", "podcastepisode", "product", "event", "person", "clip"}
)
_MARKED = frozenset({"json-ld", "meta", "microdata", "feed"})
_PRECISION = {"day": 0, "local": 1, "instant": 2}


@dataclass(frozen=True, slots=True)
class DateCandidate:
    """A date and where it stands."""

    value: DateValue
    origin: Origin
    where: str


def published(
    document: Document, item_published: str | None, dateline: DateValue | None = None
) -> tuple[DateCandidate, ...]:
    """Candidates for the day of publication, in the order of belief; ``dateline`` is the date before the report."""
    found = [
        *_from_json_ld(document, "datePublished"),
        *_from_meta(document, "published_names.txt"),
        *_from_microdata(document, "datePublished"),
        *from_feed(item_published),
        *_from_time_elements(document),
        *from_address(
            document.address,
            document.canonical or "",
            day_first=not printed_dates.may_write_month_first(document),
        ),
    ]
    marked = [candidate for candidate in found if candidate.origin in _MARKED and _doubt(candidate) < len(ORDER)]
    if not marked:
        found += _from_json_ld(document, "dateCreated")
        found += _from_scripts(document)
        if dateline is not None:
            found.append(DateCandidate(dateline, "dateline", "dateline"))
    if not marked or all(_is_utc(candidate.value) for candidate in found):
        vague = any(candidate.origin == "meta" for candidate in found)
        found += _from_print(document, only_near=vague)  # only readers are told the local time
    if not found:
        found += _from_search(document)
    return tuple(sorted(found, key=_doubt))


def _is_utc(value: DateValue) -> bool:
    return value.precision == "instant" and not value.moment.utcoffset()


def _doubt(candidate: DateCandidate) -> float:
    """Place in the order of belief, from 0."""
    if candidate.where in _vague_metas():
        return len(ORDER)
    return ORDER.index(candidate.origin)


@cache
def _vague_metas() -> frozenset[str]:
    """Meta elements that are just called a date: of a change or an issue, as often as of publication."""
    return frozenset(f"meta {name}" for name, *marks in word_lists.rows("published_names.txt") if "vague" in marks)


def modified(document: Document) -> tuple[DateCandidate, ...]:
    """Candidates for the last change, in the order of belief."""
    return (
        *_from_json_ld(document, "dateModified"),
        *_from_meta(document, "modified_names.txt"),
        *_from_microdata(document, "dateModified"),
    )


def choose(candidates: Sequence[DateCandidate]) -> DateCandidate | None:
    """The most believed candidate, written as exactly as any other that means the same moment.

    A day becomes the instant that another candidate gives for it; an instant in UTC takes over the local offset under
    which the page writes the same instant elsewhere, since the local day is the page's own.
    """
    if not candidates:
        return None
    first = candidates[0]
    for other in candidates[1:]:
        if _PRECISION[other.value.precision] <= _PRECISION[first.value.precision]:
            continue
        if _agree(first.value, other.value):
            first = replace(other, origin=first.origin, where=f"{first.where}, made exact by {other.where}")
    first = _as_most_write_it(first, candidates)
    if first.value.precision == "instant" and not first.value.moment.utcoffset():
        for other in candidates:
            moment = other.value.moment
            if (
                other.value.precision == "instant"
                and moment.utcoffset()
                and abs(moment - first.value.moment) < SAME_MOMENT
            ):
                moved = first.value.moment.astimezone(moment.tzinfo)
                return replace(first, value=replace(first.value, moment=moved))
        printed = [candidate for candidate in candidates if candidate.origin == "text"]
        for other in candidates:
            if other in printed[1:]:
                continue  # further from the headline: the date of something else, which may agree by chance
            local = _in_time_of(first.value, other.value)
            if local is first.value and _may_tell_day(other, first.value):
                local = in_local_time(first.value, other.value)
            if local is not first.value:
                return replace(first, value=local)
    return first


def _as_most_write_it(first: DateCandidate, candidates: Sequence[DateCandidate]) -> DateCandidate:
    """With the seconds that most places give, where they agree on the minute."""
    if first.value.precision != "instant":
        return first
    moments = [
        candidate.value.moment.astimezone(UTC)
        for candidate in candidates
        if candidate.value.precision == "instant" and abs(candidate.value.moment - first.value.moment) < SAME_MOMENT
    ]
    own = first.value.moment.astimezone(UTC)
    most = max([own, *moments], key=moments.count)
    if moments.count(most) <= moments.count(own):
        return first
    return replace(first, value=replace(first.value, moment=most.astimezone(first.value.moment.tzinfo)))


def _may_tell_day(other: DateCandidate, exact: DateValue) -> bool:
    """The address is about publication; a printed day that is later may be that of a change or of the visit."""
    return other.origin == "url" or (other.origin == "text" and other.value.day < exact.day)


def in_local_time(exact: DateValue, printed: DateValue) -> DateValue:
    """An instant in UTC in the local time that another writing of the same date betrays; else as it was.

    A clock time gives the offset. A neighbouring day alone does not: then it is the least offset that leads to it, so
    that the instant stays exact and the day becomes the one that the page names.
    """
    if exact.moment.utcoffset():
        return exact
    local = _in_time_of(exact, printed)
    if local is not exact or printed.precision != "day":
        return local
    if abs(printed.day - exact.day) != timedelta(days=1):
        return exact
    direction = 1 if printed.day > exact.day else -1
    for hours in range(1, 13):
        moved = exact.moment.astimezone(timezone(timedelta(hours=direction * hours)))
        if moved.date() == printed.day:
            return replace(exact, moment=moved)
    return exact


def _in_time_of(exact: DateValue, other: DateValue) -> DateValue:
    """The instant under the offset that a clock time betrays: the same minute, quarters of an hour away."""
    if other.precision == "day" or other.moment.utcoffset():
        return exact
    moment = exact.moment.astimezone(UTC).replace(tzinfo=None)
    if not other.moment.second:
        moment = moment.replace(second=0)
    offset = other.moment.replace(tzinfo=None) - moment.replace(microsecond=0)
    whole = ZONE_STEP * round(offset / ZONE_STEP)
    if not whole or abs(whole) > FURTHEST_ZONE or offset != whole:
        return exact
    # a clock time marked as UTC by mistake is told by its seconds; full hours meet by chance
    if other.precision == "instant" and not (other.moment.second == exact.moment.second != 0):
        return exact
    return replace(exact, moment=exact.moment.astimezone(timezone(whole)))


def utc(value: DateValue | None) -> datetime | None:
    """The instant in UTC; None where the zone is not known."""
    return value.moment.astimezone(UTC) if value is not None and value.precision == "instant" else None


def from_feed(item_published: str | None) -> Iterator[DateCandidate]:
    """The date that the feed or sitemap gave for the page."""
    if item_published and (value := date_values.from_data(item_published)):
        yield DateCandidate(value, "feed", "feed item")


def _agree(coarse: DateValue, exact: DateValue) -> bool:
    if coarse.precision == "day" and coarse.day == exact.day:
        return True
    distance = abs(coarse.moment.replace(tzinfo=None) - exact.moment.replace(tzinfo=None))
    if coarse.precision == "local":
        # the same clock time, or the same moment in another zone: whole quarters of an hour apart
        return distance <= FURTHEST_ZONE and distance % timedelta(minutes=15) < SAME_MOMENT
    return distance < SAME_DAY and coarse.day in {exact.day, (exact.moment - timedelta(hours=12)).date()}


def _from_json_ld(document: Document, key: str) -> Iterator[DateCandidate]:
    found = False
    for node in document.json_ld.articles[:3]:
        if value := date_values.from_data(node.get(key)):
            found = True
            yield DateCandidate(value, "json-ld", f"JSON-LD {'/'.join(sorted(types_of(node)))} {key}")
    if found:
        return
    for node in document.json_ld.nodes[:500]:
        if node.get(key) and not types_of(node) & _OTHER_THINGS and (value := date_values.from_data(node[key])):
            yield DateCandidate(value, "json-ld", f"JSON-LD {'/'.join(sorted(types_of(node)))} {key}")


def _from_meta(document: Document, names: str) -> Iterator[DateCandidate]:
    for name in word_lists.words(names):
        for content in document.meta.get(name, ())[:1]:
            if value := date_values.from_data(content):
                yield DateCandidate(value, "meta", f"meta {name}")


def _from_microdata(document: Document, name: str) -> Iterator[DateCandidate]:
    found = document.body.xpath(".//*[@itemprop=$name or @property=$name]", name=name)
    for element in found[:3]:
        written = element.get("content") or element.get("datetime") or text_of(element)
        if element.tag == "abbr":  # the hAtom pattern: the exact date is the abbreviation's expansion
            written = element.get("title") or written
        if value := date_values.from_data(written):
            yield DateCandidate(value, "microdata", f"{element.tag} itemprop={name}")


def _from_time_elements(document: Document) -> Iterator[DateCandidate]:
    """Time elements that are called a publication date, then the first of the article or page header."""
    named: list[DateCandidate] = []
    plain: list[DateCandidate] = []
    month_first = printed_dates.month_comes_first(document)
    for element in list(document.body.iter("time"))[:40]:
        written = element.get("datetime") or text_of(element)
        value = date_values.from_data(written)
        if value is None or printed_dates.is_beside_the_article(element):
            continue
        called = tokens_of(element, "class", "itemprop", "pubdate", "id", "data-testid")
        if any(word in called for word in ("modif", "updat", "aktualis")):
            continue
        if element.get("datetime") and value.precision == "instant":
            beside = date_values.from_text(text_of(element), month_first=month_first)
            value = in_local_time(value, beside) if beside else value
        candidate = DateCandidate(value, "time-element", f"time {called}".strip())
        is_named = element.get("pubdate") is not None or any(
            word in called for word in ("publish", "entry-date", "posted", "pubdate", "created")
        )
        (named if is_named else plain).append(candidate)
    yield from named[:2]
    yield from plain[:6]


def from_address(*addresses: str, day_first: bool = False) -> Iterator[DateCandidate]:
    """The day in the first of the page's addresses that states one; see ``date_values.in_address``."""
    for address in dict.fromkeys(addresses):
        if value := date_values.in_address(address, day_first=day_first):
            yield DateCandidate(value, "url", address)
            return


def _from_print(document: Document, *, only_near: bool) -> Iterator[DateCandidate]:
    """Dates printed on the page, those near the headline first."""
    for printed in printed_dates.in_print(document):
        if printed.is_near or not only_near:
            yield DateCandidate(printed.value, "text", printed.where)


def _from_scripts(document: Document) -> Iterator[DateCandidate]:
    """Dates that the data of a page's own programs call its publication, where all of them name the same day."""
    found: list[DateCandidate] = []
    for script in document.other_scripts[:50]:
        found += [
            DateCandidate(value, "script", f"script {match[1]}")
            for match in islice(_SCRIPT_DATE.finditer(script[:MAX_SCRIPT]), 20)
            if (value := date_values.from_data(match[2]))
        ]
    if len({candidate.value.day for candidate in found}) == 1:
        yield found[0]


def _from_search(document: Document) -> Iterator[DateCandidate]:
    """What htmldate finds where nothing is marked as a date. A fixed last day keeps the clock out of it."""
    url = document.address if document.address.startswith("http") else None
    try:
        found = htmldate.find_date(
            document.tree, original_date=True, url=url, max_date=f"{date_values.LAST_YEAR}-12-31", verbose=False
        )
    except Exception:  # noqa: BLE001 - as a foreign parser fails in ways nobody can list; no date is a fair answer
        return
    value = date_values.from_data(found)
    # the first of January is what a bare year (a copyright notice) is turned into
    if value is not None and (value.moment.month, value.moment.day) != (1, 1):
        yield DateCandidate(value, "text", "search of the page")
