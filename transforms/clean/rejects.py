"""Pages that yield no article, told by conservative rules: an article lost is worse than a list kept."""

import re
from collections.abc import Sequence
from functools import cache
from urllib.parse import urlsplit

from transforms.clean import word_lists
from transforms.clean.body import Body
from transforms.clean.document import Document
from transforms.clean.json_ld import types_of
from transforms.clean.records import Reject
from transforms.clean.wording import squeeze, word_count

MIN_WORDS = 15
"""A news flash has 20 to 30 words."""
WALL_WORDS = 100
"""Text before a wall that the page states itself; a longer teaser is kept, as paywalled."""
UNSTATED_WALL_WORDS = 60
ERROR_WORDS = 200
CONSENT_WORDS = 300
LINK_LINES = 0.5
RUNNING = 100
"""Letters of a paragraph; the teasers of a front page are shorter, or links."""

_LIST_TYPES = frozenset({"collectionpage", "itemlist", "searchresultspage", "profilepage"})


def of_page(document: Document, body: Body, title: str | None, access: str | None) -> Reject | None:
    """Why an HTML page is no article; None for one."""
    text = "\n".join(line.text for line in body.lines)
    words = word_count(text)
    says_article = bool(document.json_ld.articles)
    titles = [written for written in (document.element_title, title) if written]
    if not says_article and words < ERROR_WORDS and (phrase := _title_of(titles, "error_titles.txt")):
        return Reject("error-page", f"title: {phrase}")
    if not says_article and (reject := _consent(body, words, titles)):
        return reject
    if reject := _wall(document, text, words, access):
        return reject
    if not says_article and (reject := _list(document, body)):
        return reject
    return _shortage(document, words)


def of_text(words: int) -> Reject | None:
    """Why a plain text is no article; None for one."""
    if words == 0:
        return Reject("empty", "no words")
    return Reject("too-short", f"{words} words, at least {MIN_WORDS}") if words < MIN_WORDS else None


def _shortage(document: Document, words: int) -> Reject | None:
    # A video with a description as long as a news flash is kept: labelled data has such pages as articles
    if words < MIN_WORDS and (video := _video(document)):
        return Reject("video-stub", f"{video}, {words} words shown")
    if words == 0:
        seen = word_count(squeeze(document.body.text_content()))
        if seen == 0:
            return Reject("empty", "nothing to read on the page")
        return Reject("no-text", f"none of the page's {seen} words reads like an article")
    return of_text(words)


def _title_of(titles: Sequence[str], name: str) -> str | None:
    """The title that is, or begins with, one of the phrases; case and marks do not count."""
    for title in titles:
        folded = re.sub(r"[^\w ]+", " ", title.casefold())
        folded = re.sub(r"\s+", " ", folded).strip()
        for phrase in word_lists.words(name):
            if folded == phrase or (folded.startswith(phrase + " ") and len(folded) < len(phrase) + 40):
                return title
    return None


def _consent(body: Body, words: int, titles: Sequence[str]) -> Reject | None:
    if words >= CONSENT_WORDS:
        return None
    if phrase := _title_of(titles, "consent_titles.txt"):
        return Reject("consent", f"title: {phrase}")
    total = sum(len(line.key) for line in body.lines)
    about = sum(len(line.key) for line in body.lines if _pattern("consent_phrases.txt").search(line.text.casefold()))
    return Reject("consent", "most of the text is about cookies or consent") if total and about > total / 2 else None


def _wall(document: Document, text: str, words: int, access: str | None) -> Reject | None:
    if access == "paywalled" and words < WALL_WORDS:
        return Reject("wall", f"stated as not free, {words} words shown")
    if words >= UNSTATED_WALL_WORDS:
        return None
    shown = text if words else squeeze(document.body.text_content())[:3000]
    match = _pattern("wall_phrases.txt").search(shown.casefold())
    return Reject("wall", f"“{match[0]}”, {words} words shown") if match else None


def _list(document: Document, body: Body) -> Reject | None:
    if document.stated("og:type").lower() == "article":
        return None
    if document.address.startswith("http") and _path(document.address) == "" and not _reads_on(body):
        return Reject("list-page", "front page")
    if body.link_lines > LINK_LINES:
        return Reject("list-page", f"{body.link_lines:.0%} of the text are links")
    kinds = {kind for node in document.json_ld.nodes[:200] for kind in types_of(node)}
    if kinds & _LIST_TYPES and body.link_lines > LINK_LINES / 2:
        return Reject("list-page", f"stated as {', '.join(sorted(kinds & _LIST_TYPES))}")
    return None


def _video(document: Document) -> str | None:
    """How the page says that it is about a video: https://ogp.me/#type_video and https://schema.org/VideoObject."""
    if (kind := document.stated("og:type").lower()).startswith("video"):
        return f"og:type {kind}"
    if any("videoobject" in types_of(node) for node in document.json_ld.nodes[:200]):
        return "stated as VideoObject"
    return "a video element" if document.body.find(".//video") is not None else None


def _reads_on(body: Body) -> bool:
    """Whether most of the text is in paragraphs, as on a page of somebody who has only this one."""
    total = sum(len(line.key) for line in body.lines)
    running = sum(
        len(line.key)
        for line in body.lines
        if len(line.key) > RUNNING and (not line.block or line.block.link_density < 0.3)
    )
    return running > total / 2


def _path(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return "?"
    return parts.path.strip("/") + parts.query


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(phrase) for phrase in word_lists.words(name)))
