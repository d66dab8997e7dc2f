"""The standfirst: the summary that a page prints above the body, which extractors of the body often miss."""

import re
from collections.abc import Iterable, Sequence
from functools import cache

from transforms.clean import word_lists
from transforms.clean.blocks import Block
from transforms.clean.document import Document
from transforms.clean.json_ld import first_text
from transforms.clean.wording import letters

MIN_LETTERS = 25
MAX_CHARACTERS = 900
MAX_BLOCKS_AFTER_HEADLINE = 40


def descriptions(document: Document) -> tuple[str, ...]:
    """What the page says the article is about; a standfirst is one of these that is also printed."""
    article = document.json_ld.article
    stated = [
        first_text(article.get("description")),
        first_text(article.get("alternativeHeadline")),
        document.stated("og:description"),
        document.stated("description"),
        document.stated("twitter:description"),
    ]
    return tuple(dict.fromkeys(text for text in stated if len(letters(text)) >= MIN_LETTERS))


def find(blocks: Sequence[Block], first: int | None, stated: Iterable[str], titles: frozenset[str]) -> Block | None:
    """The block above position ``first`` that equals what the page states, else one after the headline named for it.

    ``first`` is where the extracted body begins (None: unknown); ``titles`` are letters of the headlines.
    """
    keys = [letters(text) for text in stated]
    above = [block for block in blocks if first is None or block.position <= first]
    headline = max((block.position for block in above if block.tag == "h1"), default=None)
    named: Block | None = None
    for block in above:
        if len(block.key) < MIN_LETTERS or len(block.text) > MAX_CHARACTERS or block.key in titles:
            continue
        matches = any(_is_same(block.key, key) for key in keys)
        follows = (
            named is None
            and first is not None
            and headline is not None
            and headline < block.position < headline + MAX_BLOCKS_AFTER_HEADLINE
            and is_named_lead(block)
        )
        if not (matches or follows):
            continue
        if block.is_inside("nav", "footer", "aside", "figure") or block.link_density > 0.5:
            continue
        if matches:
            return block
        named = block
    return named


def is_named_lead(block: Block) -> bool:
    """Whether the builder calls the element, or one close around it, a standfirst."""
    return any(_named().search(name) for name in block.names())


def _is_same(block: str, stated: str) -> bool:
    if block == stated:
        return True
    # descriptions are cut for search engines, or go on where the standfirst ends
    beginning = max(40, len(stated) * 4 // 5)
    return len(stated) > 40 and (
        block.startswith(stated[:beginning]) or stated.startswith(block) or stated[:60] in block
    )


@cache
def _named() -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in word_lists.words("lead_elements.txt"))
    return re.compile(rf"(?:^|[\s_-])(?:{names})(?:$|[\s_-])")
