"""Small parts for the tests of lake and catalogue, and processes that write them."""

import random
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from transforms.identity import content_hash
from transforms.schemas import ARTICLES, FETCHES, RAW_PAGES, REJECTS
from warehouse.catalogue import Catalogue, KnownUrl
from warehouse.home import Home
from warehouse.lake import Lake
from warehouse.parts import Part, PartFile

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PART = Part(DAY, "harbour-courier", 0)


def raw_pages(part: Part = PART, count: int = 3, word: str = "harbour") -> pa.Table:
    """Pages whose bodies hold the word."""
    return RAW_PAGES.rows(
        [
            {
                "page_id": f"page-{part.name}-{number}",
                "source": part.source,
                "url": url_of(part, number),
                "final_url": url_of(part, number),
                "redirects": ["https://courier.example/old"],
                "status": 200,
                "headers": [("content-type", "text/html"), ("etag", f'"{number}"')],
                "body": f"<p>{word} {number}</p>".encode(),
                "content_hash": content_hash(f"<p>{word} {number}</p>".encode()),
                "observed_at": NOON,
                "part": part.name,
            }
            for number in range(count)
        ]
    )


def url_of(part: Part, number: int) -> str:
    """URL of a page of ``raw_pages``."""
    return f"https://{part.source}.example/{part.day}/{part.number}/{number}"


def known_of(part: Part, count: int = 3) -> list[KnownUrl]:
    """What ``commit_fetch`` is told of those pages."""
    return [KnownUrl(url_of(part, n), f"page-{part.name}-{n}", part.source, NOON) for n in range(count)]


def rejects(part: Part = PART, count: int = 1, reason: str = "no-text", tool: str = "clean 1") -> pa.Table:
    """Pages that gave no article."""
    return REJECTS.rows(
        [
            {
                "page_id": f"page-{part.name}-{number}",
                "source": part.source,
                "url": url_of(part, number),
                "stage": "clean",
                "reason": reason,
                "observed_at": NOON,
                "part": part.name,
                "tool": tool,
            }
            for number in range(count)
        ]
    )


def articles(part: Part = PART, count: int = 2, word: str = "harbour", tool: str = "clean 1") -> pa.Table:
    """Articles whose texts hold the word."""
    return ARTICLES.rows(
        [
            {
                "article_id": f"article-{number}",
                "page_id": f"page-{part.name}-{number}",
                "source": part.source,
                "url": url_of(part, number),
                "canonical_url": url_of(part, number),
                "authors": ["Ada Quay"],
                "published_at": NOON,
                "published_date": DAY,
                "text": f"The {word} opens. Nº {number} – café",
                "headings": [{"start": 0, "end": 3}],
                "is_live_blog": False,
                "word_count": 5,
                "text_hash": content_hash(f"{word} {number}".encode()),
                "observed_at": NOON,
                "part": part.name,
                "tool": tool,
            }
            for number in range(count)
        ]
    )


def fetch_part(home: Home, catalogue: Catalogue, part: Part = PART, count: int = 3) -> tuple[PartFile, ...]:
    """Write and commit a part of raw pages."""
    tables = {"raw_pages": raw_pages(part, count), "fetches": FETCHES.rows([])}
    files = Lake(home.lake).write_step(part, "fetch", tables, "fetch 1")
    catalogue.commit_fetch(part, files, "fetch 1", "run", known_of(part, count))
    return files


def clean_part(home: Home, catalogue: Catalogue, part: Part = PART, word: str = "harbour") -> tuple[PartFile, ...]:
    """Write and commit what clean made of it: two articles and a reject."""
    tables = {"articles": articles(part, word=word), "rejects": rejects(part)}
    generation = catalogue.next_generation(part)
    files = Lake(home.lake).write_step(part, "clean", tables, "clean 1", generation=generation)
    catalogue.commit_step(part, "clean", files, "clean 1", "run")
    return files


def write_parts(root: Path, source: str, count: int) -> None:
    """Fetch and clean that many parts, one after the other. Runs in a process of its own."""
    home = Home(root)
    with Catalogue.open(home.catalogue_url) as catalogue:
        for _ in range(count):
            part = Part(DAY, source, catalogue.next_number(DAY, source))
            fetch_part(home, catalogue, part)
            clean_part(home, catalogue, part)


def write_until_killed(root: Path, source: str, seed: int) -> None:
    """Fetch parts, and clean them again and again in an order drawn from the seed. Runs in a process of its own."""
    choice = random.Random(seed)
    home = Home(root)
    with Catalogue.open(home.catalogue_url) as catalogue:
        while True:
            number = catalogue.next_number(DAY, source)
            if number == 0 or choice.random() < 0.5:
                fetch_part(home, catalogue, Part(DAY, source, number))
            else:
                clean_part(home, catalogue, Part(DAY, source, choice.randrange(number)), word=str(choice.random()))
