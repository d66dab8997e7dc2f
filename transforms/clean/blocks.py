"""The text blocks of a page as its elements cut them, with what the elements around say about each."""

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import islice

from lxml import html

from transforms.clean import word_lists
from transforms.clean.document import text_of, tokens_of
from transforms.clean.wording import letters

MAX_BLOCK = 6_000
"""Characters; longer ones are pages in one element, which say nothing about structure."""
NEAR = 7
_BLOCK_TAGS = (
    "p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption", "div", "span", "blockquote", "td", "dd", "dt",
    "pre", "section", "article", "main",
)  # fmt: skip
_CONTAINERS = frozenset({"div", "section", "article", "main", "blockquote", "li", "td", "dd"})
_INNER = frozenset(
    {
        "p", "div", "ul", "ol", "dl", "table", "section", "article", "aside", "h1", "h2", "h3", "h4", "h5", "h6",
        "figure", "blockquote", "form", "header", "main",
    }
)  # fmt: skip
_INLINE_PARENTS = frozenset(
    {
        "p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "span", "a", "figcaption", "strong", "em", "b", "i", "div",
        "td", "button", "label",
    }
)  # fmt: skip
_NOT_SHOWN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
SUBHEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})


class Block:
    """One block of text; what is costly to know is found out when asked for."""

    def __init__(self, position: int, element: html.HtmlElement, text: str, key: str) -> None:
        self.position = position
        """Place among the page's blocks, from 0."""
        self.element = element
        self.text = text
        self.key = key
        """Letters of the text, for comparison."""
        self.tag: str = element.tag

    @cached_property
    def link_density(self) -> float:
        """Share of the letters that stand in links, 0 to 1."""
        if any(ancestor.tag == "a" for ancestor in islice(self.element.iterancestors(), NEAR)):
            return 1.0
        linked = sum(len(letters(text_of(link))) for link in self.element.iter("a"))
        return min(1.0, linked / len(self.key))

    @cached_property
    def is_furniture(self) -> bool:
        """Whether its element, or one close around it, is named for something else than the article's text."""
        names = word_lists.words("furniture.txt")
        if self.tag == "figcaption" or _is_named(self.element, names):
            return True
        for distance, ancestor in enumerate(islice(self.element.iterancestors(), NEAR)):
            if ancestor.tag in {"figcaption", "figure", "nav", "footer"}:
                return True
            if distance < 3 and (ancestor.tag == "aside" or _is_named(ancestor, names)):
                return True
        return False

    @cached_property
    def is_hidden(self) -> bool:
        """Whether the page itself, not a style sheet, says that it is not shown."""
        return _says_hidden(self.element) or any(_says_hidden(ancestor) for ancestor in self.element.iterancestors())

    @cached_property
    def is_bold(self) -> bool:
        """Whether all of its letters stand in one bold element."""
        return any(letters(text_of(bold)) == self.key for bold in islice(self.element.iter("strong", "b"), 2))

    def names(self, depth: int = 3) -> Iterator[str]:
        """What the builder calls the element and those close around it, in lower case."""
        yield tokens_of(self.element, "class", "id", "data-testid", "itemprop")
        for ancestor in islice(self.element.iterancestors(), depth - 1):
            yield tokens_of(ancestor, "class", "id", "data-testid", "itemprop")

    def is_inside(self, *tags: str) -> bool:
        """Whether an element of these tags is around it."""
        return any(ancestor.tag in tags for ancestor in self.element.iterancestors())

    def signature(self) -> tuple[str, str] | None:
        """Tag and class of the parent; None where the parent has no class."""
        parent = self.element.getparent()
        if parent is None or not parent.get("class"):
            return None
        return parent.tag, parent.get("class")


def blocks(body: html.HtmlElement) -> list[Block]:
    """Every block with at least three letters, in document order."""
    found: list[Block] = []
    for element in body.iter(*_BLOCK_TAGS):
        if element.tag in _CONTAINERS:
            if any(child.tag in _INNER for child in element):
                continue
        elif element.tag == "span":
            parent = element.getparent()
            if parent is None or parent.tag in _INLINE_PARENTS:
                continue
        text = text_of(element)
        if not text or len(text) > MAX_BLOCK:
            continue
        key = letters(text)
        if len(key) >= 3:
            found.append(Block(len(found), element, text, key))
    return found


def _is_named(element: html.HtmlElement, names: tuple[str, ...]) -> bool:
    called = tokens_of(element, "class", "id")
    return bool(called) and any(name in called for name in names)


def _says_hidden(element: html.HtmlElement) -> bool:
    style = element.get("style")
    return element.get("hidden") is not None or (style is not None and bool(_NOT_SHOWN.search(style)))
