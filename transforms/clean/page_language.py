"""The language of a page before it is cleaned: a guess that is cheap enough for every page of an archive."""

import html
import re

from transforms.clean.decode import decode
from transforms.clean.language import detect
from transforms.clean.records import Reject

READ_BYTES = 1_000_000
"""Of a page; texts begin far earlier."""
MOST_TEXT = 10_000
"""Characters of paragraphs that are collected."""
ENOUGH = 200
"""Characters of paragraphs below which the page's other text counts as well."""
MOST_PIECES = 2_000
_CODE = re.compile(r"<(script|style|noscript|svg|template|head|!--)(?=[\s/>]|(?<=--))", re.IGNORECASE)
_CODE_END = {
    name: re.compile(rf"</{name}\s*>", re.IGNORECASE)
    for name in ("script", "style", "noscript", "svg", "template", "head")
} | {"!--": re.compile("-->")}
_PARAGRAPH = re.compile(r"<p[\s>]", re.IGNORECASE)
_PARAGRAPH_END = re.compile(r"</p\s*>|<(?:p|div|section|article|ul|ol|table|h[1-6])[\s>]", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,5000}>")


def page_language(body: bytes, content_type: str | None) -> str | None:
    """ISO 639-1 code of the page's longest paragraphs; None where it has hardly any text, or none that can be read."""
    decoded = decode(body[:READ_BYTES], content_type)
    if isinstance(decoded, Reject):
        return None
    if decoded.kind == "text":
        return detect(decoded.text)
    page = _without_code(decoded.text)
    paragraphs = _paragraphs(page)
    if sum(map(len, paragraphs)) >= ENOUGH:
        return detect(" ".join(sorted(paragraphs, key=len, reverse=True)))
    return detect(" ".join((*paragraphs, _words(page[: 10 * MOST_TEXT]))))


def _without_code(page: str) -> str:
    """The page without what is no text. What is never closed is kept, and looked for once: one pass."""
    kept: list[str] = []
    never_closed: set[str] = set()
    position = 0
    while (start := _CODE.search(page, position)) is not None:
        kept.append(page[position : start.start()])
        name = start[1].lower()
        end = None if name in never_closed else _CODE_END[name].search(page, start.end())
        if end is None:
            never_closed.add(name)
        position = start.end() if end is None else end.end()
    return " ".join((*kept, page[position:]))


def _paragraphs(page: str) -> list[str]:
    found: list[str] = []
    length = 0
    for number, start in enumerate(_PARAGRAPH.finditer(page)):
        if number >= MOST_PIECES or length >= MOST_TEXT:
            break
        end = _PARAGRAPH_END.search(page, start.end(), start.end() + MOST_TEXT)
        words = _words(page[page.find(">", start.start()) + 1 : end.start() if end else start.end() + MOST_TEXT])
        found.append(words)
        length += len(words)
    return found


def _words(markup: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())
