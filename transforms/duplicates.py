"""How alike two texts are, from a short signature of each: what copies of a story are found and linked by.

A signature is a MinHash (Broder 1997) over runs of ``SHINGLE_WORDS`` words, kept to ``SLOT_BITS`` bits a slot (b-bit
MinHash, Li and König 2010). Its values are defined here and by nothing else, for they stay in the lake for years and
are compared across releases and machines: rensa and datasketch do the same, but are free to change their hashes (and
datasketch brings scipy). The arithmetic is on whole numbers of 64 bits that wrap, the same on every machine.
"""

import unicodedata
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transforms.clean.wording import tokens

SHINGLE_WORDS = 3
"""Longer runs are rarer by chance, but a changed word costs as many of them."""
BANDS = 32
SLOTS_PER_BAND = 4
SLOTS = BANDS * SLOTS_PER_BAND
"""128: the standard error of the estimate is 0.04 where half of two texts is the same."""
SLOT_BITS = 8
"""Four slots fill one number of 32 bits; two slots are equal by chance once in 256 times."""
MIN_SHINGLES = 20
"""A shorter text has no signature: it is a caption or a teaser, and too little to call two of them alike."""

MIN_RESEMBLANCE = 0.5
"""Texts that have at least this much in common are copies of one text."""
MIN_CONTAINMENT = 0.8
MIN_RESEMBLANCE_OF_CONTAINED = 0.35
"""A text of which the other has at least that share is a part of it, where the two have this much in common."""
MAX_DAYS_APART = 3
"""Between the days of publication of two copies in different sources. Within one source it is the same day: what a site
prints every day with other figures (weather, prices, draws) is no copy. Equal texts are copies whenever."""
MAX_STORY_DAYS = 7
"""From the first of a story to the last that counts to it, so that no chain of likenesses goes on for ever."""

_AT_ONCE = 4096
"""Shingles hashed in one step: it bounds memory to 4 MB whatever the text's length."""
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_BY_CHANCE = 1 / 2**SLOT_BITS

_Hashes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Signature:
    """What is kept of a text to compare it by."""

    bands: tuple[int, ...]
    """``BANDS`` numbers below 2^32, each of four slots: texts that share none of them are not alike."""
    shingles: int
    """Different runs of words in the text."""


def signature(text: str) -> Signature | None:
    """The text's signature; None where it is too short for one.

    Case, punctuation, line breaks and the width of characters do not count. In scripts written without spaces every
    character counts as a word.
    """
    words = tokens(text if text.isascii() else unicodedata.normalize("NFKC", text))
    shingles = _shingles(words)
    if len(shingles) < MIN_SHINGLES:
        return None
    lowest = np.full(SLOTS, np.iinfo(np.uint64).max, dtype=np.uint64)
    for start in range(0, len(shingles), _AT_ONCE):
        # Multiplying by an odd number and adding another permutes the numbers of 64 bits.
        permuted = _FACTORS[:, None] * shingles[start : start + _AT_ONCE] + _SUMMANDS[:, None]
        np.minimum(lowest, permuted.min(axis=1), out=lowest)
    slots = (_mixed(lowest) & np.uint64(2**SLOT_BITS - 1)).reshape(BANDS, SLOTS_PER_BAND)
    weights = np.array([1 << SLOT_BITS * place for place in range(SLOTS_PER_BAND)], dtype=np.uint64)
    return Signature(tuple(int(band) for band in (slots * weights).sum(axis=1)), len(shingles))


def resemblance(one: Signature, other: Signature) -> float:
    """Estimate of the share of all shingles of two texts that both have (Jaccard), 0 to 1."""
    equal = sum(
        (left ^ right) >> SLOT_BITS * place & (2**SLOT_BITS - 1) == 0
        for left, right in zip(one.bands, other.bands, strict=True)
        for place in range(SLOTS_PER_BAND)
    )
    return float(max(0.0, (equal / SLOTS - _BY_CHANCE) / (1 - _BY_CHANCE)))


def containment(one: Signature, other: Signature) -> float:
    """Estimate of the share of the shorter text's shingles that the longer one has, 0 to 1."""
    alike = resemblance(one, other)
    in_both = alike / (1 + alike) * (one.shingles + other.shingles)
    return min(1.0, in_both / min(one.shingles, other.shingles))


def are_alike(one: Signature, other: Signature) -> bool:
    """Whether two texts are copies of one, or one a part of the other."""
    alike = resemblance(one, other)
    return alike >= MIN_RESEMBLANCE or (
        alike >= MIN_RESEMBLANCE_OF_CONTAINED and containment(one, other) >= MIN_CONTAINMENT
    )


def share_a_band(one: Signature, other: Signature) -> bool:
    """Whether two texts are compared at all."""
    return any(left == right for left, right in zip(one.bands, other.bands, strict=True))


def _mixed(numbers: _Hashes) -> _Hashes:
    """Numbers whose every bit depends on every bit of the given ones (the finaliser of SplitMix64)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def _drawn(first: int, count: int) -> _Hashes:
    """Numbers of the SplitMix64 sequence: as good as random, and always the same."""
    return _mixed(np.arange(first, first + count, dtype=np.uint64) * _GOLDEN)


def _shingles(words: list[str]) -> _Hashes:
    """Hashes of the different runs of words, ascending."""
    if len(words) < SHINGLE_WORDS:
        return np.empty(0, dtype=np.uint64)
    known = {word: zlib.crc32(word.encode("utf-8", "surrogatepass")) for word in set(words)}
    hashes = np.array([known[word] for word in words], dtype=np.uint64)
    runs = len(words) - SHINGLE_WORDS + 1
    total = np.zeros(runs, dtype=np.uint64)
    for place in range(SHINGLE_WORDS):
        total = _mixed(total * _GOLDEN + hashes[place : place + runs] + np.uint64(1))
    return np.unique(total)


_FACTORS = _drawn(1, SLOTS) | np.uint64(1)
_SUMMANDS = _drawn(1 + SLOTS, SLOTS)
