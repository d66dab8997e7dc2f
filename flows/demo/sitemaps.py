"""Sitemaps by the sitemaps.org protocol, with Google's news extension, and the index of them."""

from collections.abc import Sequence
from datetime import datetime

from flows.demo.stories import Story
from flows.demo.templates import Markup, each, fill


def sitemap(pages: Sequence[tuple[str, datetime]]) -> Markup:
    """A plain sitemap of addresses and their last changes."""
    entries = each("<url><loc>$url</loc><lastmod>$changed</lastmod></url>", _rows(pages))
    return fill("sitemap.xml", entries=entries)


def sitemap_index(maps: Sequence[tuple[str, datetime]]) -> Markup:
    """An index of sitemaps and their last changes."""
    entries = each("<sitemap><loc>$url</loc><lastmod>$changed</lastmod></sitemap>", _rows(maps))
    return fill("sitemap-index.xml", entries=entries)


def news_sitemap(publication: str, articles: Sequence[tuple[str, Story]]) -> Markup:
    """A news sitemap: addresses with publication, language, date and title."""
    rows = [
        {
            "url": url,
            "publication": publication,
            "language": story.language,
            "published": story.published.isoformat(),
            "title": story.title,
            "changed": story.modified.isoformat(),
        }
        for url, story in articles
    ]
    entries = each(
        "<url><loc>$url</loc><lastmod>$changed</lastmod><news:news>"
        "<news:publication><news:name>$publication</news:name><news:language>$language</news:language>"
        "</news:publication><news:publication_date>$published</news:publication_date>"
        "<news:title>$title</news:title></news:news></url>",
        rows,
    )
    return fill("sitemap.xml", entries=entries)


def _rows(pages: Sequence[tuple[str, datetime]]) -> list[dict[str, str]]:
    return [{"url": url, "changed": changed.isoformat()} for url, changed in pages]
