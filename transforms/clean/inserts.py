"""What a page's elements show to be inserted into or put behind an article's text: captions, boxes, other articles."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import islice

from lxml import html

from transforms.clean import word_lists
from transforms.clean.document import tokens_of
from transforms.clean.lines import Line, length

MIN_MAIN_SHARE = 0.5
"""Share of the letters that one element has to hold for what stands in others to be other articles."""
MIN_KEPT = 0.25
"""Share of the text below which the inserts are taken to be the text."""
NEAR = 6


def without_inserts(lines: list[Line]) -> list[Line]:
    """Lines that are no caption, not in a box of background and not in other articles."""
    known: dict[html.HtmlElement, bool] = {}
    kept = [line for line in _without_other_articles(lines) if not _is_inserted(line, known)]
    return kept if len(kept) == len(lines) or length(kept) >= MIN_KEPT * length(lines) else lines


def _without_other_articles(lines: Sequence[Line]) -> Sequence[Line]:
    """Lines that are not in ``article`` elements with a linked headline, beside the one that has most of them.

    Such an element points to another article; others are sections, questions with answers, posts of a live page.
    """
    within = [None if line.block is None else next(line.block.element.iterancestors("article"), None) for line in lines]
    held: Counter[html.HtmlElement | None] = Counter()
    for line, article in zip(lines, within, strict=True):
        if line.block is not None:
            held[article] += len(line.key)
    if len(held) <= 1:
        return lines
    main, most = held.most_common(1)[0]
    if most < MIN_MAIN_SHARE * held.total():
        return lines
    others = {article for article in held if article is not None and article is not main and _is_teaser(article)}
    return [line for line, article in zip(lines, within, strict=True) if article not in others] if others else lines


def _is_teaser(article: html.HtmlElement) -> bool:
    headline = next(article.iter("h1", "h2", "h3", "h4", "h5", "h6"), None)
    if headline is None:
        return False
    links = (*headline.iter("a"), *headline.iterancestors("a"))
    return any((link.get("href") or "#")[0] != "#" for link in links)


def _is_inserted(line: Line, known: dict[html.HtmlElement, bool]) -> bool:
    """``known``: elements that were looked at, and whether they are inserts."""
    if line.block is None:
        return False
    element = line.block.element
    for near in (element, *islice(element.iterancestors(), NEAR)):
        if near not in known:
            known[near] = _is_insert(near)
        if known[near]:
            return True
    return False


def _is_insert(element: html.HtmlElement) -> bool:
    if element.tag in {"article", "main", "body", "html"}:
        return False
    names = tokens_of(element, "class")
    return element.tag == "figcaption" or (bool(names) and _box().search(names) is not None)


@cache
def _box() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(name) for name in word_lists.words("box_elements.txt")))
