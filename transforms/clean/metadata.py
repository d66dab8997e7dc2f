"""What a page states beside headline, date and byline: outlet, section, tags, picture."""

import re
from collections.abc import Iterable, Mapping

from transforms.clean import urls
from transforms.clean.document import Document
from transforms.clean.json_ld import first_text, plain, types_of
from transforms.clean.wording import squeeze

MAX_TAGS = 50
MAX_TAG = 100
MAX_NAME = 200


def publisher(document: Document) -> str | None:
    """Name of the outlet, as the page states it."""
    for node in document.json_ld.articles[:2]:
        stated = node.get("publisher")
        if isinstance(stated, list):
            stated = stated[0] if stated else None
        if isinstance(stated, Mapping) and not stated.get("name") and isinstance(stated.get("@id"), str):
            stated = document.json_ld.by_id.get(stated["@id"])
        name = first_text(stated.get("name")) if isinstance(stated, Mapping) else first_text(stated)
        if name and not name.startswith("http"):
            return name[:MAX_NAME]
    return document.stated("og:site_name", "application-name", "dc.publisher", "publisher")[:MAX_NAME] or None


def section(document: Document) -> str | None:
    """Section or category: the first one stated."""
    stated = first_text(document.json_ld.article.get("articleSection"))
    stated = stated or document.stated("article:section", "parsely-section", "section", "category")
    return stated[:MAX_NAME] or None


def tags(document: Document) -> tuple[str, ...]:
    """Keywords, each once, as the most specific place that states any gives them."""
    places: Iterable[list[object]] = (
        _listed(document.json_ld.article.get("keywords")),
        [*document.meta.get("news_keywords", [])],
        [*document.meta.get("article:tag", [])],
        [*document.meta.get("parsely-tags", [])],
        [*document.meta.get("keywords", [])],
    )
    for place in places:
        found: dict[str, str] = {}
        for value in place[:MAX_TAGS]:
            text = plain(value) if isinstance(value, str) else first_text(value)
            for piece in re.split(r"[,;\n]", text):
                tag = squeeze(piece)
                if 1 < len(tag) <= MAX_TAG:
                    found.setdefault(tag.casefold(), tag)
        if found:
            return tuple(found.values())[:MAX_TAGS]
    return ()


def image(document: Document) -> str | None:
    """Address of the main picture."""
    stated = document.json_ld.article.get("image")
    if isinstance(stated, list):
        stated = stated[0] if stated else None
    if isinstance(stated, Mapping):
        if not stated.get("url") and isinstance(stated.get("@id"), str):
            stated = document.json_ld.by_id.get(stated["@id"], stated)
        stated = stated.get("url") or stated.get("contentUrl")
    for written in (document.stated("og:image", "og:image:url"), first_text(stated), document.stated("twitter:image")):
        if written and (address := urls.absolute(written, document)):
            return address
    return None


def is_live_blog(document: Document) -> bool:
    """Whether the page's article is stated to be a live blog."""
    return "liveblogposting" in types_of(document.json_ld.article) or any(
        "liveblogposting" in types_of(node) for node in document.json_ld.articles[:2]
    )


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value] if value else []
