"""The article's text: what trafilatura finds, corrected by the page's own structure and data."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import trafilatura
from lxml import html
from trafilatura.settings import Document as ExtractedDocument

from transforms.clean import agencies, article_body, body_scope, inserts, json_ld, junk_lines, lead, script_text
from transforms.clean.blocks import SUBHEADINGS, Block, blocks
from transforms.clean.document import Document
from transforms.clean.lines import Line, length
from transforms.clean.records import Reject
from transforms.clean.wording import containment, letters, shingles, squeeze, tokens

MIN_ARTICLE_BODY = 200
"""Characters; a shorter ``articleBody`` is a summary."""
MAX_HEADING_WORDS = 20
MAX_COMPARED_ELEMENTS = 8_000
"""Larger pages are not given to trafilatura's fall-back extractors."""
OPENING_LINES = 4
"""Lines among which headline and date may stand."""
MIN_PARAGRAPH = 50
"""Letters; a shorter line may be repeated, as a speaker's name is."""
MIN_RUNNING_TEXT = 40
"""Letters of a block that counts as running text."""
MIN_FOUND = 250
"""Letters; less than this makes other extractors worth asking."""
MIN_FOUND_SHARE = 0.6
"""Letters of an extracted text to those of the page's running text, below which it is doubted."""
MAX_FOUND_SHARE = 1.3
"""The same above which it is doubted: much of it is short or links, or the page is not built of blocks."""
MIN_KEPT = 0.2
"""Share of the text below which what looks like junk is taken to be the text: a page of credits, say."""

MIN_STATED_BY_ELEMENTS = 600
"""Letters; where less is found, the text may be in the page's scripts."""
MIN_SCRIPT_GAIN = 1.5
"""Letters of a text in scripts to those found, for it to be believed."""

Method = Literal["elements", "elements and siblings", "filtered by data", "data"]


@dataclass(frozen=True, slots=True)
class Body:
    """Blocks of the text in order, the standfirst among them, and how they were found."""

    lines: tuple[Line, ...]
    lead: str | None
    method: Method
    link_lines: float
    """Share of the extracted letters that stand in lines of links, before filtering: a sign of list pages."""
    agency: str | None
    """News agency that signs the text at its end."""


def extract(document: Document, titles: Iterable[str], names: Iterable[str] = ()) -> Body | Reject:
    """The text of a page; ``titles`` are its headlines and ``names`` its authors, which the text does not repeat."""
    name_keys = frozenset(letters(name) for name in names)
    title_keys = frozenset(key for title in titles if (key := letters(title)))
    page_blocks = blocks(document.body)
    extracted = _extracted(document, page_blocks)
    if isinstance(extracted, Reject):
        return extracted
    lines = _aligned(extracted, page_blocks)
    if length(lines) < MIN_STATED_BY_ELEMENTS and (stated_lines := _by_scripts(document, lines)):
        lines = stated_lines
    lines = _once(lines)
    link_lines = _share_of_link_lines(lines)
    lines, completed = body_scope.with_siblings(lines, page_blocks)
    lines = body_scope.with_siblings_between(lines, page_blocks)
    method: Method = "elements and siblings" if completed else "elements"
    stated = lead.descriptions(document)
    first = next(
        (line.block.position for line in lines if line.block and len(line.key) > 40 and line.block.tag != "h1"), None
    )
    standfirst = lead.find(page_blocks, first, stated, title_keys)
    intro = _Intro(frozenset(letters(text) for text in stated), standfirst.key if standfirst else "")
    stated_text = max(
        (json_ld.plain(node.get("articleBody")) for node in document.json_ld.articles), key=len, default=""
    )
    if len(stated_text) >= MIN_ARTICLE_BODY:
        lines, method = _by_article_body(lines, stated_text, intro, method)
        if method == "data":
            lines = _aligned(_lines_of(article_body.paragraphs(stated_text, page_blocks)), page_blocks)
    elif len(lines) > 3:
        lines = body_scope.within_core(lines, intro.is_intro)
    lines = inserts.without_inserts(_without_tail(lines))
    agency = agencies.signature(lines, page_blocks)
    lines = _without_junk(lines, title_keys, name_keys, trusted=method in {"filtered by data", "data"})
    if len(lines) > 1 and agencies.signed(lines[-1].text):
        lines = lines[:-1]
    printed_lead = None
    if standfirst is not None and not junk_lines.is_junk(standfirst.text):
        printed_lead = junk_lines.without_notes(standfirst.text)
        if not _contains(lines, standfirst):
            lines = [Line(standfirst.text, standfirst.key, standfirst, is_heading=False), *lines]
    return Body(
        tuple(replace(line, text=junk_lines.without_notes(line.text)) for line in lines),
        printed_lead,
        method,
        link_lines,
        agency,
    )


@dataclass(frozen=True, slots=True)
class _Intro:
    descriptions: frozenset[str]
    standfirst: str

    def is_intro(self, line: Line) -> bool:
        """Whether a line before the body belongs to the article: it is what the page says the article is about."""
        if line.key == self.standfirst and line.key:
            return True
        if any(
            line.key == stated or (len(stated) > 40 and (stated.startswith(line.key) or stated[:60] in line.key))
            for stated in self.descriptions
        ):
            return True
        return line.block is not None and lead.is_named_lead(line.block)


def _extracted(document: Document, page_blocks: Sequence[Block]) -> list[Line] | Reject:
    """Lines that trafilatura finds; by its own rules, and compared with other extractors where these find little.

    The comparison costs half as much again, changes one page of thirty, and takes time by the square of the page.
    """
    found = _by_trafilatura(document, compared=False)
    if isinstance(found, Reject) or document.elements > MAX_COMPARED_ELEMENTS:
        return found
    running = sum(
        len(block.key) for block in page_blocks if len(block.key) >= MIN_RUNNING_TEXT and block.link_density < 0.5
    )
    if length(found) >= MIN_FOUND and MIN_FOUND_SHARE * running <= length(found) <= MAX_FOUND_SHARE * running:
        return found
    return _by_trafilatura(document, compared=True)


def _by_trafilatura(document: Document, *, compared: bool) -> list[Line] | Reject:
    url = document.address if document.address.startswith("http") else None
    try:
        # Comments are not the article; deduplication would keep state across pages
        extracted = trafilatura.bare_extraction(
            document.tree, url=url, fast=not compared, include_comments=False, deduplicate=False
        )
    except Exception as error:  # noqa: BLE001 - hostile markup makes a foreign parser fail in ways nobody can list
        return Reject("extractor-failed", f"{type(error).__name__}: {error}"[:500])
    if not isinstance(extracted, ExtractedDocument) or extracted.body is None:
        return []
    headings = {letters(squeeze("".join(map(str, element.itertext())))) for element in extracted.body.iter("head")}
    lines: list[Line] = []
    for written in (extracted.text or "").split("\n"):
        text = squeeze(_without_marker(written.strip()))
        if key := letters(text):
            lines.append(Line(text, key, None, is_heading=key in headings and len(text.split()) <= MAX_HEADING_WORDS))
    return lines


def _without_marker(line: str) -> str:
    """A list item without its dash, a table's row without the outer bars."""
    if line.startswith("| ") or (line.startswith("|") and line.endswith("|")):
        return "" if set(line) <= set("|-: ") else line.strip("| ")
    return line[2:] if line.startswith(("- ", "• ", "* ")) else line


def _aligned(lines: Sequence[Line], page_blocks: Sequence[Block]) -> list[Line]:
    """Each line with the block it was taken from, where one block is the whole line; found in document order."""
    by_key: dict[str, list[Block]] = {}
    for block in page_blocks:
        by_key.setdefault(block.key, []).append(block)
    aligned: list[Line] = []
    last = -1
    for line in lines:
        same = by_key.get(line.key)
        if not same:
            aligned.append(line)
            continue
        block = same[min(bisect_right(same, last, key=_position), len(same) - 1)]
        last = block.position
        heading = line.is_heading or block.tag in SUBHEADINGS or _is_bold_heading(line, block)
        heading = heading and len(line.text.split()) <= MAX_HEADING_WORDS
        aligned.append(replace(line, block=block, is_heading=heading))
    return aligned


def _position(block: Block) -> int:
    return block.position


def _is_bold_heading(line: Line, block: Block) -> bool:
    """A short paragraph all in bold that is no sentence: how many outlets write sub-headings."""
    return (
        block.tag in {"p", "div"}
        and len(line.text.split()) <= 12
        and line.text[-1] not in '.!,;:…"”»“'
        and line.text[0].isupper()
        and block.is_bold
    )


def _once(lines: Sequence[Line]) -> list[Line]:
    """Lines without copies: repeated statements, and hidden elements that repeat the article for machines.

    What is repeated alone and states nothing, as a question in an interview, stays, and what is hidden and stands
    nowhere else, as the text behind a wall.
    """
    seen: set[str] = set()
    repeated: list[bool] = []
    for line in lines:
        repeated.append(len(line.key) >= MIN_PARAGRAPH and line.key in seen)
        seen.add(line.key)
    hidden = [line.block is not None and line.block.is_hidden for line in lines]
    only_hidden = any(
        hidden[at] and not repeated[at] and len(line.key) >= MIN_PARAGRAPH and not junk_lines.is_junk(line.text)
        for at, line in enumerate(lines)
    )
    kept: list[Line] = []
    for at, line in enumerate(lines):
        beside = repeated[max(0, at - 1) : at] + repeated[at + 1 : at + 2]
        is_copy = repeated[at] and (hidden[at] or any(beside) or line.text.endswith((".", "!", "”", "“", "»")))
        if not is_copy and (only_hidden or not hidden[at] or len(line.key) >= MIN_PARAGRAPH):
            kept.append(line)
    return kept


def _without_tail(lines: list[Line]) -> list[Line]:
    """Lines up to a heading of other articles in the second half, behind which the text does not go on.

    It goes on where a long paragraph follows, or one in the element that holds paragraphs before the heading.
    """
    total = length(lines)
    before = 0
    holding: set[html.HtmlElement] = set()
    for at, line in enumerate(lines):
        if before >= total / 2 and junk_lines.begins_other_articles(line.text):
            rest = lines[at + 1 :]
            if not any(
                len(other.text) > junk_lines.MAX_LINE
                or (other.block is not None and other.block.tag == "p" and other.block.element.getparent() in holding)
                for other in rest
            ):
                return lines[:at]
        before += len(line.key)
        if line.block is not None and line.block.tag == "p" and len(line.key) >= MIN_PARAGRAPH:
            parent = line.block.element.getparent()
            if parent is not None:
                holding.add(parent)
    return lines


def _share_of_link_lines(lines: Sequence[Line]) -> float:
    linked = sum(len(line.key) for line in lines if line.block is not None and line.block.link_density > 0.85)
    return linked / max(1, length(lines))


def _by_article_body(lines: list[Line], stated: str, intro: _Intro, method: Method) -> tuple[list[Line], Method]:
    """Lines held against the text that the page states in its data.

    The data is to be used instead (``"data"``, without lines) only where these miss most of it; else it tells which of
    them are the article, if it is complete enough to tell.
    """
    data_tokens = tokens(stated)
    data = shingles(data_tokens)
    line_tokens = tokens("\n".join(line.text for line in lines))
    found = shingles(line_tokens)
    data_found, found_in_data = containment(data, found), containment(found, data)
    ratio = len(data_tokens) / max(1, len(line_tokens))
    if not lines or (ratio > 1.6 and found_in_data > 0.5 and data_found < 0.75) or (data_found < 0.5 and ratio > 0.8):
        return [], "data"
    if ratio < 0.55 or data_found < 0.5:
        return lines, method
    letters_of_data = letters(stated)
    supported = [_is_supported(line, data, letters_of_data) for line in lines]
    long_supported = [at for at, yes in enumerate(supported) if yes and len(lines[at].key) > 20]
    if not long_supported:
        return lines, method
    first, last = long_supported[0], long_supported[-1]
    kept: list[Line] = []
    for at, line in enumerate(lines):
        if at < first:
            keep = supported[at] or intro.is_intro(line) or body_scope.is_paragraph(line)
        elif at > last:
            keep = ratio < 0.8 and len(line.key) > 60
        else:
            keep = supported[at] or _fits_between(line, ratio)
        if keep:
            kept.append(line)
    return kept, "filtered by data"


def _by_scripts(document: Document, lines: Sequence[Line]) -> list[Line]:
    """Lines of a text in the page's scripts, of which those found are the beginning; none where nothing says so."""
    if document.stated("og:type").lower() != "article" and not document.json_ld.articles:
        return []
    written = [
        (piece, None) if isinstance(piece, str) else (piece.text, piece)
        for piece in script_text.paragraphs(document.data_scripts)
    ]
    stated = [
        Line(text, letters(text), None, is_heading=block is not None and _is_heading_block(block))
        for text, block in written
    ]
    if length(stated) < MIN_SCRIPT_GAIN * length(lines):
        return []
    have = shingles(tokens(" ".join(line.text for line in stated)))
    mostly_there = containment(shingles(tokens(" ".join(line.text for line in lines))), have) >= 0.5
    return stated if mostly_there or length(lines) < MIN_ARTICLE_BODY // 2 else []


def _is_heading_block(block: Block) -> bool:
    return block.tag in SUBHEADINGS and len(block.text.split()) <= MAX_HEADING_WORDS


def _is_supported(line: Line, data: frozenset[tuple[str, ...]], letters_of_data: str) -> bool:
    words = tokens(line.text)
    if len(words) < 3:
        return not words or line.key in letters_of_data
    return containment(shingles(words), data) >= 0.5


def _fits_between(line: Line, ratio: float) -> bool:
    """Whether a line that the data lacks may stand between lines that it has: a sub-heading, a list, a table."""
    block = line.block
    if line.is_heading and block is not None and not block.is_furniture:
        return True
    if block is None:
        return ratio < 0.85 and len(line.key) > 80
    if len(tokens(line.text)) < 14 and block.tag != "li" and not block.is_furniture and block.link_density < 0.5:
        return True
    return ratio < 0.85 and len(line.key) > 80 and not block.is_furniture and block.link_density <= 0.6


def _lines_of(paragraphs: Iterable[str]) -> list[Line]:
    return [Line(text, key, None, is_heading=False) for text in paragraphs if (key := letters(text))]


def _without_junk(lines: list[Line], titles: frozenset[str], names: frozenset[str], *, trusted: bool) -> list[Line]:
    """Lines without the repeated headline and byline, lines of links and the usual junk, unless little would be left.

    ``trusted``: the page's data has told lines of links already.
    """
    total = max(1, length(lines))
    drop_links = not trusted and _share_of_link_lines(lines) < 0.25
    kept: list[Line] = []
    for at, line in enumerate(lines):
        if at < OPENING_LINES and (_repeats_title(line, titles) or _is_headline(line) or junk_lines.is_date(line.text)):
            continue
        block = line.block
        if (
            drop_links
            and block is not None
            and block.tag not in SUBHEADINGS
            and len(line.text) <= junk_lines.MAX_LINE
            and block.link_density > 0.85
        ):
            continue
        if line.key in names or junk_lines.is_junk(line.text):
            continue
        kept.append(line)
    return kept if length(kept) >= MIN_KEPT * total else lines


def _is_headline(line: Line) -> bool:
    return line.block is not None and line.block.tag == "h1"


def _repeats_title(line: Line, titles: frozenset[str]) -> bool:
    if line.key in titles:
        return True
    # with a kicker before it
    return (
        len(line.text) < 260
        and not line.text.endswith(".")
        and any(len(title) > 15 and line.key.endswith(title) for title in titles)
    )


def _contains(lines: Sequence[Line], block: Block) -> bool:
    if block.key in "".join(line.key for line in lines):
        return True
    have = shingles(tokens(" ".join(line.text for line in lines)))
    return containment(shingles(tokens(block.text)), have) >= 0.6
