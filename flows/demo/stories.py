"""The articles of the demo, read from ``articles/OUTLET/DAY-SLUG.md``: a TOML head between ``+++`` and a body.

The body is paragraphs separated by blank lines; a line that begins with ``## `` is a sub-heading. An article that
names ``wire`` prints the agency text of that name from ``articles/northlink`` instead of a body of its own.
"""

import functools
import tomllib
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal

from flows.demo.outlets import Outlet

_FENCE = "+++\n"
_AGENCY_FOLDER = "northlink"

Kind = Literal["report", "wall", "live"]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or a sub-heading, as plain text."""

    text: str
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """One article as its newsroom wrote it; ``published`` and ``modified`` carry the outlet's own UTC offset."""

    slug: str
    title: str
    summary: str
    authors: tuple[str, ...]
    published: datetime
    modified: datetime
    section: str
    tags: tuple[str, ...]
    caption: str
    kind: Kind
    language: str
    number: int | None
    related: tuple[str, ...]
    blocks: tuple[Block, ...]

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The body's paragraphs without its sub-headings."""
        return tuple(block.text for block in self.blocks if not block.is_heading)


@functools.cache
def stories_of(outlet: Outlet) -> tuple[Story, ...]:
    """Every article of an outlet, the oldest one first."""
    folder = _articles() / outlet.folder
    stories = [_story(entry) for entry in folder.iterdir() if entry.name.endswith(".md")]
    return tuple(sorted(stories, key=lambda story: (story.published, story.slug)))


def _articles() -> Traversable:
    return files("flows.demo") / "articles"


def _story(entry: Traversable) -> Story:
    slug = entry.name.removesuffix(".md")[len("2026-03-02-") :]
    return parse_story(slug, entry.read_text(encoding="utf-8"))


def parse_story(slug: str, source: str) -> Story:
    """Story from the text of its file.

    Raises:
        ValueError: the head is missing or is not TOML.
        KeyError: the head lacks a required key.
    """
    before, head, body = source.split(_FENCE, 2)
    if before:
        raise ValueError(f"{slug}: the file must begin with its head")
    keys: dict[str, Any] = tomllib.loads(head)
    blocks = _blocks(body)
    if "wire" in keys:
        wire = _articles() / _AGENCY_FOLDER / f"{keys['wire']}.md"
        blocks = _blocks(wire.read_text(encoding="utf-8"))[: keys.get("wire_paragraphs")]
    return Story(
        slug=slug,
        title=keys["title"],
        summary=keys["summary"],
        authors=tuple(keys["authors"]),
        published=keys["published"],
        modified=keys.get("modified", keys["published"]),
        section=keys["section"],
        tags=tuple(keys.get("tags", ())),
        caption=keys["caption"],
        kind=keys.get("kind", "report"),
        language=keys.get("language", "en"),
        number=keys.get("number"),
        related=tuple(keys.get("related", ())),
        blocks=blocks,
    )


def _blocks(body: str) -> tuple[Block, ...]:
    pieces = (" ".join(piece.split()) for piece in body.split("\n\n"))
    return tuple(Block(piece.removeprefix("## "), is_heading=piece.startswith("## ")) for piece in pieces if piece)
