"""The paragraphs of a text that a page states in its data, where they may be written as one line."""

import re
from collections.abc import Iterator, Sequence

from transforms.clean.blocks import Block
from transforms.clean.wording import squeeze

MIN_PRINTED = 40
"""Characters of a printed paragraph that is looked for."""
_BREAKS = re.compile("[\n\r\v\f\x85\u2028\u2029]+")
_SENTENCE_END = r"""(?<=[.!?…:"”»“])"""
_WIDE = re.compile(rf"{_SENTENCE_END}[ \t]{{2,}}(?=\S)")
_NARROW = re.compile(rf"{_SENTENCE_END} (?=[^\W\d_a-zß-ÿ])")


def paragraphs(stated: str, blocks: Sequence[Block]) -> list[str]:
    """Paragraphs of the stated text: at its line breaks, else at wide gaps, else as the page's blocks print them.

    Wide gaps behind most sentences are a way of typing and no breaks.
    """
    pieces = _BREAKS.split(stated)
    if len(pieces) == 1 and len(_WIDE.findall(stated)) <= len(_NARROW.findall(stated)):
        pieces = _WIDE.split(stated)
    written = [text for piece in pieces if (text := squeeze(piece))]
    return list(_as_printed(written[0], blocks)) if len(written) == 1 else written


def _as_printed(text: str, blocks: Sequence[Block]) -> Iterator[str]:
    at = 0
    for block in blocks:
        if len(block.text) < MIN_PRINTED or len(block.text) >= len(text):
            continue
        start = text.find(block.text, at)
        if start < 0:
            continue
        if before := text[at:start].strip():
            yield before
        yield block.text
        at = start + len(block.text)
    if rest := text[at:].strip():
        yield rest
