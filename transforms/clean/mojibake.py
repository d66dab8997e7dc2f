"""Text decoded wrongly before it came here, undone while the characters that tell are still there.

UTF-8 that was read as Latin-1 holds control characters (U+0080 to U+009F), which parsers and extractors drop: such a
page has to be repaired before it is parsed. Other mojibake survives them and is repaired in the values found.
"""

import html
import re
from dataclasses import dataclass

from transforms.clean.wording import letters, repaired

# Control characters themselves, and as references or as escapes of JSON (behind the letter that goes before them, as
# scripts name ranges of characters by such escapes); U+0085 counts as a line break. Patterns that begin with one byte
# and a group are searched for that byte, which is the fastest.
_HIGH_CONTROLS = (
    re.compile(rb"\xc2[\x80-\x84\x86-\x9f]"),
    re.compile(rb"&(?:#(?:1[2-5]\d|[xX]0{0,2}[89][0-9a-fA-F]);)"),
    re.compile(rb"\\(?:u00[c-fC-F][0-9a-fA-F]\\u00[89][0-9a-fA-F])"),
)
_LATIN_1 = re.compile(r"&#\d{3};|&#[xX]0{0,2}[89a-fA-F][0-9a-fA-F];|&[A-Za-z]{3,6};|\\u00[89a-fA-F][0-9a-fA-F]")
"""What may stand for a character from U+0080 to U+00FF."""
_PIECE = re.compile(r'[^<>"\n\\]+')
"""Text between two marks of HTML or JSON."""
_DECIMAL, _HEXADECIMAL = 10, 16


@dataclass(frozen=True, slots=True)
class Undone:
    """A whole page or text, as good as it can be made."""

    text: str
    changed: frozenset[str]
    """Letters of the pieces that were decoded wrongly."""


def undone(text: str, encoded: bytes | None = None) -> Undone:
    """The text repaired piece by piece where it holds control characters that UTF-8 read as Latin-1 leaves.

    ``encoded``: the text in UTF-8, if it is at hand.
    """
    content = text.encode("utf-8", "replace") if encoded is None else encoded
    if not any(control.search(content) for control in _HIGH_CONTROLS):
        return Undone(text, frozenset())
    changed: set[str] = set()

    def repair(match: re.Match[str]) -> str:
        better = repaired(match[0])
        if better != match[0]:
            changed.add(letters(html.unescape(better)))
        return better

    return Undone(_PIECE.sub(repair, _LATIN_1.sub(_character, text)), frozenset(changed) - {""})


def _character(match: re.Match[str]) -> str:
    """The character that is meant, without what HTML makes of references to control characters."""
    written = match[0]
    if written.startswith("\\u"):
        return chr(int(written[2:], _HEXADECIMAL))
    if written.startswith(("&#x", "&#X")):
        return chr(int(written[3:-1], _HEXADECIMAL))
    if written.startswith("&#"):
        code = int(written[2:-1], _DECIMAL)
        return chr(code) if 0x80 <= code <= 0xFF else written
    meant = html.unescape(written)
    return meant if len(meant) == 1 and 0x80 <= ord(meant) <= 0xFF else written
