"""Who wrote an article: a list of people, or the organisation where no person is named."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from transforms.clean import json_ld, printed_bylines, word_lists
from transforms.clean.byline_names import MAX_AUTHORS, names_in, one_name
from transforms.clean.document import Document
from transforms.clean.json_ld import Node, first_text, plain, types_of
from transforms.clean.printed_bylines import PrintedByline
from transforms.clean.titles import site_names
from transforms.clean.wording import letters

_LATIN = re.compile("[A-Za-zÀ-ɏ]")
_ORGANISATIONS = frozenset({"organization", "newsmediaorganization", "corporation", "newsagency"})
_OTHER_WORKS = frozenset({"webpage", "discussionforumposting", "recipe", "creativework", "howto"})
"""Types of what a page may be about that is no article by its type."""


@dataclass(frozen=True, slots=True)
class AuthorCandidate:
    """The names that one place in the page gives."""

    names: tuple[str, ...]
    origin: str
    where: str


def authors(document: Document) -> tuple[AuthorCandidate, ...]:
    """Candidates, the most trusted first: people in the data, meta, the printed byline, organisations in the data."""
    sites = site_names(document)
    found = [*_from_json_ld(document, sites)]
    if any(candidate.origin == "json-ld" for candidate in found):
        return tuple(_in_full(found, document, sites))
    found = [
        *_from_meta(document, sites),
        *_printed(printed_bylines.in_marked_elements(document, sites)),
        *_from_card(document, sites),
        *found,
    ]
    if not any(candidate.origin != "json-ld organisation" for candidate in found):
        found = [*_printed(printed_bylines.in_other_elements(document, sites)), *found]
    if not found:
        found += _printed(printed_bylines.single_in_markup(document))
    if not found:
        found += _printed(printed_bylines.in_search(document, sites))
    if not found:
        found += _from_meta(document, frozenset(), people_only=False)
    return tuple(found)


def _printed(byline: PrintedByline | None) -> Iterator[AuthorCandidate]:
    if byline is not None:
        yield AuthorCandidate(byline.names, "byline", byline.where)


def _in_full(found: Sequence[AuthorCandidate], document: Document, sites: frozenset[str]) -> Iterator[AuthorCandidate]:
    """Before a single name or an account's name, the full name that meta or print give for it."""
    names = found[0].names
    if len(names) == 1 and " " not in names[0] and _LATIN.search(names[0]):
        others = (
            *_from_meta(document, sites),
            *_printed(printed_bylines.in_marked_elements(document, sites)),
            *_printed(printed_bylines.in_other_elements(document, sites)),
        )
        for other in others:
            if len(other.names) == 1 and letters(names[0]) in {
                letters(part) for part in (other.names[0], *other.names[0].split())
            }:
                yield other
    yield from found


def _from_card(document: Document, sites: frozenset[str]) -> Iterator[AuthorCandidate]:
    """The pairs of label and value for a shared link: ``twitter:label1`` "Written by", ``twitter:data1`` the name."""
    openings = {letters(phrase) for phrase in word_lists.words("byline_openings.txt")}
    for number in ("1", "2"):
        if letters(document.stated(f"twitter:label{number}")) in openings:
            names = tuple(
                name for name in names_in(document.stated(f"twitter:data{number}")) if letters(name) not in sites
            )
            if names:
                yield AuthorCandidate(names, "meta", f"meta twitter:data{number}")


def choose(candidates: Sequence[AuthorCandidate]) -> tuple[str, ...]:
    """Names of the first candidate."""
    return candidates[0].names if candidates else ()


def _from_json_ld(document: Document, sites: frozenset[str]) -> Iterator[AuthorCandidate]:
    others = (
        node
        for node in document.json_ld.nodes[:500]
        if types_of(node) & _OTHER_WORKS and (node.get("headline") or node.get("name"))
    )
    for node in (*document.json_ld.articles[:3], *islice(others, 3)):
        named = list(_authors_of(node, document.json_ld))
        people = tuple(
            dict.fromkeys(
                name
                for name, is_organisation in named
                if not is_organisation and letters(name) not in sites and len(name.split()) <= 6
            )
        )
        where = f"JSON-LD {'/'.join(sorted(types_of(node)))} author"
        if people:
            yield AuthorCandidate(people[:MAX_AUTHORS], "json-ld", where)
            return
        if organisations := tuple(dict.fromkeys(name for name, _ in named if letters(name))):
            yield AuthorCandidate(organisations[:MAX_AUTHORS], "json-ld organisation", where)
            return


def _authors_of(node: Node, data: json_ld.JsonLd) -> Iterator[tuple[str, bool]]:
    for key in ("author", "creator"):
        if node.get(key):
            found = list(_named(node[key], data, 0))
            if found:
                yield from found
                return


def _named(value: object, data: json_ld.JsonLd, depth: int) -> Iterator[tuple[str, bool]]:
    if depth > 4:
        return
    if isinstance(value, list):
        for item in value[:MAX_AUTHORS]:
            yield from _named(item, data, depth + 1)
    elif isinstance(value, str):
        text = value.strip()
        if text in data.by_id:
            yield from _named(data.by_id[text], data, depth + 1)
        elif text[:1] in {"[", "{"} and (inner := json_ld.parse(text)) is not None and not isinstance(inner, str):
            yield from _named(inner, data, depth + 1)
        else:
            yield from ((name, False) for name in names_in(text))
    elif isinstance(value, dict):
        yield from _of_node(value, data, depth)


def _of_node(node: Node, data: json_ld.JsonLd, depth: int) -> Iterator[tuple[str, bool]]:
    name = node.get("name")
    reference = node.get("@id")
    if not name and isinstance(reference, str) and data.by_id.get(reference) not in (None, node):
        yield from _named(data.by_id[reference], data, depth + 1)
        return
    if isinstance(name, list | dict):
        yield from _named(name, data, depth + 1)
        return
    if not name:
        name = " ".join(first_text(node.get(key)) for key in ("givenName", "additionalName", "familyName")).strip()
    if not isinstance(name, str):
        return
    if types_of(node) & _ORGANISATIONS:
        if organisation := one_name(plain(name)):
            yield organisation, True
        return
    yield from ((person, False) for person in names_in(name))


def _from_meta(document: Document, sites: frozenset[str], *, people_only: bool = True) -> Iterator[AuthorCandidate]:
    for key in word_lists.words("author_names.txt"):
        names = [name for value in document.meta.get(key, ())[:MAX_AUTHORS] for name in names_in(value)]
        people = tuple(dict.fromkeys(name for name in names if not people_only or _is_person(name, sites)))
        if people:
            yield AuthorCandidate(people[:MAX_AUTHORS], "meta", f"meta {key}")
            return


def _is_person(name: str, sites: frozenset[str]) -> bool:
    """Two words at least, or a script in which that says nothing; not the site, not a picture's credit."""
    if letters(name) in sites or len(name) > 60 or re.search(r"[(){}<>]", name):
        return False
    return " " in name or not _LATIN.search(name)
