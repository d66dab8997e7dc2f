"""Reported speech without marks around all of it: clauses of cue verbs, parentheses, "according to", naming."""

from spacy.tokens import Token

from transforms.annotate.quotes.attribution import Attribution, merged, token_span
from transforms.annotate.quotes.clauses import clause_extent, next_word, previous_word, speaker_span, subject_of
from transforms.annotate.quotes.cues import Cue, cue_of, lemma_of
from transforms.annotate.quotes.marks import words
from transforms.annotate.quotes.reading import Reading
from transforms.spans import Span

_DASHES = frozenset(("-", "–", "—", "―", "--"))
_BREAKS = _DASHES | {","}
_CLAUSE_ENDS = frozenset((",", ".", ";", ":", "!", "?", ")", *_DASHES))
_RELATIVE = frozenset(("who", "which", "that", "whom", "what", "whose"))
_PARTICIPLE_LINKS = frozenset(("before", "after", "while", "when", "without"))
_NEW_CLAUSE = frozenset(("according", "who", "which", "where", "while", "when", "as", "after"))
_WITH_ADDRESSEE = frozenset(("tell", "inform", "assure", "remind", "warn", "notify", "brief", "reassure", "advise"))
_PERSONS_OF_THE_TALK = frozenset(("i", "we", "you"))
_SPEECH_ADJUNCTS = frozenset(("cite", "accuse", "refer", "allude", "include", "call", "suggest", "describe"))
_LONGEST_CONTENT = 400
"""Tokens beyond which a "sentence" is a list or a broken text, and no report."""
_SHORTEST_PARENTHESIS = 3
_MOST_VERBLESS_WORDS = 12


class IndirectRules:
    """Finds what cue verbs report as clauses."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def find(self, taken: frozenset[int]) -> list[Attribution]:
        """Attributions in text order; ``taken`` holds the first characters of cues that already have their content."""
        reading = self.reading
        found: list[Attribution] = []
        for token in reading.doc:
            if reading.in_utterance(token.i) or reading.in_heading(token):
                continue
            attribution: Attribution | None = None
            if token.lower_ == "according":
                attribution = self._according_to(token)
            else:
                cue = cue_of(token)
                if cue is not None and token.dep_ not in ("aux", "auxpass", "amod", "compound"):
                    attribution = self._of_cue(token, cue, has_content=token.idx in taken)
            if attribution is not None:
                found.append(attribution)
        return found

    # -- clauses

    def _of_cue(self, verb: Token, cue: Cue, *, has_content: bool) -> Attribution | None:
        reading = self.reading
        if self._is_aside(verb):
            return None
        subject = subject_of(verb)
        if subject is not None and reading.in_utterance(subject.i):
            subject = None
        spans: list[Span] = []
        rule = ""
        for complement, kind in self._complements(verb, cue, subject):
            span = self._complement_span(verb, complement, subject)
            if span is not None:
                spans.append(span)
                rule = rule or kind
        if not spans and subject is not None and not has_content and "clause" in cue.complements:
            spans, rule = self._around(verb, cue, subject)
        if not spans and "naming" in cue.complements and subject is not None:
            spans, rule = self._naming(verb), "naming"
        if not spans:
            return None
        speaker = None if subject is None else speaker_span(reading, subject, verb)
        if speaker is None and not self._may_lack_speaker(verb, rule):
            return None
        if rule == "infinitive" and (speaker is None or speaker.of(reading.text).lower() in _PERSONS_OF_THE_TALK):
            return None
        return Attribution(
            rule=rule,
            content=merged(spans),
            paragraph=reading.paragraph_of(verb),
            cue=token_span(verb),
            cue_lemma=lemma_of(verb),
            speaker=speaker,
            subject=subject if speaker is not None else None,
        )

    def _is_aside(self, verb: Token) -> bool:
        """Whether it is the "say" of "in, say, two years"."""
        doc = self.reading.doc
        return bool(
            verb.lower_ == "say"
            and 0 < verb.i < len(doc) - 1
            and doc[verb.i - 1].text == ","
            and doc[verb.i + 1].text == ","
        )

    @staticmethod
    def _may_lack_speaker(verb: Token, rule: str) -> bool:
        """Whether a report without anybody named is a report still: finite, active, a clause of its own."""
        if rule != "clause" or any(child.dep_ in ("auxpass", "nsubjpass") for child in verb.children):
            return False
        if verb.tag_ in ("VB", "VBG") or verb.dep_ not in ("ROOT", "conj", "relcl", "ccomp"):
            return False
        return verb.tag_ != "VBN" or any(child.dep_ == "aux" for child in verb.children)

    def _complements(self, verb: Token, cue: Cue, subject: Token | None) -> list[tuple[Token, str]]:
        found: list[tuple[Token, str]] = []
        clausal = bool(cue.complements & {"clause", "that-clause"})
        own_subject_end = subject.i if subject is not None and subject.head.i == verb.i else -1
        for child in verb.children:
            if child.i < verb.i or child.i < own_subject_end:
                continue
            infinitive = any(inner.dep_ == "aux" and inner.lower_ == "to" for inner in child.children)
            if child.dep_ == "ccomp" and clausal and not infinitive:
                if "clause" not in cue.complements and not self._has_that(child):
                    continue
                found.append((child, "clause"))
            elif (
                infinitive
                and "infinitive" in cue.complements
                and verb.dep_ in ("ROOT", "conj", "ccomp")
                and (child.dep_ == "xcomp" or (child.dep_ in ("ccomp", "advcl") and cue.kind in ("say", "warn", "ask")))
            ):
                found.append((child, "infinitive"))
        return found

    @staticmethod
    def _has_that(clause: Token) -> bool:
        return any(child.dep_ == "mark" and child.lower_ == "that" for child in clause.children)

    def _complement_span(self, verb: Token, clause: Token, subject: Token | None) -> Span | None:
        reading, doc = self.reading, self.reading.doc
        first, last = max(clause.left_edge.i, verb.i + 1), clause.right_edge.i
        if subject is not None and subject.head.i == verb.i and first <= subject.i < clause.i:
            first = subject.right_edge.i + 1
        sentence_last = min(reading.paragraph_end(reading.paragraph_of(verb)) - 1, last)
        if sentence_last - first > _LONGEST_CONTENT:
            return None
        last = self._without_adjuncts(verb, first, sentence_last)
        last = self._with_coordinated(verb, last)
        while first < last and (reading.is_edge(doc[first]) or doc[first].lower_ == "that"):
            if doc[first].lower_ == "that" and doc[first].dep_ != "mark":
                break
            first += 1
        return reading.span_of(first, last)

    def _without_adjuncts(self, verb: Token, first: int, last: int) -> int:
        """Last token of a content clause before a participle or a second report that belongs to the cue."""
        reading, doc = self.reading, self.reading.doc
        for index in range(first + 1, last + 1):
            token, before = doc[index], doc[index - 1]
            quotable = reading.quotable_at(index - 1)
            if quotable is not None and quotable.last == index and quotable.is_utterance and quotable.ending in ".?!,":
                return index - 1
            if reading.quotable_at(index) is not None:
                continue
            if before.text == ",":
                if token.tag_ == "VBG" and (cue_of(token) is not None or lemma_of(token) in _SPEECH_ADJUNCTS):
                    return index - 2
                if token.lower_ in _PARTICIPLE_LINKS and index < last and doc[index + 1].tag_ == "VBG":
                    return index - 2
                if token.lower_ == "according":
                    return index - 2
            if token.lower_ in ("and", "but") and self._begins_second_report(verb, index + 1, last):
                return index - 1
        return last

    def _begins_second_report(self, verb: Token, index: int, last: int) -> bool:
        doc = self.reading.doc
        while index < last and doc[index].pos_ == "ADV":
            index += 1
        if index >= last or verb.tag_ not in ("VBD", "VBZ"):
            return False
        second = doc[index]
        if second.tag_ != verb.tag_ or cue_of(second) is None:
            return False
        if any(child.dep_ == "nsubj" for child in second.children):
            return False
        return doc[index + 1].lower_ == "that" or any(child.dep_ in ("ccomp", "xcomp") for child in second.children)

    def _with_coordinated(self, verb: Token, last: int) -> int:
        """Last token including verb phrases that the parse co-ordinated with the cue though they belong to the content.

        "said it will close and will then reopen": a modal, a "that" or a change of tense tells.
        """
        doc = self.reading.doc
        end = self.reading.paragraph_end(self.reading.paragraph_of(verb))
        index = last + 1
        while index < end and (doc[index].is_space or doc[index].text == ","):
            index += 1
        if index >= end or doc[index].dep_ != "cc" or doc[index].head.i != verb.i:
            return last
        following = [token for token in verb.conjuncts if token.i > index]
        if not following:
            return last
        second = following[0]
        subjects = any(child.dep_ in ("nsubj", "nsubjpass") for child in second.children)
        modal = any(child.dep_ == "aux" and child.tag_ == "MD" for child in second.children)
        if cue_of(second) is not None and not modal:
            return last
        past = verb.tag_ in ("VBD", "VBN")
        shifted = not subjects and past and second.tag_ in ("VBZ", "VBP")
        present_auxiliary = (
            not subjects
            and verb.tag_ == "VBD"
            and any(child.dep_ in ("aux", "auxpass") and child.tag_ in ("VBZ", "VBP") for child in second.children)
        )
        if modal or shifted or present_auxiliary or self._has_that(second):
            return int(second.right_edge.i)
        return last

    # -- the cue at the end or in the middle

    def _around(self, verb: Token, cue: Cue, subject: Token) -> tuple[list[Span], str]:
        """Content before a cue clause that follows a comma, and after it where the sentence goes on."""
        reading = self.reading
        sentence_first, sentence_last = reading.sentence_bounds(verb)
        attached = subject.head.i == verb.i or verb.dep_ in ("xcomp", "conj")
        if (
            not attached
            or self._has_object(verb, cue)
            or subject.lower_ in _RELATIVE
            or verb.dep_ in ("relcl", "acl")
            or sentence_last - sentence_first > _LONGEST_CONTENT
        ):
            return [], ""
        if self._begins_with_as(verb, subject):
            return self._as_noted(verb, sentence_first, sentence_last) if self._is_bare(verb) else ([], "")
        spans = self._beside(verb, subject, sentence_first, sentence_last)
        return spans, "parenthesis" if spans else ""

    @staticmethod
    def _has_object(verb: Token, cue: Cue) -> bool:
        """Whether a cue has an object that is no addressee: charged two developers; but told reporters."""
        if cue.lemma in _WITH_ADDRESSEE:
            return False
        return any(child.dep_ == "dobj" and child.i > verb.i for child in verb.children)

    def _beside(self, verb: Token, subject: Token, sentence_first: int, sentence_last: int) -> list[Span]:
        reading, doc = self.reading, self.reading.doc
        first, last = clause_extent(reading, verb, subject)
        before = previous_word(doc, first - 1, sentence_first)
        after = next_word(doc, last + 1, sentence_last + 1)
        if before is None or doc[before].text not in _BREAKS:
            return []
        if after is not None and doc[after].text not in _CLAUSE_ENDS and not reading.is_edge(doc[after]):
            return []
        begin = sentence_first
        while begin < before and (doc[begin].dep_ == "cc" or doc[begin].is_punct or doc[begin].is_space):
            if reading.quotable_at(begin) is not None:
                break
            begin += 1
        left = reading.span_of(begin, before - 1)
        if left is None or any(reading.in_utterance(index) for index in range(begin, before)):
            return []
        right = self._right_part(after, sentence_last)
        has_verb = any(token.pos_ in ("VERB", "AUX") for token in doc[begin:before])
        if not has_verb and (right is None or len(words(reading.text, left)) > _MOST_VERBLESS_WORDS):
            return []
        return [left] if right is None else [left, right]

    def _right_part(self, after: int | None, sentence_last: int) -> Span | None:
        reading, doc = self.reading, self.reading.doc
        if after is None or doc[after].text not in _BREAKS or after >= sentence_last:
            return None
        begins = doc[after + 1]
        if begins.tag_ == "VBG" or begins.lower_ in _NEW_CLAUSE:
            return None
        return reading.span_of(after + 1, sentence_last)

    @staticmethod
    def _begins_with_as(verb: Token, subject: Token) -> bool:
        return verb.dep_ == "advcl" and any(
            child.dep_ in ("mark", "advmod") and child.lower_ == "as" and child.i < subject.i for child in verb.children
        )

    @staticmethod
    def _is_bare(verb: Token) -> bool:
        """Whether a cue has nothing of its own to report: no object, clause or prepositional phrase."""
        return not any(child.dep_ in ("dobj", "ccomp", "xcomp", "prep") and child.i > verb.i for child in verb.children)

    def _as_noted(self, verb: Token, sentence_first: int, sentence_last: int) -> tuple[list[Span], str]:
        reading = self.reading
        first, last = verb.left_edge.i, verb.right_edge.i
        if first > sentence_first and self.reading.doc[first - 1].text not in _BREAKS:
            return [], ""
        span = (
            reading.span_of(last + 1, sentence_last)
            if first - sentence_first <= 1
            else reading.span_of(sentence_first, first - 1)
        )
        if span is None or len(words(reading.text, span)) <= _SHORTEST_PARENTHESIS:
            return [], ""
        return [span], "as-noted"

    # -- called it "…"

    def _naming(self, verb: Token) -> list[Span]:
        """Quoted words in the phrase of a naming verb, with the object before them."""
        reading = self.reading
        if any(child.lower_ == "what" for child in verb.children):
            return []
        if lemma_of(verb) == "call" and any(
            child.dep_ in ("prep", "prt") and child.lower_ in ("for", "on", "upon", "to") for child in verb.children
        ):
            return []
        first, last = verb.i + 1, min(verb.right_edge.i, verb.i + _LONGEST_CONTENT)
        for index in range(first, last + 1):
            quotable = reading.quotable_at(index)
            if quotable is None:
                continue
            if quotable.is_utterance:
                return []
            parts = [child for child in verb.children if child.i > verb.i]
            objects = [part.left_edge.i for part in parts if part.dep_ in ("dobj", "nsubj", "ccomp", "oprd", "attr")]
            begin = min([*objects, index])
            end = max(
                [part.right_edge.i for part in parts if part.left_edge.i <= index <= part.right_edge.i] or [index]
            )
            comma = next((i for i in range(quotable.last, end + 1) if reading.is_edge(reading.doc[i])), end + 1)
            span = reading.span_of(begin, max(comma, quotable.last) - 1)
            return [] if span is None else [span]
        return []

    # -- according to

    def _according_to(self, token: Token) -> Attribution | None:
        reading, doc = self.reading, self.reading.doc
        if token.i + 1 >= len(doc) or doc[token.i + 1].lower_ != "to":
            return None
        to = doc[token.i + 1]
        source = next((child for child in (*to.children, *token.children) if child.dep_ == "pobj"), None)
        if source is None or source.i <= to.i:
            return None
        speaker = speaker_span(reading, source, to)
        sentence_first, sentence_last = reading.sentence_bounds(token)
        if speaker is None or sentence_last - sentence_first > _LONGEST_CONTENT:
            return None
        spans = self._according_content(token, source, speaker, sentence_first, sentence_last)
        spans = [span for span in spans if not span.overlaps(speaker)]
        if not spans or sum(len(words(reading.text, span)) for span in spans) < _SHORTEST_PARENTHESIS:
            return None
        return Attribution(
            rule="according-to",
            content=merged(spans),
            paragraph=reading.paragraph_of(token),
            cue=token_span(token, to),
            cue_lemma="according to",
            speaker=speaker,
            subject=source,
        )

    def _according_content(
        self, token: Token, source: Token, speaker: Span, sentence_first: int, sentence_last: int
    ) -> list[Span]:
        reading, doc = self.reading, self.reading.doc
        after_speaker = reading.token_at(speaker.end)
        if token.i - sentence_first <= 2:
            comma = next((i for i in range(after_speaker, sentence_last) if doc[i].text == ","), None)
            if comma is not None and self._opens_apposition(source, comma):
                comma = next((i for i in range(comma + 1, sentence_last) if doc[i].text == ","), comma)
            span = reading.span_of(after_speaker if comma is None else comma + 1, sentence_last)
            return [] if span is None else [span]
        left = reading.span_of(sentence_first, token.i - 1)
        spans = [] if left is None else [left]
        mid_sentence = doc[token.i - 1].text == "," and after_speaker < sentence_last and doc[after_speaker].text == ","
        if mid_sentence and doc[after_speaker + 1].lower_ not in ("which", "who", "and", "but"):
            right = reading.span_of(after_speaker + 1, sentence_last)
            apposition = self._opens_apposition(source, after_speaker)
            if right is not None and not apposition and len(words(reading.text, right)) >= _SHORTEST_PARENTHESIS:
                has_verb = any(t.pos_ in ("VERB", "AUX") for t in doc[sentence_first : token.i])
                if not has_verb:
                    return [right] if doc[sentence_first].pos_ == "ADP" else [*spans, right]
                spans.append(right)
        return spans

    @staticmethod
    def _opens_apposition(source: Token, comma: int) -> bool:
        return any(
            child.dep_ in ("appos", "relcl", "acl") and child.left_edge.i == comma + 1 for child in source.children
        )
