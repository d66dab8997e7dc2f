"""Whether an event took place: what auxiliaries, negation, conditions and governing words say."""

from spacy.tokens import Token

from transforms.annotate.events.grammar import children, lemma
from transforms.annotate.word_kinds import verb_kinds

HAPPENED, PLANNED, DENIED, HYPOTHETICAL = "happened", "planned", "denied", "hypothetical"

_FUTURE = frozenset(("will", "shall", "'ll", "’ll", "wo"))
_UNREAL = frozenset(("would", "could", "may", "might", "should", "can", "'d", "’d", "ca", "must", "ought"))
_CONDITIONS = frozenset(("if", "unless", "whether", "lest", "until"))
_NEGATIONS = frozenset(("never", "neither", "nor", "hardly"))
_COMING = frozenset(("planned", "upcoming", "future", "forthcoming", "scheduled", "next", "proposed", "coming"))
_UNCERTAIN = frozenset(("possible", "potential", "threatened", "alleged", "hypothetical", "looming"))
_VERBAL = frozenset(("VERB", "AUX"))
_DEEPEST = 4


def is_negated(verb: Token) -> bool:
    """Whether "not", "never" or "no" denies a verb or the noun, or the verb it is joined to."""
    for child in verb.children:
        if child.dep_ == "neg" or (child.lower_ in _NEGATIONS and child.dep_ in ("advmod", "preconj", "cc")):
            return True
        if child.lower_ == "no" and child.dep_ == "det":
            return True
        if child.dep_ in ("dobj", "nsubj", "nsubjpass", "attr") and _begins_with_no(child):
            return True
    joined = verb.dep_ == "conj" and verb.head.pos_ in _VERBAL
    if joined and not children(verb, "nsubj", "nsubjpass", "aux") and not _opposed(verb):
        return is_negated(verb.head)
    return verb.dep_ == "pcomp" and verb.head.lower_ == "without"


def _begins_with_no(noun: Token) -> bool:
    return noun.lower_ in ("nobody", "none", "nothing") or any(
        child.lower_ in ("no", "neither") and child.dep_ == "det" for child in noun.children
    )


def _opposed(verb: Token) -> bool:
    """Whether "but" joins a verb to the one before it."""
    return any(child.dep_ == "cc" and child.lower_ in ("but", "yet") for child in verb.head.children)


def status_of(verb: Token) -> str:
    """Status of what a verb says: happened, planned, denied or hypothetical."""
    return _status(verb, 0)


def _status(verb: Token, depth: int) -> str:
    own = _own_status(verb)
    if own is not None:
        return own
    head = verb.head
    if depth >= _DEEPEST or head.i == verb.i:
        return HAPPENED
    if verb.dep_ == "conj" and head.pos_ in _VERBAL and not children(verb, "nsubj", "nsubjpass", "aux"):
        if is_negated(head) and _opposed(verb):
            return HAPPENED
        return _status(head, depth + 1)
    if verb.dep_ == "pcomp" and head.dep_ == "prep":
        head = head.head
    if verb.dep_ in ("xcomp", "pcomp") and head.pos_ in _VERBAL:
        return _governed(head, depth)
    return HAPPENED


def _governed(head: Token, depth: int) -> str:
    """Status that a governing verb passes on to its infinitive or gerund."""
    kinds = verb_kinds(lemma(head))
    if "negative" in kinds:
        return DENIED
    if kinds & {"future", "decision"}:
        return PLANNED
    if "unreal" in kinds:
        return HYPOTHETICAL
    return _status(head, depth + 1)


def _own_status(verb: Token) -> str | None:
    """What the verb's own auxiliaries, negation and conditions say; None if they say nothing."""
    auxiliaries = {child.lower_ for child in verb.children if child.dep_ in ("aux", "auxpass")}
    if (
        verb.dep_ == "conj"
        and not auxiliaries
        and verb.head.pos_ in _VERBAL
        and not children(verb, "nsubj", "nsubjpass")
    ):
        auxiliaries = {child.lower_ for child in verb.head.children if child.dep_ == "aux"} - {"to"}
        if verb.tag_ in ("VBD", "VBZ"):
            auxiliaries = set()
    if is_negated(verb):
        return DENIED
    if any(child.dep_ == "mark" and child.lower_ in _CONDITIONS for child in verb.children):
        return HYPOTHETICAL
    if auxiliaries & _FUTURE or _is_going_to(verb):
        return PLANNED
    if auxiliaries & _UNREAL:
        return PLANNED if "would" in auxiliaries and _is_reported(verb) else HYPOTHETICAL
    if "to" in auxiliaries:
        return _infinitive_status(verb)
    return None


def _is_going_to(verb: Token) -> bool:
    return verb.dep_ == "xcomp" and verb.head.lower_ == "going"


def _is_reported(verb: Token) -> bool:
    """Whether "would" is the future of something said in the past: she said they would meet."""
    if any(child.dep_ == "advcl" and _has_condition(child) for child in verb.children):
        return False
    current = verb
    for _ in range(_DEEPEST):
        if current.dep_ == "conj":
            current = current.head
        else:
            break
    return current.dep_ == "ccomp" and "speech" in verb_kinds(lemma(current.head))


def _has_condition(clause: Token) -> bool:
    return any(child.dep_ == "mark" and child.lower_ in ("if", "unless") for child in clause.children)


def _infinitive_status(verb: Token) -> str:
    head = verb.head
    if verb.dep_ in ("xcomp", "ccomp", "advcl", "acl", "acomp"):
        kinds = verb_kinds(lemma(head)) | verb_kinds(head.lower_)
        if "negative" in kinds and head.pos_ in _VERBAL:
            return DENIED
        if kinds & {"future", "decision"} or lemma(head) == "be":
            return PLANNED
        if verb.dep_ == "xcomp" and head.pos_ in _VERBAL and not kinds & {"unreal"}:
            own = _own_status(head)
            return own if own is not None else HAPPENED
    return HYPOTHETICAL


def noun_status(noun: Token) -> str:
    """Status of an event that a noun names: that of the verb it depends on, if that verb brings it about."""
    own = _own_noun_status(noun)
    if own is not None:
        return own
    current = noun
    for _ in range(_DEEPEST):
        head = current.head
        if head.pos_ in _VERBAL and head.i != current.i:
            return _brought_about(current, head)
        if head.lower_ == "without":
            return DENIED
        if current.dep_ in ("prep", "pobj") and head.pos_ == "NOUN" and "unreal" in verb_kinds(lemma(head)):
            return HYPOTHETICAL
        current = head
    return HAPPENED


def _own_noun_status(noun: Token) -> str | None:
    """What the noun's own modifiers say; None if they say nothing."""
    if is_negated(noun) or any(child.lower_ == "no" for child in noun.children):
        return DENIED
    modifiers = {child.lower_ for child in noun.children if child.dep_ == "amod"}
    if modifiers & _COMING:
        return PLANNED
    return HYPOTHETICAL if modifiers & _UNCERTAIN else None


def _brought_about(part: Token, verb: Token) -> str:
    direct = part.dep_ in ("dobj", "nsubjpass", "nsubj", "attr")
    kinds = verb_kinds(lemma(verb))
    if direct and part.dep_ in ("dobj", "nsubjpass"):
        if kinds & {"negative"}:
            return DENIED
        if kinds & {"future"}:
            return PLANNED
        if kinds & {"unreal"}:
            return HYPOTHETICAL
    status = _status(verb, 0)
    if direct:
        return status
    return status if status == PLANNED else HAPPENED
