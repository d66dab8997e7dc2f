"""Bylines that a page prints, where no data names its authors."""

import re
from dataclasses import dataclass
from itertools import islice

from lxml import html
from trafilatura.metadata import extract_author

from transforms.clean import word_lists
from transforms.clean.byline_names import MAX_AUTHORS, names_in
from transforms.clean.document import Document, tokens_of
from transforms.clean.wording import letters, squeeze

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
    ".//address",
)
_CALLED = re.compile(r"author|autor|auteur|byline|wrote|written|verfasser|redakteur|(?<![a-z])by(?![a-z])")
"""Parts of class names and ids of elements that print who wrote."""
_LINE = re.compile(
    r"(?:by|written by|words by|von|text von|ein beitrag von|par|por|escrito por|door)\s*:?\s+(.+)", re.IGNORECASE
)
_PARTICLES = frozenset(
    (
        "von",
        "van",
        "de",
        "der",
        "den",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "du",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "y",
        "zu",
    )
)
MAX_LINE = 60
MAX_BYLINE = 120


@dataclass(frozen=True, slots=True)
class PrintedByline:
    """Names and the place in the page that prints them."""

    names: tuple[str, ...]
    where: str


def in_marked_elements(document: Document, sites: frozenset[str]) -> PrintedByline | None:
    """The byline in the first element that is marked or called one; ``sites`` are letters of the site's own names."""
    for path in _BYLINES:
        names: list[str] = []
        for element in document.body.xpath(path)[:8]:
            text = element.get("content") or _apart(element)
            if not text or len(text) > MAX_BYLINE or _is_beside(element):
                continue
            names += [name for name in names_in(text) if _is_name(name, sites)]
            if names and "rel=" not in path:
                break
        if names:
            return PrintedByline(tuple(dict.fromkeys(names))[:6], path)
    return None


def in_other_elements(document: Document, sites: frozenset[str]) -> PrintedByline | None:
    """A byline where the page only hints at it: in how it calls an element, or by the word before the name."""
    called_one: PrintedByline | None = None
    for element in document.body.iter("*"):
        if element.tag in {"option", "script", "label", "input"}:
            continue
        names_of_element = tokens_of(element, "class", "id", "data-testid")
        is_called = bool(names_of_element) and called_one is None and _CALLED.search(names_of_element) is not None
        line = _LINE.fullmatch(own) if (own := _own_text(element)) else None
        if not (is_called or line):
            continue
        text = _apart(element) if is_called and line is None else own
        if not text or len(text) > MAX_BYLINE or _is_beside(element):
            continue
        names = names_in(text)
        if not names or not all(_is_strictly_name(name, sites) for name in names):
            continue
        if line is not None:
            return PrintedByline(names[:6], f"{element.tag} that begins with by")
        called_one = PrintedByline(names[:6], f"{element.tag} {names_of_element[:60]}")
    return called_one


def single_in_markup(document: Document) -> PrintedByline | None:
    """A single word, or the site itself, where the markup says that it is the author: for want of a full name."""
    for path in ('.//*[@itemprop="author"]', './/*[@rel="author"]', './/*[contains(@class,"author vcard")]'):
        for element in document.body.xpath(path)[:3]:
            names = names_in(element.get("content") or _apart(element))
            if names and len(names[0]) <= 40 and not _is_beside(element):
                return PrintedByline(names[:6], path)
    return None


def in_search(document: Document, sites: frozenset[str]) -> PrintedByline | None:
    """What trafilatura's patterns for bylines find where ours find nothing."""
    try:
        found = extract_author(document.tree)
    except Exception:  # noqa: BLE001 - a foreign parser fails in ways nobody can list; no author is a fair answer
        return None
    names = tuple(name for piece in (found or "").split("; ") for name in names_in(piece) if letters(name) not in sites)
    return PrintedByline(tuple(dict.fromkeys(names))[:MAX_AUTHORS], "search of the page") if names else None


def _apart(element: html.HtmlElement) -> str:
    """Text of an element, one line for each piece that touches the one before: what looks apart is no one name."""
    pieces: list[str] = []
    length = 0
    for piece in element.itertext():
        if not piece:
            continue
        if pieces and not piece[0].isspace() and not pieces[-1][-1].isspace():
            pieces.append("\n")
        pieces.append(piece)
        length += len(piece)
        if length > 4 * MAX_BYLINE:
            break
    lines = "".join(pieces).split("\n")
    return "\n".join(line for written in lines if (line := squeeze(written)))


def _own_text(element: html.HtmlElement) -> str:
    own = " ".join(piece for piece in (element.text, *(child.tail for child in element)) if piece)
    return squeeze(own) if len(own) < 4 * MAX_LINE and len(own := squeeze(own)) <= MAX_LINE else ""


def _is_beside(element: html.HtmlElement) -> bool:
    beside = word_lists.words("beside_article.txt")
    return any(
        ancestor.tag in {"aside", "footer", "nav"} or any(name in tokens_of(ancestor, "class", "id") for name in beside)
        for ancestor in islice(element.iterancestors(), 6)
    )


def _is_name(name: str, sites: frozenset[str]) -> bool:
    words = name.split()
    folded = name.casefold()
    return (
        2 <= len(words) <= 5
        and letters(name) not in sites
        and not any(character.isdigit() for character in name)
        and not any(word in folded for word in word_lists.words("not_in_names.txt"))
        and (name[0].isupper() or not name.isascii())
    )


def _is_strictly_name(name: str, sites: frozenset[str]) -> bool:
    """Also every word a capital one but for particles, and none with a mark that names do not have."""
    return (
        _is_name(name, sites)
        and all(word[0].isupper() or word in _PARTICLES or not word[0].isascii() for word in name.split())
        and not re.search(r"[:!?©…(){}<>]", name)
        and len(name) <= 40
    )
