"""A parsed text together with its paragraphs and quotation marks: what every attribution rule looks at."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from transforms.annotate.quotes.marks import WORD, Region, paragraphs, quoted_regions, words
from transforms.spans import Span

_EDGE = frozenset(",;:.-–—―\"“”„‟«»‘’'`…()[]") | {"''", "``", "--", "..."}
_SMALL_WORDS = frozenset(
    ("a", "an", "the", "of", "and", "or", "but", "in", "on", "at", "to", "for", "with", "by", "from", "as", "is", "it")
)
_LEAD_IN = frozenset(".?!:,;—–)”\"'’")
_UTTERANCE_END = frozenset(",.?!…—–-")
_UTTERANCE_WORDS = 8
"""Words from which a quoted stretch that begins with a capital is a sentence even without an ending mark."""
_TITLE_WORDS = 9
_DATELINE_WORDS = 12
_DATELINE_ENDS = frozenset(("—", "–", "--", "-", ":"))


@dataclass(frozen=True, slots=True)
class Quotable:
    """A quoted stretch as the rules see it."""

    region: Region
    paragraph: int
    first: int
    """First token that begins inside; equal to ``last`` where none does."""
    last: int
    """Token after the last one inside."""
    word_count: int
    is_utterance: bool
    """Whether it is a whole statement, set off from its sentence, and not a term, a title or a few words."""
    ending: str
    """Last character before the closing mark."""


class Reading:
    """A Doc with its paragraphs, quoted stretches and the lookups between them."""

    def __init__(self, doc: Doc, headings: Sequence[Span]) -> None:
        self.doc = doc
        self.text: str = doc.text
        self.paragraphs = paragraphs(self.text)
        self._paragraph_starts = [span.start for span in self.paragraphs]
        self._heading_paragraphs = self._paragraphs_of(headings)
        self._token_starts = [token.idx for token in doc]
        self._sentences = [(0, 0)] * len(doc)
        for sentence in doc.sents:
            self._sentences[sentence.start : sentence.end] = [(sentence.start, sentence.end)] * len(sentence)
        self.quotables: list[Quotable] = []
        self._quotable_of_token = [-1] * len(doc)
        for number, paragraph in enumerate(self.paragraphs):
            if number not in self._heading_paragraphs:
                self._add_quotables(number, paragraph)
        self.regions = [quotable.region for quotable in self.quotables]
        self._region_starts = [region.span.start for region in self.regions]

    def _paragraphs_of(self, spans: Sequence[Span]) -> frozenset[int]:
        return frozenset(number for span in spans for number in self._numbers_within(span))

    def _numbers_within(self, span: Span) -> range:
        first = max(0, bisect_right(self._paragraph_starts, span.start) - 1)
        after = bisect_right(self._paragraph_starts, max(span.start, span.end - 1))
        return range(first, after)

    def _add_quotables(self, number: int, paragraph: Span) -> None:
        for region in quoted_regions(self.text, paragraph):
            first, last = self.token_at(region.span.start), self.token_at(region.span.end)
            for index in range(first, last):
                self._quotable_of_token[index] = len(self.quotables)
            self.quotables.append(self._quotable(region, number, paragraph, first, last))

    def _quotable(self, region: Region, number: int, paragraph: Span, first: int, last: int) -> Quotable:
        inner = region.inner.of(self.text)
        found = words(self.text, region.inner)
        ending = inner[-1:]
        before = self._last_mark_before(region.span.start, paragraph.start)
        set_off = before == "" or before in _LEAD_IN
        begins = inner[:1].isupper() or inner[:1].isdigit() or inner[:1] in "….[(‘'"
        ends = ending in _UTTERANCE_END and ending != ""
        count = len(found)
        is_utterance = count >= 2 and (
            (ends and begins)
            or (set_off and ends and (count >= 3))
            or (set_off and begins and count >= 5)
            or (set_off and not region.closed)
            or (begins and count >= _UTTERANCE_WORDS)
        )
        if is_utterance and self._looks_like_title(found, before, ending):
            is_utterance = False
        return Quotable(region, number, first, last, count, is_utterance, ending)

    def _last_mark_before(self, position: int, start: int) -> str:
        """The last character before a place that is no white space; empty at the paragraph's start."""
        while position > start:
            position -= 1
            if not self.text[position].isspace():
                return self.text[position]
        return ""

    @staticmethod
    def _looks_like_title(found: Sequence[str], before: str, ending: str) -> bool:
        """Whether every telling word is capitalised, as in the name of a book or a programme."""
        telling = [word for word in found if word.lower() not in _SMALL_WORDS]
        return (
            len(found) <= _TITLE_WORDS
            and len(telling) >= 2
            and before not in ("", ",", ":", ".", "!", "?", "”", '"')
            and ending not in ("!", "?")
            and all(word[0].isupper() or word[0].isdigit() for word in telling)
        )

    def token_at(self, position: int) -> int:
        """Index of the first token that begins at or after a character; the number of tokens if there is none."""
        place = bisect_right(self._token_starts, position)
        if place and self._token_starts[place - 1] == position:
            return place - 1
        return place

    def paragraph_of(self, token: Token) -> int:
        """Number of the paragraph a token stands in."""
        return max(0, bisect_right(self._paragraph_starts, token.idx) - 1)

    def paragraph_end(self, number: int) -> int:
        """Token after the last one of a paragraph."""
        return self.token_at(self.paragraphs[number].end)

    def paragraph_start(self, number: int) -> int:
        """First token of a paragraph."""
        return self.token_at(self.paragraphs[number].start)

    def in_heading(self, token: Token) -> bool:
        """Whether a token stands in a heading."""
        return self.paragraph_of(token) in self._heading_paragraphs

    def quotable_at(self, index: int) -> Quotable | None:
        """Quoted stretch that a token stands in."""
        place = self._quotable_of_token[index]
        return self.quotables[place] if place >= 0 else None

    def in_utterance(self, index: int) -> bool:
        """Whether a token stands in a quoted whole statement."""
        quotable = self.quotable_at(index)
        return quotable is not None and quotable.is_utterance

    def is_edge(self, token: Token) -> bool:
        """Whether a token is white space or a mark that does not belong to words beside it."""
        return bool(token.is_space) or token.text in _EDGE

    def span_of(self, first: int, last: int) -> Span | None:
        """Characters of the tokens ``first`` to ``last`` (inclusive) without marks at the edges.

        Quotation marks are put back where they enclose the outermost words, and a quotation cut in its middle is
        taken whole, so that no content begins or ends inside a quoted stretch. None if no word is left.
        """
        doc = self.doc
        while first <= last and self.is_edge(doc[first]):
            first += 1
        while last >= first and self.is_edge(doc[last]):
            last -= 1
        if last < first:
            return None
        start, end = doc[first].idx, doc[last].idx + len(doc[last])
        return self.with_marks(Span(start, end))

    def with_marks(self, span: Span) -> Span:
        """The span with the marks of the quotations that it begins or ends in."""
        start, end = span.start, span.end
        place = bisect_right(self._region_starts, start) - 1
        if place >= 0:
            region = self.regions[place]
            if region.span.end > start and not WORD.search(self.text, region.span.start, start):
                start = region.span.start
        place = bisect_right(self._region_starts, end - 1) - 1
        if place >= 0:
            region = self.regions[place]
            if region.span.start < end < region.span.end and (
                start <= region.span.start or not WORD.search(self.text, end, region.span.end)
            ):
                end = region.span.end
        return Span(start, end)

    def sentence_bounds(self, token: Token) -> tuple[int, int]:
        """First and last token (inclusive) of the sentence, clipped to the paragraph."""
        start, end = self._sentences[token.i]
        number = self.paragraph_of(token)
        first = max(start, self.paragraph_start(number))
        return self._after_dateline(first, token.i), min(end, self.paragraph_end(number)) - 1

    def _inside_word(self, index: int) -> bool:
        """Whether no white space stands on either side: the hyphen of "President-elect" ends no dateline."""
        return index > 0 and not self.doc[index - 1].whitespace_ and not self.doc[index].whitespace_

    def _after_dateline(self, first: int, stop: int) -> int:
        """First token behind a dateline such as "BEIJING (Reuters) —" or "2025-01-17 Beijing:"; else ``first``."""
        place_named = False
        for index in range(first, min(stop, first + _DATELINE_WORDS)):
            token = self.doc[index]
            if token.text in _DATELINE_ENDS and not self._inside_word(index):
                return index + 1 if place_named else first
            if token.pos_ in ("VERB", "AUX", "PRON"):
                return first
            place_named = place_named or token.ent_type_ == "GPE"
        return first
