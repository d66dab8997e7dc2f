"""An article that is plain text: a local file or an agency's wire."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from transforms.clean import agencies, byline_names, date_values, datelines
from transforms.clean.date_values import DateValue
from transforms.clean.datelines import Dateline
from transforms.clean.wording import letters, repaired, squeeze

MAX_BLOCKS = 20_000
WRAPPED_LINE = 45
"""Characters; lines of a paragraph that are all longer were wrapped at a column, shorter ones end where they end."""
HEADLINE_WORDS = 16
HEADLINE_CHARACTERS = 120
TITLE_CASE_SHARE = 0.6

_BLANK = re.compile(r"\n[ \t]*\n")
_HEADER_LINE = re.compile(r"([A-Za-zÄÖÜäöü]{2,15}(?: [A-Za-z]{2,10})?)\s?:\s(.{1,500})")
_HEADER_FIELDS = {
    "title": "title",
    "headline": "title",
    "titel": "title",
    "subject": "title",
    "date": "date",
    "published": "date",
    "published on": "date",
    "datum": "date",
    "author": "authors",
    "authors": "authors",
    "by": "authors",
    "byline": "authors",
    "autor": "authors",
    "url": "url",
    "link": "url",
    "source": "source",
    "publisher": "source",
    "place": "place",
    "location": "place",
}
_BYLINE = re.compile(r"(?:By|BY|Von|Par|Por)\s[A-ZÀ-Þ][^.!?]{2,80}")


@dataclass(frozen=True, slots=True)
class PlainText:
    """What a plain text says about itself, and its blocks."""

    title: str | None
    authors: tuple[str, ...]
    header_date: DateValue | None
    url: str | None
    publisher: str | None
    place: str | None
    dateline: Dateline | None
    agency: str | None
    """The one that signs the text at its end; a line that is no more than that is no block."""
    blocks: tuple[str, ...]
    headings: frozenset[int]
    """Numbers of the blocks that are sub-headings."""


def read(text: str) -> PlainText:
    """The text cut into blocks; header lines, a headline and a byline at the top are taken off."""
    blocks = _blocks(text)
    header, blocks = _header(blocks)
    title = header.get("title")
    if (
        title is None
        and len(blocks) > 1
        and _may_be_headline(blocks[0])
        and (_BYLINE.fullmatch(blocks[1]) or not _may_be_headline(blocks[1], strict=True))
    ):
        title, blocks = blocks[0], blocks[1:]
    names = byline_names.names_in(header["authors"]) if "authors" in header else ()
    if not names and len(blocks) > 1 and _BYLINE.fullmatch(blocks[0]):
        names, blocks = byline_names.names_in(blocks[0]), blocks[1:]
    dateline = datelines.read(blocks[0]) if blocks else None
    if dateline is not None and dateline.is_header:
        beginning = blocks[0][dateline.end :].strip()
        blocks = [beginning, *blocks[1:]] if beginning else blocks[1:]
        second = datelines.read(blocks[0]) if blocks else None
        if second is not None and not second.is_header:
            dateline = Dateline(
                dateline.place or second.place, second.agency, dateline.date or second.date, 0, is_header=True
            )
    agency = agencies.signed(blocks[-1]) or agencies.closing(blocks[-1]) if blocks else None
    if len(blocks) > 1 and agencies.signed(blocks[-1]):
        blocks = blocks[:-1]
    header_date = date_values.from_data(header["date"]) if "date" in header else None
    place = header.get("place")
    return PlainText(
        title=title,
        authors=names,
        header_date=header_date,
        url=header.get("url"),
        publisher=header.get("source"),
        place=place,
        dateline=dateline,
        agency=agency,
        blocks=tuple(blocks),
        headings=headings(blocks),
    )


def headings(blocks: Sequence[str]) -> frozenset[int]:
    """Numbers of the blocks that are bare headlines: between others, short, no sentence, before a paragraph."""
    return frozenset(
        at
        for at in range(len(blocks) - 1)
        if _may_be_headline(blocks[at], strict=True) and not _may_be_headline(blocks[at + 1], strict=True)
    )


def _may_be_headline(block: str, *, strict: bool = False) -> bool:
    """Whether a block by itself looks like a headline; ``strict`` asks for title case or capitals."""
    words = re.findall(r"[^\W\d_][\w'’.-]*", block)
    if not 1 < len(words) <= HEADLINE_WORDS or len(block) > HEADLINE_CHARACTERS:
        return False
    if block.rstrip("\"'”’»)")[-1:] in ".!?:;,…" or block[0] in "\"'“„«-–—•*(" or block[-1] in '”"»':
        return False
    if not (block[0].isupper() or block[0].isdigit()):
        return False
    long_words = [word for word in words if len(word) > 3]
    capitals = sum(word[0].isupper() for word in long_words)
    return not strict or (bool(long_words) and capitals >= TITLE_CASE_SHARE * len(long_words))


def _blocks(text: str) -> list[str]:
    lines_end_paragraphs = not _BLANK.search(text.strip())
    found: list[str] = []
    for piece in text.split("\n") if lines_end_paragraphs else _BLANK.split(text):
        lines = [squeezed for line in piece.split("\n") if (squeezed := squeeze(line))]
        if lines_end_paragraphs or all(len(line) >= WRAPPED_LINE for line in lines[:-1]):
            lines = [" ".join(lines)]
        found += [repaired(line) for line in lines if letters(line)]
        if len(found) > MAX_BLOCKS:
            break
    return found


def _header(blocks: list[str]) -> tuple[dict[str, str], list[str]]:
    """Lines such as ``Title: …`` at the top, by the field they give, and the blocks after them."""
    fields: dict[str, str] = {}
    rest = list(blocks)
    while rest and (match := _HEADER_LINE.fullmatch(rest[0])):
        field = _HEADER_FIELDS.get(match[1].lower())
        if field is None or (field == "date" and not _only_a_date(match[2])):
            break
        fields.setdefault(field, match[2].strip())
        rest = rest[1:]
    return fields, rest


def _only_a_date(written: str) -> bool:
    return len(written) <= 60 and date_values.from_data(written) is not None and not written.rstrip().endswith(".")
