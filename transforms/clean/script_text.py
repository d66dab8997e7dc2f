"""The article's text on pages that have it only in the data of their scripts, from which a browser would build it."""

import json
import re
from collections.abc import Iterable, Iterator

from lxml import etree, html

from transforms.clean.blocks import Block, blocks
from transforms.clean.wording import letters, squeeze

MIN_CHARACTERS = 400
"""Of a string as written; a shorter one is a summary."""
MAX_CHARACTERS = 2_000_000
"""Of all scripts together; the rest is not read."""
MAX_STRINGS = 200
MIN_PROSE = 0.75
"""Share of a text's characters that are letters, digits or spaces; code and addresses have less."""
MAX_WORD = 25
"""Characters of the mean word; encoded data has longer ones, scripts without spaces are let pass by their letters."""
_STRING = re.compile(r'"(?:[^"\\\n]++|\\.)*+"')
_MARKUP = re.compile(r"<(?:p|br|div|h[1-6])\b", re.IGNORECASE)


def paragraphs(scripts: Iterable[str]) -> list[Block] | list[str]:
    """The longest text that is one string in the scripts: its blocks where it is markup, else its lines; often none."""
    best: tuple[int, list[Block] | list[str]] = (0, [])
    for string in _strings(scripts):
        found = _of_markup(string) if _MARKUP.search(string) else _of_text(string)
        size = sum(len(letters(piece if isinstance(piece, str) else piece.text)) for piece in found)
        if size > best[0]:
            best = size, found
    return best[1]


def _strings(scripts: Iterable[str]) -> Iterator[str]:
    """Long string literals, and those in strings that are themselves data."""
    left, read = MAX_CHARACTERS, 0
    for script in scripts:
        for literal in _long_literals(script[:left]):
            for string in _decoded(literal):
                yield string
                read += 1
                if read >= MAX_STRINGS:
                    return
        left -= len(script)
        if left <= 0:
            return


def _decoded(literal: str) -> Iterator[str]:
    string = _value(literal)
    if '":"' not in string:
        yield string
        return
    for inner in _long_literals(string):
        yield _value(inner)


def _long_literals(code: str) -> Iterator[str]:
    return (match[0] for match in _STRING.finditer(code) if match.end() - match.start() > MIN_CHARACTERS)


def _value(literal: str) -> str:
    try:
        value = json.loads(literal, strict=False)
    except ValueError:  # an escape that only scripts know: no data
        return ""
    return value if isinstance(value, str) else ""


def _of_markup(markup: str) -> list[Block]:
    try:
        tree = html.document_fromstring(markup)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return []
    etree.strip_elements(tree, "script", "style", "figure", "figcaption", etree.Comment, with_tail=False)
    found = [block for block in blocks(tree) if not block.is_furniture]
    return found if _is_prose(" ".join(block.text for block in found)) else []


def _of_text(text: str) -> list[str]:
    return [line for written in text.split("\n") if (line := squeeze(written))] if _is_prose(text) else []


def _is_prose(text: str) -> bool:
    if len(letters(text)) < MIN_CHARACTERS // 2:
        return False
    plain = sum(character.isalnum() or character.isspace() for character in text)
    spaces = text.count(" ") + text.count("\n")
    wordless = text.isascii() and len(text) > MAX_WORD * (spaces + 1)
    return plain >= MIN_PROSE * len(text) and not wordless
