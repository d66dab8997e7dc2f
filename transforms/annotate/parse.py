"""The one spaCy parse that entities, quotes, events and times share."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import spacy
from spacy.attrs import SENT_START
from spacy.language import Language
from spacy.tokens import Doc

from transforms.annotate.models import find_model
from transforms.spans import Span

BATCH = 16
"""Texts parsed together: as fast as larger batches at a third of the memory."""

MAX_CHARACTERS = 200_000
"""Longer texts are not parsed: memory grows with the text, and articles are shorter."""

MAX_TOKENS = 50_000
"""Words and marks; the models need about 20 KB of memory for each."""

MAX_TOKEN_CHARACTERS = 2_000
"""A run without white space longer than this is no language; the tokenizer's time grows with its square."""

WRAPPED_LINE = (50, 120)
"""Lengths between which a line may have been broken by its width, not by its author."""

_BREAKS = "newslake_breaks"
_HEADINGS = "headings"
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
_SENTENCE_END = re.compile(r"[.!?:…][\"'”’»)\]]*$")
_TOKEN = re.compile(r"\w+|[^\w\s]|\s*\n\s*")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Text:
    """A text to parse and the spans of its sub-headings."""

    text: str
    headings: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A loaded spaCy pipeline with sentence breaks at headings and blank lines."""

    nlp: Language
    name: str
    """Name and version, as rows carry it."""

    @property
    def language(self) -> str:
        """ISO 639-1 code of the language it reads."""
        return str(self.nlp.lang)

    def parse(self, texts: Sequence[Text]) -> Iterator[Doc]:
        """One parsed document for each text, in order; to be read before the next one is asked for.

        What is read must be copied: within ``nlp.memory_zone()`` the documents end with the zone.
        """
        yield from self.nlp.pipe((self._document(text) for text in texts), batch_size=BATCH)

    def _document(self, text: Text) -> Doc:
        doc = self.nlp.make_doc(encodable(text.text))
        doc.user_data[_HEADINGS] = text.headings
        return doc


def encodable(text: str) -> str:
    """The text with each lone surrogate replaced by U+FFFD, code point by code point: UTF-8 cannot hold it."""
    return _SURROGATES.sub("\ufffd", text)


def too_long(text: str) -> str | None:
    """Why the text is not parsed: too many characters, words, or characters in a row; None where it is parsed."""
    if len(text) > MAX_CHARACTERS:
        return f"{len(text)} characters, more than {MAX_CHARACTERS}"
    if len(text) > MAX_TOKENS and sum(1 for _ in _TOKEN.finditer(text)) > MAX_TOKENS:
        return f"more than {MAX_TOKENS} words and marks"
    if max(map(len, text.split()), default=0) > MAX_TOKEN_CHARACTERS:
        return f"more than {MAX_TOKEN_CHARACTERS} characters without white space"
    return None


def sentence_spans(doc: Doc) -> tuple[Span, ...]:
    """The sentences in the order of ``doc.sents``, without the white space around them."""
    spans = []
    for sentence in doc.sents:
        text = sentence.text
        start = sentence.start_char + len(text) - len(text.lstrip())
        spans.append(Span(start, max(start, sentence.start_char + len(text.rstrip()))))
    return tuple(spans)


@cache
def load_pipeline(model: str) -> Pipeline:
    """The pipeline of that package name or folder, loaded once in this process.

    Raises:
        ModelMissing: no such package is installed and no such folder exists.
    """
    found = find_model(model)
    nlp = spacy.load(found)
    name = f"{nlp.lang}_{nlp.meta['name']}" if isinstance(found, Path) else model
    if _BREAKS not in nlp.pipe_names:
        nlp.add_pipe(_BREAKS, first=True)
    return Pipeline(nlp, f"{name} {nlp.meta['version']}")


@Language.component(_BREAKS)
def _mark_breaks(doc: Doc) -> Doc:
    """Let sentences begin after blank lines and finished lines, and at both ends of a heading.

    The parser and the recogniser keep such a boundary: neither a sentence nor a name runs over it.
    """
    headings: tuple[Span, ...] = doc.user_data.pop(_HEADINGS, ())
    edges = sorted({edge for heading in headings for edge in (heading.start, heading.end)})
    text = doc.text
    starts: Any = doc.to_array(SENT_START)
    end = None
    for token in doc:
        if token.is_space:
            continue
        if end is not None:
            heading_edge = bisect_left(edges, end) < bisect_right(edges, token.idx)
            if heading_edge or _is_break(text, end, token.idx):
                starts[token.i] = 1
        end = token.idx + len(token)
    return doc.from_array(SENT_START, starts)


def _is_break(text: str, end: int, start: int) -> bool:
    """Whether the white space from ``end`` to ``start`` ends a block.

    One line break does where the line is a finished sentence, or where what follows begins like one and the line is
    shorter or longer than wrapped lines are.
    """
    gap = text[end:start]
    if "\n" not in gap:
        return False
    if _BLANK_LINE.search(gap) or _SENTENCE_END.search(text[max(0, end - 4) : end]):
        return True
    line = end - max(0, text.rfind("\n", max(0, end - WRAPPED_LINE[1] - 1), end) + 1)
    return not WRAPPED_LINE[0] <= line <= WRAPPED_LINE[1] and not (text[start].islower() or text[start].isdigit())
