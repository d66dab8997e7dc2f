"""Dates that a page prints for its readers, where no data states them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import islice
from typing import Literal

from lxml import html

from transforms.clean import date_values, word_lists
from transforms.clean.date_values import DateValue
from transforms.clean.document import Document, text_of, tokens_of
from transforms.clean.wording import letters, squeeze

NEAR = 5
"""Ancestors whose name still says what an element is about; wrappers further out are named for the whole page."""
NEAR_HEADLINE = 40
"""Elements between the headline and a date that nothing but its place makes the article's."""
MAX_FOUND = 5
MAX_ELEMENTS = 400
BESIDE_DATE = 40
"""Letters that may stand around a date in an element that holds nothing else: a label, a weekday, a place."""

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d{4}年")
# 29.11.2022 – The first paragraph begins with its date
_OPENING = re.compile(
    r"((?:[^\W\d_]{2,20}, ?)?\d{1,2}[. ]{1,2}(?:\d{1,2}|[^\W\d_]{3,12})\.? ?(?:19|20)\d\d) ?(?:[–—:|]|- )"
)
# (29 November 2022) The first paragraph begins with its date
_OPENING_IN_BRACKETS = re.compile(
    r"(?:[^\W\d_]{2,20}, ?)?\((\d{1,2}[. ]{1,2}(?:\d{1,2}|[^\W\d_]{3,12})\.? ?(?:19|20)\d\d)\)"
)
_DAY_FIRST_ENGLISH = ("en-gb", "en-ie", "en-au", "en-nz", "en-in", "en-za")  # Unicode CLDR, short date formats
_BARE_LABEL = re.compile(r"(?:date|datum|fecha|dato)\b", re.IGNORECASE)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})


@dataclass(frozen=True, slots=True)
class Print:
    """A printed date, what the text before it calls it, and what its element is called."""

    value: DateValue
    label: Literal["published", "modified"] | None
    where: str
    is_near: bool = False
    """Whether it stands beside the headline."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A printed date with what tells whether it is the article's."""

    position: int
    printed: Print
    is_named: bool
    is_opening: bool
    is_in_footer: bool
    group: str
    """Elements called the same in the same kind of parent: of a list, if their dates differ."""


def in_print(document: Document) -> tuple[Print, ...]:
    """Dates in elements that are called one or hold nothing else: labelled publication first, then by distance.

    Dates that are labelled as those of a change come only where the page prints no other.
    """
    found = sorted(_all(document), key=lambda item: item[:2])[:MAX_FOUND]
    return tuple(printed for *_, printed in found)


def month_comes_first(document: Document) -> bool:
    """Whether 03/04/2025 means the third of April (not) or the fourth of March on this page."""
    return _stated_language(document).startswith("en-us")


def may_write_month_first(document: Document) -> bool:
    """Whether readers might be told the month before the day.

    So it is where the page's language is not stated, or is English of a country that is not known to put the day first.
    """
    language = _stated_language(document)
    return not language or (language.startswith("en") and not language.startswith(_DAY_FIRST_ENGLISH))


def _stated_language(document: Document) -> str:
    """Language and country in the form en-us; from the locale where the page's own attribute names no country."""
    attribute = (document.tree.get("lang") or "").lower().replace("_", "-")
    locale = document.stated("og:locale").lower().replace("_", "-")
    return locale if locale.startswith(f"{attribute}-") or not attribute else attribute


def is_beside_the_article(element: html.HtmlElement, *, besides_footer: bool = False) -> bool:
    """Whether the element belongs to something else on the page: other articles, comments, menus.

    ``besides_footer`` lets pass what is only called a footer, as the foot of an article is too.
    """
    names = [name for name in word_lists.words("beside_article.txt") if not (besides_footer and name == "footer")]
    for ancestor in islice(element.iterancestors(), NEAR):
        if ancestor.tag in {"aside", "nav", "footer", "body"}:
            return bool(ancestor.tag != "body")
        called = tokens_of(ancestor, "class", "id")
        if called and any(name in called for name in names):
            return True
    return False


def _all(document: Document) -> Iterator[tuple[int, int, Print]]:
    names = re.compile("|".join(re.escape(name) for name in word_lists.words("date_elements.txt")))
    month_first = month_comes_first(document)
    found: list[_Found] = []
    for position, element in enumerate(document.body.iter("*")):
        if len(found) >= MAX_ELEMENTS:
            break
        called = tokens_of(element, "class", "id", "itemprop", "data-testid")
        is_named = bool(called) and len(element) <= 12 and names.search(called) is not None
        text, is_opening = (text_of(element), False) if is_named else _own_text(element)
        if not 6 <= len(text) <= date_values.MAX_CHARACTERS:
            continue
        printed = _read(text, month_first=month_first)
        if printed is None:
            continue
        value, label, around = printed
        is_in_footer = is_beside_the_article(element)
        if is_in_footer and (label != "published" or not _may_be_foot_of_article(element, text)):
            continue
        if is_named or label or (around <= BESIDE_DATE and element.tag != "a"):
            where = f"{element.tag} {called[:60]}".strip()
            group = f"{where} in {tokens_of(element.getparent(), 'class', 'id')}"
            found.append(_Found(position, Print(value, label, where), is_named, is_opening, is_in_footer, group))
    if not found:
        return
    headline = _headline(document)
    at = headline or 0
    days: dict[str, set[date]] = {}
    for item in found:
        days.setdefault(item.group, set()).add(item.printed.value.day)
    for item in found:
        # without a name or label, a date is the article's only beside its headline and outside of a list of dates
        distance = item.position - at
        is_listed = len(days[item.group]) > 1
        is_near = headline is not None and abs(distance) <= NEAR_HEADLINE
        is_told = is_near or item.printed.label is not None or (headline is None and item.is_opening)
        if not item.is_named and (is_listed or not is_told):
            continue
        if is_listed and item.group.startswith("a "):
            continue
        rank = {"published": 0, "modified": 3}.get(item.printed.label or "", 1 if item.is_named else 2)
        rank = 4 if item.is_in_footer else rank
        yield rank, 2 * abs(distance) + (distance < 0), replace(item.printed, is_near=is_near)


def _may_be_foot_of_article(element: html.HtmlElement, text: str) -> bool:
    """Whether a labelled date stands in what is only called a footer; one called just a date may be today's."""
    return not is_beside_the_article(element, besides_footer=True) and _BARE_LABEL.match(text) is None


def _headline(document: Document) -> int | None:
    """Number of the element that is the headline: the heading that repeats a title of the page, else the first h1."""
    titles = _titles(document)
    first: int | None = None
    best: tuple[int, bool] | None = None
    headline: int | None = None
    for position, element in enumerate(document.body.iter("*")):
        if element.tag not in _HEADINGS or not (key := letters(text_of(element))):
            continue
        is_first_level = element.tag == "h1"
        if first is None and is_first_level:
            first = position
        # the longest, as the outlet's name is often a heading and a part of the title too
        if key in titles and (best is None or (len(key), is_first_level) > best):
            best, headline = (len(key), is_first_level), position
    return first if headline is None else headline


def _titles(document: Document) -> frozenset[str]:
    """Letters of the page's titles, whole and without what separators set off: the first h1 may be a logo."""
    titles = [document.stated("og:title"), document.element_title]
    pieces = [piece for title in titles for piece in (title, *re.split(r"\s[|–—:·-]\s", title))]
    return frozenset(key for piece in pieces if len(key := letters(piece)) > 10)


def _own_text(element: html.HtmlElement) -> tuple[str, bool]:
    """Text of the element, cut to what stands directly in it if that is short and has a year; and whether it is cut."""
    pieces = [element.text, *(child.tail for child in element)]
    own = " ".join(piece for piece in pieces if piece)
    if len(own) > date_values.MAX_CHARACTERS:
        beginning = squeeze(own[:100])
        opening = _OPENING.match(beginning) or _OPENING_IN_BRACKETS.match(beginning)
        return (opening[1], True) if opening else ("", False)
    if not _YEAR.search(own):
        return "", False
    return (text_of(element) if len(element) <= 3 else squeeze(own)), False


def _read(text: str, *, month_first: bool) -> tuple[DateValue, Literal["published", "modified"] | None, int] | None:
    """The first date of a text that is not labelled as a change, else the first; its label; letters around it."""
    first: tuple[DateValue, Literal["published", "modified"] | None, int] | None = None
    rest = text
    for _ in range(3):
        printed = date_values.printed(rest, month_first=month_first)
        if printed is None:
            break
        label = _label(rest[: printed.start])
        around = len(letters(text)) - (printed.end - printed.start)
        if label != "modified":
            return printed.value, label, around
        first = first or (printed.value, label, around)
        rest = rest[printed.clock_end :]
    return first


def _label(before: str) -> Literal["published", "modified"] | None:
    matches = list(_labels().finditer(before))
    if not matches:
        return None
    return "modified" if matches[-1]["modified"] else "published"


@cache
def _labels() -> re.Pattern[str]:
    def alternatives(name: str) -> str:
        return "|".join(re.escape(word) for word in sorted(word_lists.words(name), key=len, reverse=True))

    return re.compile(
        rf"(?<![^\W\d_])(?:(?P<modified>{alternatives('modified_labels.txt')})"
        rf"|(?P<published>{alternatives('published_labels.txt')}))(?![^\W\d_])",
        re.IGNORECASE,
    )
