"""The words of time expressions, and what they stand for: packaged data, read once when first needed."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def values(kind: str) -> Mapping[str, str]:
    """Words of a kind in lower case and what they stand for."""
    content = files("transforms").joinpath("data", "times", "words.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in content.splitlines() if line and not line.startswith("#")]
    return {word: value for row_kind, word, value in rows[1:] if row_kind == kind}


def one_of(kind: str) -> str:
    """Pattern that matches any word of the kind, the longest first."""
    return "|".join(re.escape(word) for word in sorted(values(kind), key=lambda word: (-len(word), word)))


def capitalised(kind: str) -> str:
    """The same for words that are written with a capital or in capitals; short forms may carry a full stop."""
    words = sorted(values(kind), key=lambda word: (-len(word), word))
    return "|".join(f"{word.capitalize()}|{word.upper()}" for word in words)


def number(text: str) -> int | None:
    """The number that digits or English words up to 199 stand for; None for other words."""
    plain = text.strip().lower().replace(",", "")
    if plain.isascii() and plain.isdigit():
        return int(plain) if len(plain) <= 5 else None
    total = 0
    for word in re.split(r"[\s\-]+", plain):
        if word == "and":
            continue
        value = "1" if word in ("a", "an") else values("number").get(word)
        if value is None:
            return None
        total = total * 100 if value == "100" and total else total + int(value)
    return total or None
