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
    kept = [line for line in _without_other_articles(lines) if not _is_inserted(line)]
    return kept if length(kept) >= MIN_KEPT * length(lines) else lines


def _without_other_articles(lines: Sequence[Line]) -> Sequence[Line]:
    """Lines that are not in ``article`` elements with a linked headline, beside the one that has most of them.

    Such an element points to another article; others are sections, questions with answers, posts of a live page.
    """
    placed = [line for line in lines if line.block is not None]
    held: Counter[html.HtmlElement | None] = Counter()
    for line in placed:
        held[_article_of(line)] += len(line.key)
    if len(held) <= 1:
        return lines
    main, most = held.most_common(1)[0]
    if most < MIN_MAIN_SHARE * length(placed):
        return lines
    others = {article for article in held if article is not None and article is not main and _is_teaser(article)}
    return [line for line in lines if line.block is None or _article_of(line) not in others] if others else lines


def _is_teaser(article: html.HtmlElement) -> bool:
    headline = next(article.iter("h1", "h2", "h3", "h4", "h5", "h6"), None)
    if headline is None:
        return False
    links = (*headline.iter("a"), *(around for around in headline.iterancestors() if around.tag == "a"))
    return any((link.get("href") or "#")[0] != "#" for link in links)


def _article_of(line: Line) -> html.HtmlElement | None:
    if line.block is None:
        return None
    return next(line.block.element.iterancestors("article"), None)


def _is_inserted(line: Line) -> bool:
    if line.block is None:
        return False
    element = line.block.element
    around = (element, *islice(element.iterancestors(), NEAR))
    return any(
        near.tag == "figcaption" or ((names := tokens_of(near, "class")) and _box().search(names) is not None)
        for near in around
        if near.tag not in {"article", "main", "body", "html"}
    )


@cache
def _box() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(name) for name in word_lists.words("box_elements.txt")))
