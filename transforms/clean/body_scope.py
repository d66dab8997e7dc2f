"""Which part of a page an article's text fills: containers that belong to it, and what lies outside."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice, pairwise

from lxml import html

from transforms.clean.blocks import Block
from transforms.clean.lines import Line, length
from transforms.clean.wording import containment, shingles, tokens

MIN_SIGNATURE_SHARE = 0.3
"""Share of the text that containers of one tag and class must hold to count as the article's."""
MIN_GAIN = 0.2
"""Share of the text that the siblings must add before they are believed."""
CORE_SHARE = 0.85
OUTER_LEVELS = 5
MAX_INCOMPLETE = 100_000
"""Letters; a longer text is searched for nothing that it may lack, as the search takes time by its square."""
MAX_GAP = 12
"""Blocks between two of the text beyond which something else stands between them."""
_BETWEEN = frozenset({"p", "h2", "h3", "h4", "li"})


def with_siblings(lines: list[Line], blocks: Sequence[Block]) -> tuple[list[Line], bool]:
    """Lines completed by paragraphs in containers of the same tag and class as those that hold most of the text.

    Pages that cut their text by advertisements put it into several such containers, of which an extractor takes one.
    Second value: whether anything was added.
    """
    total = length(lines)
    if total > MAX_INCOMPLETE:
        return lines, False
    paragraphs = [line.block for line in lines if line.block and line.block.tag == "p" and len(line.key) > 50]
    shares: Counter[tuple[str, str]] = Counter()
    for block in paragraphs:
        if signature := block.signature():
            shares[signature] += len(block.key)
    own = {signature for signature, count in shares.items() if count >= MIN_SIGNATURE_SHARE * total}
    first = next((block for block in paragraphs if block.signature() in own), None)
    if first is None:
        return lines, False
    scope = _outer(first.element)
    have = {line.key for line in lines}
    everything = "".join(line.key for line in lines)
    missing = [
        block
        for block in blocks
        if block.tag in {"p", "h2", "h3", "h4"}
        and block.key not in have
        and (block.tag != "p" or len(block.key) >= 25)
        and block.signature() in own
        and block.key not in everything
        and not block.is_furniture
        and block.link_density <= 0.6
        and not block.is_inside("aside", "footer", "nav")
        and any(ancestor is scope for ancestor in block.element.iterancestors())
    ]
    gained = [block for block in missing if block.tag == "p"]
    if sum(len(block.key) for block in gained) < MIN_GAIN * total or sum(len(block.key) > 80 for block in gained) < 3:
        return lines, False
    return _merged(lines, missing), True


def with_siblings_between(lines: list[Line], blocks: Sequence[Block]) -> list[Line]:
    """Lines completed by sub-headings, short paragraphs and lists that stand between them in the same parent element.

    Extractors drop what is short or a list; a sibling of the paragraph before and of the one after it belongs to the
    text, unless the page repeats it (a box), it is of links, or the text has most of it (a paragraph without notes).
    """
    if length(lines) > MAX_INCOMPLETE:
        return lines
    placed = [line.block for line in lines if line.block is not None]
    have = {line.key for line in lines}
    everything = "".join(line.key for line in lines)
    known = shingles(tokens(" ".join(line.text for line in lines)))
    repeated = Counter(block.key for block in blocks)
    missing: list[Block] = []
    for before, after in pairwise(placed):
        if not before.position + 1 < after.position <= before.position + MAX_GAP:
            continue
        parent = _holder(before)
        if parent is None or _holder(after) is not parent:
            continue
        for block in blocks[before.position + 1 : after.position]:
            if block.tag not in _BETWEEN or block.key in have or repeated[block.key] > 1 or block.key in everything:
                continue
            if _holder(block) is not parent or block.link_density >= 0.5 or block.is_furniture:
                continue
            if containment(shingles(tokens(block.text)), known) < 0.5:
                missing.append(block)
    return _merged(lines, missing) if missing else lines


def _holder(block: Block) -> html.HtmlElement | None:
    """The element that holds the block beside others: its parent, or of an item that of its list."""
    parent = block.element.getparent()
    return parent.getparent() if parent is not None and block.tag == "li" and parent.tag in {"ul", "ol"} else parent


def within_core(lines: list[Line], is_intro: Callable[[Line], bool]) -> list[Line]:
    """Lines inside the smallest element that holds most of the text; outside it, only what introduces the article.

    The lines are returned as they are where no such element is found or too much would be lost.
    """
    total = length(lines)
    placed = [line for line in lines if line.block is not None]
    placed_length = length(placed)
    if placed_length <= 0.7 * total:
        return lines
    held: Counter[html.HtmlElement] = Counter()
    for line in placed:
        if line.block is not None:
            for ancestor in line.block.element.iterancestors():
                held[ancestor] += len(line.key)
    # ancestors are counted from the inside out: among equals the first is the innermost
    holding = [(count, element) for element, count in held.items() if count >= CORE_SHARE * placed_length]
    if not holding:
        return lines
    core = min(holding, key=lambda item: item[0])[1]
    if core.tag in {"body", "html"}:
        return lines
    inside = [
        line.block is None or any(ancestor is core for ancestor in line.block.element.iterancestors()) for line in lines
    ]
    positions = [at for at, line in enumerate(lines) if inside[at] and line.block is not None]
    first, last = positions[0], positions[-1]
    kept: list[Line] = []
    for at, line in enumerate(lines):
        outside_but_kept = (at < first and (is_intro(line) or is_paragraph(line))) or (
            first < at < last and line.block is not None and not line.block.is_furniture
        )
        if inside[at] or outside_but_kept:
            kept.append(line)
    return kept if length(kept) >= CORE_SHARE * total else lines


def is_paragraph(line: Line) -> bool:
    """Whether the line is running text by its element, length, surroundings and share of links."""
    block = line.block
    return (
        block is not None
        and len(line.key) > 60
        and block.tag in {"p", "div", "li"}
        and not block.is_furniture
        and block.link_density < 0.3
    )


def _outer(element: html.HtmlElement) -> html.HtmlElement:
    scope = element
    for ancestor in islice(element.iterancestors(), OUTER_LEVELS):
        if ancestor.tag in {"body", "html"}:
            break
        scope = ancestor
    return scope


def _merged(lines: Sequence[Line], missing: Sequence[Block]) -> list[Line]:
    """Lines and missing blocks in document order; a line without a block stays behind the one before it."""
    placed: list[tuple[float, int, Line]] = []
    at = -1.0
    for order, line in enumerate(lines):
        at = max(at + 1e-6, line.block.position if line.block is not None else at)
        placed.append((at, order, line))
    for order, block in enumerate(missing):
        heading = block.tag not in {"p", "li"}
        placed.append((block.position, len(lines) + order, Line(block.text, block.key, block, is_heading=heading)))
    return [line for _, _, line in sorted(placed, key=lambda item: item[:2])]
