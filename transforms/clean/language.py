"""The language of a text, from its words: a page's own statement is wrong too often."""

import re

import py3langid

MIN_LETTERS = 20
"""Shorter texts give no answer."""
SAMPLE = 2_000
_FOLDED = {"nb": "no", "nn": "no"}
"""The two written forms of Norwegian, which the classifier does not tell apart reliably."""


def detect(text: str) -> str | None:
    """ISO 639-1 code; None for a text of few letters. The same text always gives the same code."""
    sample = text[:SAMPLE]
    if len(re.sub(r"[\W\d_]+", "", sample)) < MIN_LETTERS:
        return None
    code: str = py3langid.classify(sample)[0]
    return _FOLDED.get(code, code)
