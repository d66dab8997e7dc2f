"""When an article was published: every date the page offers, and which of them to believe."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from typing import Literal

import htmldate
from lxml import html

from transforms.clean import date_values, word_lists
from transforms.clean.date_values import DateValue
from transforms.clean.document import Document, text_of, tokens_of
from transforms.clean.json_ld import types_of

Origin = Literal["json-ld", "meta", "microdata", "time-element", "feed", "url", "dateline", "script", "text"]

ORDER: tuple[Origin, ...] = (
    "json-ld",
    "meta",
    "microdata",
    "feed",
    "dateline",
    "time-element",
    "script",
    "url",
    "text",
)
"""Most believed first, as measured on 129 news pages with known instants."""
SAME_MOMENT = timedelta(minutes=1)
FURTHEST_ZONE = timedelta(hours=14)
SAME_DAY = timedelta(hours=26)
"""Two writings of one date: a day may be meant in any zone."""
NEAR = 5
"""Ancestors whose name still says what an element is about; wrappers further out are named for the whole page."""

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
_PRECISION = {"day": 0, "local": 1, "instant": 2}


@dataclass(frozen=True, slots=True)
class DateCandidate:
    """A date and where it stands."""

    value: DateValue
    origin: Origin
    where: str


def published(document: Document, item_published: str | None) -> tuple[DateCandidate, ...]:
    """Candidates for the day of publication, in the order of belief."""
    found = [
        *_from_json_ld(document, "datePublished"),
        *_from_meta(document, "published_names.txt"),
        *_from_microdata(document, "datePublished"),
        *from_feed(item_published),
        *_from_time_elements(document),
        *from_address(document.address, document.canonical or ""),
    ]
    if not any(candidate.origin in {"json-ld", "meta", "microdata", "feed"} for candidate in found):
        found += _from_json_ld(document, "dateCreated")
        found += _from_scripts(document)
        found += _from_print(document)
    if not found:
        found += _from_search(document)
    return tuple(sorted(found, key=lambda candidate: ORDER.index(candidate.origin)))


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
    if first.value.precision == "instant" and not first.value.moment.utcoffset():
        for other in candidates:
            moment = other.value.moment
            if (
                other.value.precision == "instant"
                and moment.utcoffset()
                and abs(moment - first.value.moment) < SAME_MOMENT
            ):
                local = first.value.moment.astimezone(moment.tzinfo)
                return replace(first, value=replace(first.value, moment=local))
        for other in candidates:
            if offset := _offset_between(first.value, other.value):
                return replace(
                    first, value=replace(first.value, moment=first.value.moment.astimezone(timezone(offset)))
                )
    return first


def _offset_between(exact: DateValue, local: DateValue) -> timedelta | None:
    """The offset from UTC that a clock time without zone betrays: the same minute and second, hours away."""
    if local.precision != "local":
        return None
    offset = local.moment - exact.moment.astimezone(UTC).replace(tzinfo=None)
    whole = timedelta(minutes=15) * round(offset / timedelta(minutes=15))
    return whole if whole and abs(whole) <= FURTHEST_ZONE and abs(offset - whole) < SAME_MOMENT else None


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
        if value := date_values.from_data(written):
            yield DateCandidate(value, "microdata", f"{element.tag} itemprop={name}")


def _from_time_elements(document: Document) -> Iterator[DateCandidate]:
    """Time elements that are called a publication date, then the first of the article or page header."""
    named: list[DateCandidate] = []
    plain: list[DateCandidate] = []
    for element in list(document.body.iter("time"))[:40]:
        written = element.get("datetime") or text_of(element)
        value = date_values.from_data(written)
        if value is None or _beside_the_article(element):
            continue
        called = tokens_of(element, "class", "itemprop", "pubdate", "id", "data-testid")
        if any(word in called for word in ("modif", "updat", "aktualis")):
            continue
        candidate = DateCandidate(value, "time-element", f"time {called}".strip())
        is_named = element.get("pubdate") is not None or any(
            word in called for word in ("publish", "entry-date", "posted", "pubdate", "created")
        )
        (named if is_named else plain).append(candidate)
    yield from named[:2]
    yield from plain[:6]


def from_address(*addresses: str) -> Iterator[DateCandidate]:
    """The day in the first of the page's addresses that states one."""
    for address in dict.fromkeys(addresses):
        if value := date_values.in_address(address):
            yield DateCandidate(value, "url", address)
            return


def _from_print(document: Document) -> Iterator[DateCandidate]:
    """Dates printed in elements that are called one, those nearest the headline first."""
    month_first = (document.tree.get("lang") or "").lower().startswith("en-us")
    position = 0
    headline: int | None = None
    found: list[tuple[int, DateCandidate]] = []
    names = word_lists.words("date_elements.txt")
    for position, element in enumerate(document.body.iter("*")):
        if element.tag == "h1" and headline is None:
            headline = position
        called = tokens_of(element, "class", "id", "itemprop", "data-testid")
        if not called or not any(name in called for name in names) or len(element) > 12:
            continue
        text = text_of(element)
        if not 6 <= len(text) <= date_values.MAX_CHARACTERS or _beside_the_article(element):
            continue
        if value := date_values.from_text(text, month_first=month_first):
            found.append((position, DateCandidate(value, "text", f"{element.tag} {called[:60]}")))
    at = headline or 0
    for _, candidate in sorted(found, key=lambda item: (abs(item[0] - at), item[0]))[:5]:
        yield candidate


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


def _beside_the_article(element: html.HtmlElement) -> bool:
    names = word_lists.words("beside_article.txt")
    for ancestor in islice(element.iterancestors(), NEAR):
        if ancestor.tag in {"aside", "nav", "footer", "body"}:
            return bool(ancestor.tag != "body")
        called = tokens_of(ancestor, "class", "id")
        if called and any(name in called for name in names):
            return True
    return False
