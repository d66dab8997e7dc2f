"""Who wrote an article: a list of people, or the organisation where no person is named."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

from trafilatura.metadata import extract_author

from transforms.clean import json_ld, word_lists
from transforms.clean.document import Document, text_of, tokens_of
from transforms.clean.json_ld import Node, first_text, plain, types_of
from transforms.clean.titles import site_names
from transforms.clean.wording import letters, squeeze

MAX_AUTHORS = 20
MAX_NAME = 80
_ORGANISATIONS = frozenset({"organization", "newsmediaorganization", "corporation", "newsagency"})
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\S+")
_BRACKETS = re.compile(r"\s*\([^()]{0,60}\)\s*$")
_SPLIT = re.compile(r"\s*(?:;|\||\n|•|·|/|&|\+|,(?!\s*(?:Jr|Sr|PhD|MD|M\.D|Ph\.D|III?)\b))\s*")
_LATIN = re.compile("[A-Za-zÀ-ɏ]")
_DIGITS_ONLY = re.compile(r"[\d\W_]+")
_BYLINES = (
    './/*[@rel="author"]',
    './/*[@itemprop="author"]//*[@itemprop="name"]',
    './/*[@itemprop="author"]',
    (
        './/*[contains(concat(" ",@class," ")," author-name ") or contains(@class,"authorName")'
        ' or contains(@class,"author__name") or contains(@class,"byline__name") or contains(@class,"byline-name")'
        ' or contains(@class,"article-author") or contains(@class,"article__author")]'
    ),
    './/*[contains(@class,"byline") or contains(@data-testid,"byline") or contains(@data-component,"byline")]',
    (
        './/a[contains(@href,"/author/") or contains(@href,"/authors/") or contains(@href,"/autor/")'
        ' or contains(@href,"/autoren/")]'
    ),
    './/*[@class="author" or contains(@class,"autor") or @id="author"]',
)


@dataclass(frozen=True, slots=True)
class AuthorCandidate:
    """The names that one place in the page gives."""

    names: tuple[str, ...]
    origin: str
    where: str


def authors(document: Document) -> tuple[AuthorCandidate, ...]:
    """Candidates, the most trusted first: people in the data, organisations in the data, meta, the printed byline."""
    sites = site_names(document)
    found = [*_from_json_ld(document, sites)]
    people = [candidate for candidate in found if candidate.origin == "json-ld"]
    if not people:
        found = [*_from_meta(document, sites), *_from_print(document, sites), *found]
    if not found:
        found += _from_search(document, sites)
    if not found:
        found += _from_meta(document, frozenset(), people_only=False)
    return tuple(found)


def choose(candidates: Sequence[AuthorCandidate]) -> tuple[str, ...]:
    """Names of the first candidate."""
    return candidates[0].names if candidates else ()


def names_in(byline: str) -> tuple[str, ...]:
    """The names of a byline without introductory words, roles, dates and addresses, each once."""
    text = plain(byline)
    if not text or text.startswith(("http://", "https://")):
        return ()
    found: dict[str, str] = {}
    for piece in _SPLIT.split(_conjunctions().sub(";", text[:1000])):
        if found and _roles().search(piece):
            continue  # what the one before is, not who
        name = _name(piece)
        if 1 < len(name) <= MAX_NAME and not _DIGITS_ONLY.fullmatch(name):
            found.setdefault(name.casefold(), name)
    return tuple(found.values())[:MAX_AUTHORS]


def _name(piece: str) -> str:
    name = _ADDRESS.sub("", squeeze(piece)).strip()
    name = _introduction().sub("", name).lstrip("@")
    if len(name) > 25:
        name = _BRACKETS.sub("", name)
    name = re.sub(r"\s*\([a-zäöü.]{2,5}\)$", "", name)
    before_role = _roles().split(name, maxsplit=1)[0]
    name = before_role if len(before_role.split()) > 1 else name
    return name.strip(" ,;:|-–—•·.'\"") if not name.endswith((" Jr.", " Sr.")) else name.strip(" ,;:|-–—•·")


@cache
def _introduction() -> re.Pattern[str]:
    phrases = sorted(word_lists.words("byline_openings.txt"), key=len, reverse=True)
    alternatives = "|".join(re.escape(phrase) for phrase in phrases)
    return re.compile(rf"^(?:(?:{alternatives})(?:\s*:\s*|\s+))+", re.IGNORECASE)


@cache
def _conjunctions() -> re.Pattern[str]:
    alternatives = "|".join(re.escape(word) for word in word_lists.words("name_conjunctions.txt"))
    # as written: "A" and "I" between names are initials
    return re.compile(rf"\s(?:{alternatives})\s")


@cache
def _roles() -> re.Pattern[str]:
    alternatives = "|".join(re.escape(word) for word in word_lists.words("roles.txt"))
    return re.compile(rf"(?<![^\W\d_])(?:{alternatives})(?![^\W\d_])", re.IGNORECASE)


def _from_json_ld(document: Document, sites: frozenset[str]) -> Iterator[AuthorCandidate]:
    for node in document.json_ld.articles[:3]:
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
        if organisation := _name(plain(name)):
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


def _from_print(document: Document, sites: frozenset[str]) -> Iterator[AuthorCandidate]:
    beside = word_lists.words("beside_article.txt")
    stop_words = word_lists.words("not_in_names.txt")
    for path in _BYLINES:
        names: list[str] = []
        for element in document.body.xpath(path)[:8]:
            text = squeeze(element.get("content") or text_of(element))
            if not text or len(text) > 120:
                continue
            if any(
                ancestor.tag in {"aside", "footer", "nav"}
                or any(name in tokens_of(ancestor, "class", "id") for name in beside)
                for ancestor in islice(element.iterancestors(), 6)
            ):
                continue
            names += [name for name in names_in(text) if _is_printed_name(name, sites, stop_words)]
            if names and "rel=" not in path:
                break
        if names:
            yield AuthorCandidate(tuple(dict.fromkeys(names))[:6], "byline", path)
            return


def _from_search(document: Document, sites: frozenset[str]) -> Iterator[AuthorCandidate]:
    """What trafilatura's patterns for bylines find where ours find nothing."""
    try:
        found = extract_author(document.tree)
    except Exception:  # noqa: BLE001 - a foreign parser fails in ways nobody can list; no author is a fair answer
        return
    names = tuple(name for piece in (found or "").split("; ") for name in names_in(piece) if letters(name) not in sites)
    if names:
        yield AuthorCandidate(tuple(dict.fromkeys(names))[:MAX_AUTHORS], "byline", "search of the page")


def _is_printed_name(name: str, sites: frozenset[str], stop_words: Sequence[str]) -> bool:
    words = name.split()
    folded = name.casefold()
    return (
        2 <= len(words) <= 5
        and letters(name) not in sites
        and not any(character.isdigit() for character in name)
        and not any(word in folded for word in stop_words)
        and (name[0].isupper() or not name.isascii())
    )
