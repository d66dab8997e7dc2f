"""Texts made comparable, countable and storable."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import ftfy
import ftfy.badness

from transforms.clean.records import EncodingFault

INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
"""Soft hyphen, zero-width space, word joiner, byte order mark: they mean layout, not text."""
UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters, which no text needs, and surrogates, which UTF-8 cannot hold."""
_NOT_LETTERS = re.compile(r"[\W_]+")
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_SPACELESS}]|[^\W{_SPACELESS}]+")

Shingle = tuple[str, ...]


def squeeze(text: str | None) -> str:
    """The text in NFC on one line: white space runs become one space, what cannot be seen or stored goes."""
    if not text:
        return ""
    text = " ".join(text.split())
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if text.isprintable():  # nearly always: nothing that is invisible or cannot be stored is
        return text
    text = unicodedata.normalize("NFC", INVISIBLE.sub("", text))
    return " ".join(UNSTORABLE.sub(" ", text).split())


def repaired(text: str) -> str:
    """The text with wrong decoding undone (``donâ€™t``), where it is clear that it was decoded wrongly."""
    if text.isascii() or not ftfy.badness.is_bad(text):
        return text
    return ftfy.fix_encoding(text)


def encoding_faults(texts: Iterable[str]) -> tuple[EncodingFault, ...]:
    """What is wrong with the characters of texts that nothing has repaired yet."""
    whole = "\n".join(texts)
    if whole.isascii():
        return ()
    faults: list[EncodingFault] = []
    if any(repaired(line) != line for line in whole.split("\n")):
        faults.append("mojibake")
    if "\ufffd" in whole:
        faults.append("lost-characters")
    return tuple(faults)


@lru_cache(maxsize=4096)
def letters(text: str) -> str:
    """Letters and digits only, folded: equal for texts that differ in case, spacing and marks."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", INVISIBLE.sub("", text))
    return _NOT_LETTERS.sub("", text.casefold())


def tokens(text: str) -> list[str]:
    """Words, folded; in scripts written without spaces each character counts as one."""
    return _TOKEN.findall(text.casefold())


def word_count(text: str) -> int:
    """Number of words; in scripts written without spaces each character counts as one."""
    return len(_TOKEN.findall(text))


def shingles(words: list[str], size: int = 3) -> frozenset[Shingle]:
    """All runs of ``size`` words; the whole as one where it is shorter."""
    if not words:
        return frozenset()
    return frozenset(tuple(words[at : at + size]) for at in range(max(1, len(words) - size + 1)))


def containment(part: frozenset[Shingle], whole: frozenset[Shingle]) -> float:
    """Share of the part's shingles that the whole has, 0 to 1; 0 for an empty part."""
    return len(part & whole) / len(part) if part else 0.0
