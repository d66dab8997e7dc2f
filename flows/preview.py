"""``newslake clean PAGE``: one page, every candidate, and what won."""

import mimetypes
from pathlib import Path

from rich.console import Console
from rich.text import Text

from flows.clean_pages import PageCleaner, page_cleaner
from flows.console import grid, standard_console
from flows.fetch.results import Failure
from flows.fetch.single import fetch_one
from flows.fetch.web.fetcher import PAGE_TYPES
from flows.fetch.web.http_settings import HttpSettings
from flows.settings import Settings
from transforms.clean import Article, Inspection, Page
from transforms.clean.decode import MAX_BYTES


def preview_page(
    target: str, settings: Settings, hosts: Path | None = None, cleaner: PageCleaner | None = None
) -> None:
    """Print what cleaning makes of a file or URL, under the limits that a run has; nothing is stored.

    Args:
        target: Path of a file, or an address.
        settings: For the requests.
        hosts: Folder with what is known of hosts, if there is one.
        cleaner: What cleans; by default this process's own.

    Raises:
        OSError: the file cannot be read or the page not fetched; the message says why.
    """
    page = _fetched(target, settings, hosts) if target.startswith(("http://", "https://")) else _read(Path(target))
    print_inspection(standard_console(), (cleaner or page_cleaner()).inspect(page))


def _fetched(url: str, settings: Settings, hosts: Path | None) -> Page:
    match fetch_one(url, HttpSettings(user_agent=settings.user_agent), accepted=PAGE_TYPES, hosts=hosts):
        case Failure(kind=kind, detail=detail):
            raise OSError(f"{url} was not fetched: {kind}: {detail}")
        case answer:
            return Page(url, answer.final_url, answer.body, answer.content_type, answer.headers)


def _read(path: Path) -> Page:
    url = path.resolve().as_uri()
    with path.open("rb") as file:
        body = file.read(MAX_BYTES + 1)  # one more than cleaning takes, so that it says so itself
    return Page(url, url, body, mimetypes.guess_type(path.name)[0], {})


def print_inspection(console: Console, inspection: Inspection) -> None:
    """The outcome, the candidates with the winners marked, and the text."""
    result = inspection.result
    if not isinstance(result, Article):
        refusal = f"REJECTED stage clean, reason {result.reason}" + (f": {result.detail}" if result.detail else "")
        console.print(Text(refusal), soft_wrap=True)
        return
    console.print(Text(f"charset: {inspection.charset} ({inspection.charset_origin})"))
    if inspection.candidates:
        rows = [
            ["→" if candidate.won else "", candidate.field, candidate.origin, candidate.value, candidate.where]
            for candidate in inspection.candidates
        ]
        console.print(grid(("", "field", "origin", "value", "where"), rows))
    console.print()
    facts = {
        "title": result.title,
        "authors": ", ".join(result.authors),
        "published": f"{result.published} ({result.published_origin})" if result.published else None,
        "dateline": result.dateline_place,
        "agency": result.agency,
        "publisher": result.publisher,
        "language": result.language,
        "canonical URL": result.canonical_url,
        "access": result.access,
        "licence": result.licence_url,
        "terms of reuse": result.terms_url,
        "rights held by": result.copyright_holder,
        "live blog": "yes" if result.is_live_blog else None,
        "encoding faults": ", ".join(result.encoding_faults),
        "words": str(result.word_count),
        "headings": "; ".join(heading.of(result.text) for heading in result.headings),
    }
    console.print(grid(("", ""), [[name, value] for name, value in facts.items() if value]))
    console.print()
    console.print(Text(result.text))
