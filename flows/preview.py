"""``newslake clean PAGE``: one page, every candidate, and what won."""

import mimetypes
from pathlib import Path

from rich.console import Console
from rich.text import Text

from flows.console import grid, standard_console
from flows.fetch.results import Failure
from flows.fetch.single import fetch_one
from flows.fetch.web.fetcher import PAGE_TYPES
from flows.fetch.web.http_settings import HttpSettings
from flows.settings import Settings
from transforms.clean import Article, Inspection, Page, inspect_page


def preview_page(target: str, settings: Settings, hosts: Path | None = None) -> None:
    """Print what cleaning makes of a file or URL; nothing is stored.

    Raises:
        OSError: the file cannot be read or the page not fetched; the message says why.
    """
    page = _fetched(target, settings, hosts) if target.startswith(("http://", "https://")) else _read(Path(target))
    print_inspection(standard_console(), inspect_page(page))


def _fetched(url: str, settings: Settings, hosts: Path | None) -> Page:
    match fetch_one(url, HttpSettings(user_agent=settings.user_agent), accepted=PAGE_TYPES, hosts=hosts):
        case Failure(kind=kind, detail=detail):
            raise OSError(f"{url} was not fetched: {kind}: {detail}")
        case answer:
            return Page(url, answer.final_url, answer.body, answer.content_type, answer.headers)


def _read(path: Path) -> Page:
    url = path.resolve().as_uri()
    return Page(url, url, path.read_bytes(), mimetypes.guess_type(path.name)[0], {})


def print_inspection(console: Console, inspection: Inspection) -> None:
    """The outcome, the candidates with the winners marked, and the text."""
    result = inspection.result
    console.print(Text(f"charset: {inspection.charset} ({inspection.charset_origin})"))
    if inspection.candidates:
        rows = [
            ["→" if candidate.won else "", candidate.field, candidate.origin, candidate.value, candidate.where]
            for candidate in inspection.candidates
        ]
        console.print(grid(("", "field", "origin", "value", "where"), rows))
    console.print()
    if not isinstance(result, Article):
        console.print(Text(f"REJECTED {result.reason}" + (f": {result.detail}" if result.detail else "")))
        return
    facts = {
        "title": result.title,
        "authors": ", ".join(result.authors),
        "published": f"{result.published} ({result.published_origin})" if result.published else None,
        "dateline": result.dateline_place,
        "agency": result.agency,
        "publisher": result.publisher,
        "language": result.language,
        "canonical URL": result.canonical_url,
        "words": str(result.word_count),
        "headings": "; ".join(heading.of(result.text) for heading in result.headings),
    }
    console.print(grid(("", ""), [[name, value] for name, value in facts.items() if value]))
    console.print()
    console.print(Text(result.text))
