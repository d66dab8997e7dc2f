"""Attribution of quoted statements by what stands beside the marks: "…," she said; he told reporters: "…"."""

import re

from spacy.tokens import Token

from transforms.annotate.quotes.attribution import Attribution, merged, token_span
from transforms.annotate.quotes.clauses import (
    next_word,
    nominal_after,
    nominal_before,
    previous_word,
    speaker_span,
    subject_of,
)
from transforms.annotate.quotes.cues import cue_of, lemma_of
from transforms.annotate.quotes.marks import WORD
from transforms.annotate.quotes.reading import Quotable, Reading

_REACH = 40
"""Tokens on either side of a quotation in which its cue may stand."""
_FINITE = frozenset(("VBD", "VBZ", "VBP"))
_NEVER_GENERIC = frozenset(("be", "have", "do", "get", "make", "title", "name", "entitle", "know"))
_SEPARATORS = frozenset((",", "-", "–", "—", "―", "--"))
_ASKS_FOR_MORE = frozenset(",?!—–-")
_LABEL = re.compile(r"[A-Z][^:.\"“”]{1,80}:\Z")
_LABEL_WORDS = 8
_GAP_WORDS = 6


class DirectRules:
    """Finds the cue of each quoted statement of a text; remembers which quotations are spoken for."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.used: set[int] = set()
        """Places of the attributed quotations in ``reading.quotables``."""

    def find(self) -> list[Attribution]:
        """Attributions of quoted statements, in text order."""
        found: list[Attribution] = []
        quotables = self.reading.quotables
        for place, quotable in enumerate(quotables):
            if not quotable.is_utterance or quotable.first == quotable.last:
                continue
            previous = found[-1] if found and place - 1 in self.used else None
            attribution = self._attribute(place, quotable, previous)
            if attribution is None:
                continue
            self.used.add(place)
            if previous is not None and attribution.continues is previous:
                found[-1] = _joined(previous, attribution)
            else:
                found.append(attribution)
        return found

    def _attribute(self, place: int, quotable: Quotable, previous: Attribution | None) -> Attribution | None:
        before = self._before(place, quotable, previous)
        if quotable.ending == "," or (quotable.ending in "?!—–-" and quotable.ending):
            after = self._after(place, quotable)
            return after or before
        if before is not None:
            return before
        return self._after(place, quotable)

    # -- "…," X said

    def _after(self, place: int, quotable: Quotable) -> Attribution | None:
        reading, doc = self.reading, self.reading.doc
        stop = self._stop_after(place, quotable)
        begin = next_word(doc, quotable.last, stop)
        if begin is None:
            return None
        outside_mark = doc[begin].text in _SEPARATORS
        if outside_mark:
            begin = next_word(doc, begin + 1, stop)
            if begin is None:
                return None
        open_ended = outside_mark or quotable.ending in _ASKS_FOR_MORE
        found = self._inverted(begin, stop, open_ended=open_ended) or self._subject_first(
            begin, stop, open_ended=open_ended
        )
        if found is None:
            return None
        verb, subject = found
        span = speaker_span(reading, subject, verb)
        if span is None or span.overlaps(quotable.region.span):
            return None
        return Attribution(
            rule="direct-after",
            content=(quotable.region.span,),
            paragraph=quotable.paragraph,
            cue=token_span(verb),
            cue_lemma=lemma_of(verb),
            speaker=span,
            subject=subject,
        )

    def _stop_after(self, place: int, quotable: Quotable) -> int:
        """Token after the stretch behind a quotation that may hold its cue."""
        reading, doc = self.reading, self.reading.doc
        stop = min(reading.paragraph_end(quotable.paragraph), quotable.last + _REACH)
        if place + 1 < len(reading.quotables):
            stop = min(stop, reading.quotables[place + 1].first)
        for index in range(quotable.last, stop):
            if doc[index].text in (";", "?", "!") or (doc[index].text == "." and index + 1 < stop):
                return index
        return stop

    def _inverted(self, begin: int, stop: int, *, open_ended: bool) -> tuple[Token, Token] | None:
        """Verb, then subject: said the minister."""
        reading, doc = self.reading, self.reading.doc
        index = begin
        while index < stop and doc[index].pos_ == "ADV":
            index += 1
        if index >= stop or doc[index].tag_ not in _FINITE | {"VBN", "VB"} or not open_ended:
            return None
        verb = doc[index]
        if cue_of(verb) is None:
            return None
        for child in verb.children:
            if child.dep_ == "nsubj" and verb.i < child.i < stop and not reading.in_utterance(child.i):
                return verb, child
        subject = nominal_after(reading, verb, stop)
        return None if subject is None else (verb, subject)

    def _subject_first(self, begin: int, stop: int, *, open_ended: bool) -> tuple[Token, Token] | None:
        """Subject, then verb: the minister said."""
        doc = self.reading.doc
        first_verb: Token | None = None
        for index in range(begin, stop):
            verb = doc[index]
            if verb.pos_ not in ("VERB", "AUX") or verb.tag_ not in _FINITE | {"VBN"}:
                if verb.dep_ == "cc" and index == begin and not open_ended:
                    return None
                continue
            if verb.dep_ in ("relcl", "acl"):
                continue
            known = cue_of(verb) is not None
            generic = open_ended and first_verb is None and lemma_of(verb) not in _NEVER_GENERIC
            first_verb = first_verb or verb
            if not (known or generic):
                if verb.pos_ == "AUX":
                    first_verb = None if verb.dep_ in ("aux", "auxpass") else first_verb
                continue
            subject = self._subject_between(begin, verb)
            if subject is None:
                continue
            near = subject.left_edge.i - begin <= 2
            if known and (open_ended or (near and (subject.pos_ == "PRON" or doc[begin].text[:1].islower()))):
                return verb, subject
            if (
                generic
                and near
                and not any(child.dep_ in ("ccomp", "attr") for child in verb.children if child.i > verb.i)
            ):
                return verb, subject
        return None

    def _subject_between(self, begin: int, verb: Token) -> Token | None:
        for child in verb.children:
            if child.dep_ in ("nsubj", "csubj") and begin <= child.i < verb.i:
                return child
        return nominal_before(self.reading, verb, begin) or self._set_off_by_comma(begin, verb)

    def _set_off_by_comma(self, begin: int, verb: Token) -> Token | None:
        """Subject with an apposition between commas, where the parse lost it: Lee, the chair, said."""
        reading, doc = self.reading, self.reading.doc
        if verb.i - begin < 3 or doc[verb.i - 1].text != ",":
            return None
        if doc[begin].pos_ not in ("PROPN", "DET", "NOUN", "ADJ"):
            return None
        comma = next((index for index in range(begin + 1, verb.i) if doc[index].text == ","), verb.i)
        return nominal_before(reading, doc[comma], begin) if comma < verb.i - 1 else None

    # -- X said: "…"

    def _before(self, place: int, quotable: Quotable, previous: Attribution | None) -> Attribution | None:
        reading, doc = self.reading, self.reading.doc
        stop = max(reading.paragraph_start(quotable.paragraph), quotable.first - _REACH)
        if place:
            stop = max(stop, reading.quotables[place - 1].last)
        last = previous_word(doc, quotable.first - 1, stop)
        if last is None:
            return self._after_paragraph(quotable)
        separator = doc[last].text
        if separator.endswith(":"):
            return self._after_colon(quotable, stop, last)
        verb = self._nearest_verb(stop, last)
        if verb is None:
            return None
        if cue_of(verb) is not None and self._gap_is_plain(verb.i, last, separator):
            return self._from_cue(quotable, verb, previous, "direct-before")
        return self._generic_before(quotable, verb, last, separator)

    def _nearest_verb(self, stop: int, last: int) -> Token | None:
        """The last finite verb or cue of the sentence that leads to a quotation."""
        doc = self.reading.doc
        for index in range(last, stop - 1, -1):
            verb = doc[index]
            if verb.text in (".", "?", "!", ";"):
                return None
            if verb.pos_ not in ("VERB", "AUX") or verb.dep_ in ("aux", "auxpass"):
                continue
            if verb.tag_ in _FINITE or verb.tag_ == "MD":
                return verb
            if cue_of(verb) is not None:
                return verb
        return None

    def _gap_is_plain(self, verb: int, last: int, separator: str) -> bool:
        """Whether between the cue and the mark stand only an addressee, a circumstance, a comma or "that"."""
        doc = self.reading.doc
        gap = [token for token in doc[verb + 1 : last + 1] if not token.is_space]
        if any(token.tag_ in _FINITE or token.tag_ == "MD" for token in gap):
            return False
        if separator in (",", "that") or not gap:
            return True
        subject_follows = any(token.dep_ == "nsubj" and token.head.i == verb for token in gap)
        return subject_follows and len(gap) <= _GAP_WORDS

    def _generic_before(self, quotable: Quotable, verb: Token, last: int, separator: str) -> Attribution | None:
        """Any verb directly before a comma and a whole statement: he smiled, "…"."""
        if separator != "," or lemma_of(verb) in _NEVER_GENERIC or last - verb.i > 4 or quotable.word_count < 3:
            return None
        return self._from_cue(quotable, verb, None, "direct-generic")

    def _from_cue(self, quotable: Quotable, verb: Token, previous: Attribution | None, rule: str) -> Attribution | None:
        reading = self.reading
        if previous is not None and previous.cue is not None and previous.cue.start == verb.idx:
            return Attribution(
                rule="direct-split",
                content=(quotable.region.span,),
                paragraph=quotable.paragraph,
                continues=previous,
            )
        subject = subject_of(verb)
        if subject is None or reading.in_utterance(subject.i):
            subject = nominal_before(reading, verb, reading.sentence_bounds(verb)[0])
        span = None if subject is None else speaker_span(reading, subject, verb)
        if span is None and rule == "direct-generic":
            return None
        return Attribution(
            rule=rule,
            content=(quotable.region.span,),
            paragraph=quotable.paragraph,
            cue=token_span(verb),
            cue_lemma=lemma_of(verb),
            speaker=span,
            subject=subject if span is not None else None,
        )

    def _after_paragraph(self, quotable: Quotable) -> Attribution | None:
        """A paragraph of its own that the paragraph before it announces with a colon."""
        reading = self.reading
        number = quotable.paragraph
        if number == 0 or reading.paragraphs[number].start != quotable.region.span.start:
            return None
        begin, end = reading.paragraph_start(number - 1), reading.paragraph_end(number - 1)
        colon = previous_word(reading.doc, end - 1, begin)
        if colon is None or not reading.doc[colon].text.endswith(":"):
            return None
        return self._after_colon(quotable, max(begin, colon - _REACH), colon)

    def _after_colon(self, quotable: Quotable, stop: int, colon: int) -> Attribution | None:
        reading, doc = self.reading, self.reading.doc
        begin = colon
        while begin > stop and doc[begin - 1].text not in (".", "?", "!", ";"):
            begin -= 1
        clause = doc[begin:colon]
        verbs = [token for token in clause if cue_of(token) is not None and token.dep_ not in ("aux", "auxpass")]
        for verb in reversed(verbs):
            found = self._from_cue(quotable, verb, None, "direct-colon")
            if found is not None and found.speaker is not None:
                return found
        label = reading.text[doc[begin].idx : doc[colon].idx + len(doc[colon])].strip()
        if (
            _LABEL.match(label)
            and len(WORD.findall(label)) <= _LABEL_WORDS
            and not any(t.pos_ == "VERB" for t in clause)
        ):
            span = reading.span_of(begin, colon - 1)
            if span is not None:
                subject = doc[reading.token_at(span.end) - 1]
                return Attribution(
                    "label",
                    (quotable.region.span,),
                    quotable.paragraph,
                    cue=token_span(doc[colon]),
                    cue_lemma=":",
                    speaker=span,
                    subject=subject,
                )
        for token in clause:
            if token.dep_ == "nsubj" and token.head.tag_ in _FINITE and token.head.pos_ in ("VERB", "AUX"):
                span = speaker_span(reading, token, token.head)
                if span is not None:
                    return Attribution(
                        "direct-colon",
                        (quotable.region.span,),
                        quotable.paragraph,
                        cue=token_span(token.head),
                        cue_lemma=lemma_of(token.head),
                        speaker=span,
                        subject=token,
                    )
        return None


def _joined(first: Attribution, second: Attribution) -> Attribution:
    """A quotation whose attribution stands in its middle."""
    return Attribution(
        rule="direct-split",
        content=merged((*first.content, *second.content)),
        paragraph=first.paragraph,
        cue=first.cue,
        cue_lemma=first.cue_lemma,
        speaker=first.speaker,
        subject=first.subject,
        continues=first.continues,
    )
