"""An article's headline, without the name of the site."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from transforms.clean.document import Document, text_of
from transforms.clean.json_ld import first_text, types_of
from transforms.clean.urls import site_name
from transforms.clean.wording import letters, squeeze, tokens

WEIGHTS = {"json-ld": 1.5, "h1": 1.15, "og": 0.8, "feed": 0.6, "meta": 0.3, "title-element": 0.3}
"""Votes of the places a headline stands in; equal wordings add up. Fitted on 700 pages with known headlines."""
PREFERENCE = ("og", "json-ld", "h1", "meta", "title-element", "feed")
"""Whose writing is taken where places agree but for case and marks, and no writing is more frequent."""
MAX_CHARACTERS = 500
SITE_NAME_LENGTH = 45
"""Longest tail after a separator that can be a site's name."""

_SEPARATOR = re.compile(r"\s+[|–—·•»«›:\-‐/]+\s+|\s*[|ㅣ｜]\s*")
_SITE_TYPES = frozenset({"organization", "newsmediaorganization", "website", "corporation"})


@dataclass(frozen=True, slots=True)
class TitleCandidate:
    """A headline and where it stands; ``value`` is without the site's name."""

    value: str
    origin: str
    where: str


def titles(document: Document, item_title: str | None) -> tuple[TitleCandidate, ...]:
    """Every headline that the page or the feed offers."""
    article = document.json_ld.article
    raw = [
        (first_text(article.get("headline")) or first_text(article.get("name")), "json-ld", "JSON-LD headline"),
        (document.stated("og:title"), "og", "meta og:title"),
        (document.stated("twitter:title"), "meta", "meta twitter:title"),
        (document.element_title, "title-element", "title"),
        (squeeze(item_title), "feed", "feed item"),
    ]
    stated = [(value, origin, where) for value, origin, where in raw if value]
    sites = site_names(document)
    if headline := _headline(document, [value for value, _, _ in stated], sites):
        stated.append((headline, "h1", "h1"))
    found: list[TitleCandidate] = []
    for value, origin, where in stated:
        others = {letters(other) for other, _, _ in stated if other != value}
        stripped = without_site(value[:MAX_CHARACTERS], sites, others)
        found.append(TitleCandidate(stripped, origin, where))
    return tuple(found)


def choose(candidates: Sequence[TitleCandidate]) -> TitleCandidate | None:
    """The wording with most votes, in the writing that most of its places use."""
    votes: dict[str, float] = {}
    for candidate in candidates:
        wording = letters(candidate.value)
        votes[wording] = votes.get(wording, 0.0) + WEIGHTS[candidate.origin]
    votes.pop("", None)
    if not votes:
        return None
    best = max(votes, key=lambda wording: votes[wording])
    agreeing = [candidate for candidate in candidates if letters(candidate.value) == best]
    writings = Counter(candidate.value for candidate in agreeing)
    return min(agreeing, key=lambda candidate: (-writings[candidate.value], PREFERENCE.index(candidate.origin)))


def site_names(document: Document) -> frozenset[str]:
    """Letters of everything the page calls its site."""
    host = site_name(document.address) or site_name(document.canonical or "")
    names = [
        document.stated("og:site_name"),
        document.stated("application-name"),
        document.stated("twitter:site").lstrip("@"),
        host,
        host.rsplit(".", 1)[0],
        host.split(".")[0],
    ]
    names += [first_text(node.get("name")) for node in document.json_ld.nodes[:500] if types_of(node) & _SITE_TYPES]
    names += _after_headline(document)
    return frozenset(key for name in names if (key := letters(name)))


def _after_headline(document: Document) -> list[str]:
    """What the title element adds behind a headline that stands on the page as well."""
    title = document.element_title[:MAX_CHARACTERS]
    headlines = {letters(document.stated("og:title"))}
    headlines |= {letters(text_of(element)) for element in list(document.body.iter("h1"))[:20]}
    return [
        title[separator.end() :]
        for separator in _SEPARATOR.finditer(title)
        if len(title) - separator.end() < SITE_NAME_LENGTH and letters(title[: separator.start()]) in headlines
    ]


def without_site(title: str, sites: Iterable[str], others: Iterable[str]) -> str:
    """The title without a site's name before or after it; ``others`` are letters of the page's other titles."""
    names, known = frozenset(sites), frozenset(others)
    separators = list(_SEPARATOR.finditer(title))
    for separator in reversed(separators):
        head, tail = title[: separator.start()].strip(), title[separator.end() :]
        if not head:
            continue
        if len(tail) < SITE_NAME_LENGTH and _is_site(letters(tail), names):
            return without_site(head, names, known)
        if len(letters(head)) > 10 and letters(head) in known:
            return head
    if separators and letters(title[: separators[0].start()]) in names:
        return title[separators[0].end() :].strip()
    return title


def _is_site(tail: str, names: frozenset[str]) -> bool:
    return not tail or tail in names or any(name in tail for name in names if len(name) > 3)


def _headline(document: Document, stated: Sequence[str], sites: frozenset[str]) -> str:
    """The h1 that is most like what the page states; a site's name in an h1 is no headline."""
    found = [text for element in list(document.body.iter("h1"))[:20] if (text := text_of(element))]
    found = [text for text in found if letters(text) not in sites and len(text) <= MAX_CHARACTERS]
    if not found:
        return ""
    if not stated:
        return found[0]
    likeness = {text: max(_likeness(text, other) for other in stated) for text in found}
    best = max(found, key=lambda text: likeness[text])
    return best if likeness[best] >= 0.3 or len(found) == 1 else ""


def _likeness(one: str, other: str) -> float:
    first, second = Counter(tokens(one)), Counter(tokens(other))
    total = first.total() + second.total()
    return 2 * (first & second).total() / total if total else 0.0
