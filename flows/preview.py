"""``newslake clean PAGE``: one page, every candidate, and what won."""

from pathlib import Path

from rich.console import Console
from rich.text import Text

from flows.console import grid, standard_console
from flows.plain_run import now
from flows.settings import Settings
from transforms.clean import Article, Inspection, Page, inspect_page


def preview_page(target: str, settings: Settings) -> None:
    """Print what cleaning makes of a file or URL; nothing is stored."""
    print_inspection(standard_console(), inspect_page(_page_of(target, settings)))


def _page_of(target: str, settings: Settings) -> Page:
    if target.startswith(("http://", "https://")):
        from flows.fetch.page import fetch_page

        return fetch_page(target, settings, now)
    from flows.fetch.files import read_page

    return read_page(Path(target))


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
