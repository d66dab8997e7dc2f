"""The clause around a cue: its subject, how far it reaches, and the words that name the speaker."""

from spacy.tokens import Doc, Token

from transforms.annotate.quotes.reading import Reading
from transforms.spans import Span

_NOMINAL = frozenset(("PROPN", "NOUN", "PRON", "ADJ", "DET", "NUM"))
_HEAD = frozenset(("PROPN", "NOUN", "PRON"))
_RELATIVE = frozenset(("who", "which", "that", "whom"))
_CIRCUMSTANCE = frozenset(("in", "on", "at", "during", "after", "before", "via", "through", "to"))
_ADJUNCTS = frozenset(("prep", "npadvmod", "advmod", "dobj", "dative", "nsubj", "prt", "agent"))
_ADJUNCT_REACH = 12
_DEPTH = 6
_LONGEST_PHRASE = 60
"""Tokens beyond which a phrase is a list or a broken text, so that none is walked again and again."""


def subject_of(verb: Token) -> Token | None:
    """Head word of the verb's subject, or of a passive's agent; the governing verb's where it has none of its own."""
    current = verb
    for _ in range(_DEPTH):
        own = _own_subject(current)
        if own is not None:
            return own
        if any(child.dep_ in ("nsubjpass", "auxpass") for child in current.children) and current == verb:
            return None
        head = current.head
        if head.i == current.i:
            return None
        if current.dep_ in ("conj", "xcomp", "advcl", "ccomp", "dep") and head.pos_ in ("VERB", "AUX"):
            current = head
        elif current.dep_ == "pcomp" and head.dep_ == "prep" and head.head.pos_ in ("VERB", "AUX"):
            current = head.head
        elif current.dep_ in ("acl", "relcl") and head.pos_ in _HEAD:
            return head
        else:
            return None
    return None


def _own_subject(verb: Token) -> Token | None:
    for child in verb.children:
        if child.dep_ in ("nsubj", "csubj"):
            if child.lower_ in _RELATIVE and verb.dep_ == "relcl" and verb.head.pos_ in _HEAD:
                return verb.head
            return child
    for child in verb.children:
        if child.dep_ == "agent":
            for inner in child.children:
                if inner.dep_ == "pobj":
                    return inner
    return None


def speaker_span(reading: Reading, subject: Token, cue: Token) -> Span | None:
    """Words of the subject's phrase up to its first clause, apposition or comma; never the cue, never a quotation."""
    doc = reading.doc
    first = last = subject.i
    left = max(subject.left_edge.i, subject.i - _LONGEST_PHRASE)
    for index in range(subject.i - 1, left - 1, -1):
        token = doc[index]
        if token.is_space or token.text in (",", ";", ":", "—", "–", "--") or index == cue.i:
            break
        if reading.in_utterance(index):
            break
        first = index
    last = _right_end(reading, subject, cue)
    while first < last and (reading.is_edge(doc[first]) or doc[first].dep_ in ("cc", "mark", "advmod")):
        first += 1
    while last > first and reading.is_edge(doc[last]):
        last -= 1
    if reading.is_edge(doc[last]):
        return None
    end = doc[last].idx + len(doc[last])
    return Span(doc[first].idx, end)


def _right_end(reading: Reading, subject: Token, cue: Token) -> int:
    doc = reading.doc
    stop = min(subject.right_edge.i, subject.i + _LONGEST_PHRASE)
    if subject.i < cue.i <= stop:
        stop = cue.i - 1
    for child in subject.children:
        if child.i <= subject.i or child.i > stop:
            continue
        if child.dep_ in ("relcl", "acl", "appos", "punct", "advcl"):
            stop = min(stop, child.left_edge.i - 1)
        elif (
            child.dep_ == "prep"
            and (
                subject.pos_ == "PROPN"
                or (subject.text[:1].isupper() and subject.tag_ not in ("NN", "NNS", "PRP", "DT"))
            )
            and (child.lower_ in _CIRCUMSTANCE or doc[child.i - 1].text == ",")
        ):
            stop = min(stop, child.i - 1)
    for index in range(subject.i + 1, stop + 1):
        token = doc[index]
        if reading.in_utterance(index) or token.text in (",", ";", ":", "—", "–", "--", "(") or token.is_space:
            # A comma inside "Dr John Smith, Jr" or between co-ordinated speakers is rarer than one that ends the name.
            return index - 1
    return max(stop, subject.i)


def nominal_before(reading: Reading, verb: Token, stop: int) -> Token | None:
    """Head of the noun phrase that ends right before a verb, by parts of speech; ``stop`` is the first usable token."""
    doc = reading.doc
    index = verb.i - 1
    while index >= stop and doc[index].pos_ in ("ADV", "AUX", "PART"):
        index -= 1
    usable = index >= stop and not reading.in_utterance(index) and not reading.is_edge(doc[index])
    if usable and doc[index].pos_ in _HEAD:
        return doc[index]
    return None


def nominal_after(reading: Reading, verb: Token, stop: int) -> Token | None:
    """Head of the noun phrase that begins right after a verb, by parts of speech; ``stop`` is the token not to pass."""
    doc = reading.doc
    index = verb.i + 1
    head: Token | None = None
    while index < stop and (doc[index].pos_ in _NOMINAL or doc[index].text in ("'s", "’s")):
        if reading.in_utterance(index):
            break
        if doc[index].pos_ in _HEAD:
            head = doc[index]
        index += 1
    return head


def clause_extent(reading: Reading, verb: Token, subject: Token | None) -> tuple[int, int]:
    """First and last token of the cue clause: the verb with its subject, auxiliaries, addressee and circumstances.

    Content clauses and quoted statements are no part of it.
    """
    return _left_extent(reading, verb, subject), _right_extent(reading, verb)


def _left_extent(reading: Reading, verb: Token, subject: Token | None) -> int:
    first = verb.i
    for child in verb.children:
        near = verb.i - 4 <= child.i < verb.i and child.dep_ in ("aux", "neg", "auxpass", "advmod", "nsubjpass")
        if near or (child.i < verb.i and child.dep_ in ("nsubj", "csubj")):
            first = min(first, child.left_edge.i)
    if subject is not None and subject.head.i == verb.i and subject.i < verb.i:
        first = min(first, subject.left_edge.i)
    first = max(first, verb.i - _LONGEST_PHRASE)
    for index in range(first, verb.i):
        if reading.in_utterance(index):
            first = index + 1
    return first


def _right_extent(reading: Reading, verb: Token) -> int:
    doc = reading.doc
    last = verb.i
    for child in verb.children:
        if child.i <= verb.i or child.i - last > _ADJUNCT_REACH or child.dep_ not in _ADJUNCTS:
            continue
        if child.dep_ != "nsubj" and doc[child.left_edge.i - 1].text == ",":
            continue
        stop = min(child.right_edge.i, child.i + _LONGEST_PHRASE)
        quoted = [index for index in range(child.left_edge.i, stop + 1) if reading.in_utterance(index)]
        last = max(last, quoted[0] - 1 if quoted else stop)
    while last > verb.i and reading.is_edge(doc[last]):
        last -= 1
    return last


def next_word(doc: Doc, index: int, stop: int) -> int | None:
    """First token from ``index`` on, before ``stop``, that is not white space."""
    while index < stop:
        if not doc[index].is_space:
            return index
        index += 1
    return None


def previous_word(doc: Doc, index: int, stop: int) -> int | None:
    """First token from ``index`` backwards, not before ``stop``, that is not white space."""
    while index >= stop:
        if not doc[index].is_space:
            return index
        index -= 1
    return None
