"""News agencies: as authors, and as the signature at the end of a report."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from transforms.clean import word_lists
from transforms.clean.blocks import Block
from transforms.clean.lines import Line

MAX_SIGNATURE = 90
"""Characters of a line that is a signature."""
MAX_CLOSING = 45
"""Characters of a signature that ends a paragraph."""
LAST_LINES = 3
BLOCKS_AFTER = 4
"""Blocks behind the last line among which a signature may stand that an extractor left out."""

_MARKS = " \t\u00a0.:,;*()[]{}<>/|–—―-"
_COPYRIGHT = re.compile(r"^(?:copyright|\(c\)|©|\d{4}(?:\s?[-–]\s?\d{4})?|[\s,:])+", re.IGNORECASE)
_YEARS = re.compile(r",?\s+\d{4}(?:\s?[-–]\s?\d{4})?$")
# dpa-infocom, dpa:250117-99-123456/2
_NUMBER = re.compile(r",?\s*[a-z]{2,6}:\d{6}[\d-]*(?:/\d+)?$")
_APART = re.compile(r"\s*[/,;&+()|]\s*|\s+(?:[-–—]|and|und|et|y|e|i|og|och|en|és|и|та)\s+")
_STAFF = re.compile(r"[\s-](?:staff(?: writers?)?|newsroom|writers?|reporters?|correspondents?|ots)$", re.IGNORECASE)
_DESK = re.compile(r"[a-zäöü]{2,5}")
"""The sign of an editor: ``bur`` in ``dpa/bur``."""
# …, sagte sie. (dpa)    … he said. — AFP    … in the sea. PTI
_CLOSING = re.compile(r"""(?:[.!?…"”“»)]\s?[(\[]|\s[–—―]|\s--|[.!?…"”“»]\s)\s?([^.!?()\[\]–—―]{2,45})[)\]]?\.?\s*$""")
_OUTLET = r"(?:[A-ZÀ-ÞА-Я][\w.'’-]*\s(?:[\w.'’-]+\s){0,2})?"


def in_names(names: Iterable[str]) -> str | None:
    """The first news agency among the names, as the list of agencies writes it: ``Reuters``, ``AFP``."""
    for name in names:
        for written in (name, *name.split("/")):
            bare = written.strip(" .()").casefold()
            if known := _folded().get(bare) or _folded().get(_STAFF.sub("", bare)):
                return known
    return None


def signed(line: str) -> str | None:
    """The first agency of a line that is a signature and no more: ``(dpa)``, ``afp/bur``, ``Fonte: ANSA``."""
    if len(line) > MAX_SIGNATURE:
        return None
    bare = _COPYRIGHT.sub("", line.strip(_MARKS)).strip(_MARKS)
    bare = _NUMBER.sub("", _YEARS.sub("", bare))
    return _all_agencies(bare) or _all_agencies(_opening().sub("", bare))


def closing(paragraph: str) -> str | None:
    """The agency whose signature ends the last sentence's line: ``… he said. (AFP)``."""
    found = _CLOSING.search(paragraph[-MAX_CLOSING - 5 :])
    return signed(found[1]) if found else None


def signature(lines: Sequence[Line], blocks: Sequence[Block]) -> str | None:
    """The agency that signs a text of these lines, in its last ones or in the blocks behind them on the page."""
    for line in reversed(lines[-LAST_LINES:]):
        if found := signed(line.text) or closing(line.text):
            return found
    last = next((line.block for line in reversed(lines[-LAST_LINES:]) if line.block is not None), None)
    if last is None:
        return None
    for block in blocks[last.position + 1 : last.position + 1 + BLOCKS_AFTER]:
        if (found := signed(block.text)) and block.link_density < 0.5 and not block.is_furniture:
            return found
    return None


def _all_agencies(written: str) -> str | None:
    """The first agency where there are only agencies and, beside one, signs of editors."""
    parts = [part.strip(_MARKS) for part in _APART.split(written) if part.strip(_MARKS)]
    whole = _written().get(written.strip(_MARKS))
    known = [whole] if whole else [_written().get(_STAFF.sub("", part)) for part in parts]
    if not whole and not all(
        agency or (_DESK.fullmatch(part) and len(parts) > 1) for agency, part in zip(known, parts, strict=True)
    ):
        return None
    return next((agency for agency in known if agency), None)


@cache
def _folded() -> Mapping[str, str]:
    return {variant.casefold(): agency for variant, agency in _written().items()}


@cache
def _written() -> Mapping[str, str]:
    """Every way of writing an agency, with its usual name; case counts, as some are words in other languages."""
    return {variant: row[0] for row in word_lists.rows("agencies.tsv") for variant in row if variant}


@cache
def _opening() -> re.Pattern[str]:
    phrases = sorted(word_lists.words("agency_openings.txt"), key=len, reverse=True)
    alternatives = "|".join(re.escape(phrase) for phrase in phrases)
    return re.compile(rf"^{_OUTLET}(?:(?i:{alternatives})(?:\s*:\s*|\s+|(?<=['’])))+")
