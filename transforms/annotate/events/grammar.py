"""What the dependency parse tells about a verb: its subjects, objects, prepositions and clauses."""

from collections.abc import Iterator

from spacy.tokens import Token

from transforms.annotate.word_kinds import noun_kinds, verb_kinds

RELATIVES = frozenset(("who", "which", "that", "whom", "whose"))
PARTY_LABELS = frozenset(("PERSON", "NORP", "GPE", "ORG"))
NAME_LABELS = PARTY_LABELS | {"LOC", "FAC"}
_TIME_LABELS = frozenset(("DATE", "TIME", "PERCENT", "MONEY", "ORDINAL", "QUANTITY"))
_MODIFIERS = frozenset(("amod", "compound", "poss", "nmod"))
_VERBAL = frozenset(("VERB", "AUX"))
_NOMINAL = frozenset(("NOUN", "PROPN", "PRON"))
_OBJECT_BEFORE_GERUND = frozenset(
    ("accuse", "suspect", "convict", "blame", "charge", "prevent", "stop", "acquit", "criticize")
)
_DEEPEST = 8


def children(token: Token, *relations: str) -> list[Token]:
    """Children of a token with one of the relations, in text order."""
    return [child for child in token.children if child.dep_ in relations]


def lemma(token: Token) -> str:
    """Base form in lower case."""
    return str(token.lemma_).lower()


def is_passive(verb: Token) -> bool:
    """Whether a verb's subject is whom it is done to; reduced relative clauses included."""
    if children(verb, "nsubjpass", "auxpass", "csubjpass"):
        return True
    if verb.tag_ != "VBN":
        return False
    if verb.dep_ in ("acl", "advcl", "relcl"):
        return not children(verb, "nsubj", "dobj", "aux")
    if verb.dep_ == "conj" and verb.head.tag_ in ("VBN", "VBD"):
        return not children(verb, "aux", "nsubj", "dobj") and is_passive(verb.head)
    return False


def coordinated(token: Token) -> list[Token]:
    """A noun and those joined to it by "and", in text order."""
    found, waiting = {token.i: token}, [token]
    while waiting:
        current = waiting.pop()
        for part in (*_same_name(current), *_named_directly(current)):
            for child in part.children:
                nominal = child.pos_ in ("NOUN", "PROPN", "PRON", "NUM", "ADJ", "X")
                if child.dep_ == "conj" and nominal and child.i not in found:
                    found[child.i] = child
                    waiting.append(child)
    return sorted(found.values(), key=lambda item: item.i)


def _named_directly(title: Token) -> list[Token]:
    """The name right behind a title, with no comma: "President-elect Trump and leader Xi" hangs Xi on Trump."""
    return [
        name
        for name in title.children
        if name.dep_ == "appos" and all(title.doc[index].pos_ == "PROPN" for index in range(title.i + 1, name.i))
    ]


def _same_name(token: Token) -> list[Token]:
    """The words of the name that a token belongs to, which the parse may have torn apart; else the token alone."""
    if not token.ent_type_:
        return [token]
    doc, first, last = token.doc, token.i, token.i
    while first > 0 and doc[first].ent_iob_ == "I":
        first -= 1
    while last + 1 < len(doc) and doc[last + 1].ent_iob_ == "I":
        last += 1
    return list(doc[first : last + 1])


def subjects(verb: Token) -> list[Token]:
    """Head of whoever does what an active verb says, through control, coordination and relative clauses."""
    current = verb
    for _ in range(_DEEPEST):
        own = children(current, "nsubj") or (children(current, "nsubjpass") if current != verb else [])
        if own:
            return _without_relative(own[0], current)
        doer = _doer_outside(current)
        if doer is not None:
            return [doer]
        above = _clause_above(current)
        if above is None:
            return []
        current = above
    return []


def _without_relative(subject: Token, verb: Token) -> list[Token]:
    """The subject; the noun that a relative pronoun stands for."""
    return [verb.head] if subject.lower_ in RELATIVES and verb.dep_ == "relcl" else [subject]


def _doer_outside(verb: Token) -> Token | None:
    """The noun that a clause without subject is about: urged Iran to stop; the man accused of killing."""
    head, relation = verb.head, verb.dep_
    found: list[Token] = []
    if relation in ("xcomp", "ccomp") and "object-control" in verb_kinds(lemma(head)):
        found = children(head, "nsubjpass") if is_passive(head) else children(head, "dobj", "dative")
        found = found or [inner for item in children(head, "prep") for inner in children(item, "pobj")]
    elif relation == "pcomp" and lemma(head.head) in _OBJECT_BEFORE_GERUND:
        found = children(head.head, "dobj", "nsubjpass")
    elif relation == "relcl" or (relation == "acl" and head.pos_ in _NOMINAL and verb.tag_ in ("VBG", "VB")):
        found = [] if _governor_of_noun(verb) is not None else [head]
    return found[0] if found else None


def _governor_of_noun(verb: Token) -> Token | None:
    """The verb whose subject does what an infinitive beside its object says: made an offer to help."""
    head = verb.head
    if verb.dep_ != "acl" or verb.tag_ != "VB" or head.dep_ not in ("dobj", "pobj", "attr"):
        return None
    governor = head.head.head if head.dep_ == "pobj" else head.head
    return governor if governor.pos_ in _VERBAL else None


def _clause_above(verb: Token) -> Token | None:
    """The verb whose subject a clause without one shares."""
    head, relation = verb.head, verb.dep_
    if relation in ("conj", "advcl", "acomp"):
        return head if head.pos_ in _VERBAL else None
    if relation in ("xcomp", "ccomp"):
        return head if head.pos_ in (*_VERBAL, "ADJ") else None
    if relation == "pcomp":
        return head.head if head.head.pos_ in _VERBAL else None
    return _governor_of_noun(verb)


def agents(verb: Token) -> list[Token]:
    """Heads behind the "by" of a passive."""
    return [
        inner
        for child in verb.children
        if child.dep_ == "agent" or (child.dep_ == "prep" and child.lower_ == "by")
        for inner in children(child, "pobj")
    ]


def affected(verb: Token) -> list[Token]:
    """Head of whom a passive's action is done to, or of what an active verb's object is."""
    if is_passive(verb):
        return _passive_subject(verb)
    objects = children(verb, "dobj")
    own = children(verb, "nsubj")
    relative_object = bool(objects) and objects[0].lower_ in RELATIVES
    object_left_out = not objects and bool(own) and own[0].lower_ not in RELATIVES
    if verb.dep_ == "relcl" and (relative_object or object_left_out):
        return [verb.head]
    return objects


def _passive_subject(verb: Token) -> list[Token]:
    current = verb
    for _ in range(_DEEPEST):
        own = children(current, "nsubjpass", "nsubj")
        if own:
            return _without_relative(own[0], current)
        if current.dep_ in ("acl", "relcl"):
            return [current.head] if current.head.pos_ in _NOMINAL else []
        if current.dep_ not in ("conj", "advcl", "xcomp") or current.head.pos_ not in _VERBAL:
            return []
        current = current.head
    return []


def behind_prepositions(token: Token, prepositions: tuple[str, ...]) -> list[Token]:
    """Heads behind the prepositions of a verb or noun, in the order of the prepositions; no times, no amounts."""
    found = []
    for preposition in prepositions:
        for child in token.children:
            if child.dep_ in ("prep", "dative", "agent") and child.lower_ == preposition:
                found += children(child, "pobj")
            elif child.dep_ in ("prep", "prt", "advmod") and child.lower_ != "according":
                found += [
                    inner
                    for second in child.children
                    if second.dep_ == "prep" and second.lower_ == preposition
                    for inner in children(second, "pobj")
                ]
    return [item for item in found if item.ent_type_ not in _TIME_LABELS]


def complement(verb: Token) -> Token | None:
    """The clause that a verb governs: to do, doing, that somebody does; also of its adjective, noun or preposition."""
    candidates = [child for child in children(verb, "xcomp", "ccomp") if child.i > verb.i and child.pos_ in _VERBAL]
    if not candidates:
        for child in children(verb, "acomp", "prep", "dobj", "oprd"):
            candidates += [
                inner
                for inner in child.children
                if inner.pos_ in _VERBAL
                and inner.i > child.i
                and (inner.dep_ in ("xcomp", "pcomp") or (inner.dep_ == "acl" and inner.tag_ == "VB"))
            ]
    return candidates[0] if candidates else None


def is_name(token: Token) -> bool:
    """Whether a token belongs to a name of somebody or some place."""
    return token.ent_type_ in NAME_LABELS


def kinds_of(noun: Token) -> frozenset[str]:
    """What a noun tells of who may act; of "president-elect" what its first part tells."""
    found = noun_kinds(lemma(noun))
    if not found and noun.i >= 2 and noun.doc[noun.i - 1].text == "-":
        return noun_kinds(lemma(noun.doc[noun.i - 2]))
    return found


def is_somebody(token: Token) -> bool:
    """Whether a noun itself is a name, a person or an institution; "Chinese imports" are not."""
    if token.ent_type_ in _TIME_LABELS:
        return False
    if token.ent_type_ in NAME_LABELS or token.pos_ in ("PROPN", "PRON"):
        return is_party(token)
    return bool(kinds_of(token) & {"person", "institution", "armed", "crowd"})


def is_party(token: Token) -> bool:
    """Whether a noun may take part in an event: a name, a person, an institution, or something of theirs."""
    if token.ent_type_ in _TIME_LABELS:
        return False
    if token.ent_type_ in NAME_LABELS or token.pos_ == "PROPN":
        return True
    if token.pos_ == "PRON":
        return token.lower_ not in ("it", "this", "that", "these", "those", "which", "what", "something", "nothing")
    if kinds_of(token) & {"person", "institution", "armed", "crowd"}:
        return True
    return any(
        child.dep_ in ("amod", "compound", "nmod") and child.ent_type_ in PARTY_LABELS for child in token.children
    ) and not kinds_of(token) & {"weapon", "natural"}


def name_within(token: Token, skip: frozenset[int] = frozenset()) -> Token | None:
    """The first name of a party inside a phrase; the noun that it qualifies where that is a party too."""
    for inner in token.subtree:
        if (
            inner.i in skip
            or inner.ent_type_ not in PARTY_LABELS
            or inner.dep_ in ("punct", "det", "case", "prep", "cc")
        ):
            continue
        head = inner
        while head.dep_ in _MODIFIERS and head.head.ent_type_ == head.ent_type_ and head.head.ent_iob_ != "O":
            head = head.head
        if (
            head.dep_ in _MODIFIERS
            and head.head.i != token.i
            and is_somebody(head.head)
            and token.is_ancestor(head.head)
        ):
            return head.head
        return head
    return None


def ancestors(token: Token) -> Iterator[Token]:
    """Heads above a token, nearest first."""
    while token.head.i != token.i:
        token = token.head
        yield token
