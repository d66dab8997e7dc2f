"""Whether a match fulfils the flags of its entry."""

from collections.abc import Callable, Mapping

from spacy.tokens import Token

from transforms.annotate.events.grammar import (
    NAME_LABELS,
    affected,
    agents,
    children,
    complement,
    is_party,
    is_passive,
    kinds_of,
    lemma,
    subjects,
)
from transforms.annotate.events.matching import Match, verb_matches
from transforms.annotate.events.roles import Roles
from transforms.annotate.word_kinds import verb_kinds

_OCCURRING = frozenset(("nsubj", "nsubjpass", "dobj", "pobj", "ROOT", "conj", "appos"))


def holds(match: Match, roles: Roles) -> bool:
    """Whether every flag of the entry is fulfilled."""
    flags = match.entry.flags
    return _not_reflexive(match) and all(test(match, roles) for flag, test in _TESTS.items() if flag in flags)


def _has_actor(match: Match, roles: Roles) -> bool:
    if any(is_party(actor) or "document" in kinds_of(actor) for actor in roles.actors):
        return True
    if roles.actors:
        return False
    return any(is_party(recipient) for recipient in roles.recipients) or (
        is_passive(match.head) and bool(roles.recipients)
    )


def _has_doer(_match: Match, roles: Roles) -> bool:
    return any(is_party(actor) for actor in roles.actors)


def _has_partners(_match: Match, roles: Roles) -> bool:
    """Whether at least two take part: another one is named, or the subject is a plural."""
    if any(is_party(recipient) for recipient in roles.recipients) or len(roles.actors) > 1:
        return True
    return any(actor.tag_ in ("NNS", "NNPS") or actor.lower_ in ("they", "we", "them") for actor in roles.actors)


def _not_reflexive(match: Match) -> bool:
    return not any(thing.lower_.endswith(("self", "selves")) for thing in match.objects)


def _has_recipient(_match: Match, roles: Roles) -> bool:
    return any(is_party(recipient) for recipient in roles.recipients)


def _has_named_recipient(_match: Match, roles: Roles) -> bool:
    return any(recipient.ent_type_ in NAME_LABELS for recipient in roles.recipients)


def _has_object(match: Match, _roles: Roles) -> bool:
    return bool(match.objects)


def _has_clause(match: Match, _roles: Roles) -> bool:
    return complement(match.head) is not None


def _clause_is_event(match: Match, _roles: Roles) -> bool:
    inner = complement(match.head)
    while inner is not None:
        if next(verb_matches(inner), None) is not None:
            return True
        inner = complement(inner)
    thing = affected(match.head)
    return bool(thing) and match.entry.flags.isdisjoint(("clause",))


def _clause_is_infinitive(match: Match, _roles: Roles) -> bool:
    inner = complement(match.head)
    return inner is not None and any(child.dep_ == "aux" and child.lower_ == "to" for child in inner.children)


def _clause_has_subject(match: Match, _roles: Roles) -> bool:
    inner = complement(match.head)
    own = [] if inner is None else children(inner, "nsubj", "nsubjpass")
    return bool(own) and is_party(own[0])


def _clause_has_no_subject(match: Match, _roles: Roles) -> bool:
    inner = complement(match.head)
    return inner is None or not children(inner, "nsubj", "nsubjpass")


def _people(match: Match, _roles: Roles) -> bool:
    things = match.objects
    if not things:
        return False
    head = things[0]
    if head.pos_ == "PRON" or head.ent_type_ in ("PERSON", "NORP"):
        return True
    return bool(kinds_of(head) & {"person", "armed", "crowd"}) or head.pos_ == "NUM"


def _armed(_match: Match, roles: Roles) -> bool:
    return any(
        actor.ent_type_ in ("GPE", "ORG", "NORP", "PERSON") or "armed" in kinds_of(actor) or actor.pos_ == "PRON"
        for actor in (*roles.actors, *roles.recipients)
    )


def _crowd(_match: Match, roles: Roles) -> bool:
    return any("crowd" in kinds_of(actor) or actor.ent_type_ in ("NORP", "ORG", "CARDINAL") for actor in roles.actors)


def _official(match: Match, _roles: Roles) -> bool:
    return any(
        thing.ent_type_ == "PERSON" or "official" in kinds_of(thing) or thing.lower_ in ("him", "her", "them")
        for thing in match.objects
    )


def _weapon(match: Match, _roles: Roles) -> bool:
    doers = agents(match.head) if is_passive(match.head) else subjects(match.head)
    return any(is_party(doer) or "weapon" in kinds_of(doer) for doer in doers)


def _no_accident(match: Match, _roles: Roles) -> bool:
    """Whether no storm, accident or illness is the cause: the named one, else any in a sentence without arms."""
    head = match.head
    causes = [
        *children(head, "nsubj", "compound", "amod"),
        *agents(head),
        *(inner for child in children(head, "prep") for inner in children(child, "pobj")),
        *(subjects(head) if head.pos_ == "VERB" and not is_passive(head) else []),
    ]
    if any(_is_natural(cause) for cause in causes if cause != match.thing):
        return False
    doers = agents(head) or (subjects(head) if head.pos_ == "VERB" and not is_passive(head) else [])
    if any(is_party(doer) or "weapon" in kinds_of(doer) for doer in doers):
        return True
    sentence = list(head.sent)
    if any(kinds_of(token) & {"armed", "weapon"} for token in sentence if token.pos_ in ("NOUN", "PROPN")):
        return True
    return not any(_is_accident(token) for token in sentence if token != match.thing)


def _is_accident(token: Token) -> bool:
    """Whether a word tells of something that nobody meant: a storm, a crash, a warehouse that exploded."""
    if token.pos_ == "NOUN":
        return "natural" in kinds_of(token)
    if token.pos_ != "VERB":
        return False
    if "accident" in verb_kinds(lemma(token)):
        return True
    return lemma(token) == "explode" and not any(
        is_party(doer) or "weapon" in kinds_of(doer) for doer in children(token, "nsubj")
    )


def _is_natural(cause: Token) -> bool:
    parts = [cause, *(child for child in cause.children if child.dep_ in ("compound", "amod"))]
    return any("natural" in kinds_of(part) for part in parts)


def _parties_named(_match: Match, roles: Roles) -> bool:
    return any(is_party(party) for party in (*roles.actors, *roles.recipients))


def _occurs(match: Match, roles: Roles) -> bool:
    """Whether a noun without parties stands as something that took place, not as a topic or a qualifier."""
    return _parties_named(match, roles) or match.head.dep_ in _OCCURRING


_TESTS: Mapping[str, Callable[[Match, Roles], bool]] = {
    "actor": _has_actor,
    "doer": _has_doer,
    "partners": _has_partners,
    "recipient": _has_recipient,
    "named": _has_named_recipient,
    "object": _has_object,
    "clause": _has_clause,
    "known": _clause_is_event,
    "infinitive": _clause_is_infinitive,
    "foreign": _clause_has_subject,
    "own": _clause_has_no_subject,
    "no-clause": lambda match, roles: not _has_clause(match, roles),
    "object-or-clause": lambda match, roles: _has_object(match, roles) or _has_clause(match, roles),
    "party-or-clause": lambda match, roles: _has_recipient(match, roles) or _has_clause(match, roles),
    "people": _people,
    "armed": _armed,
    "crowd": _crowd,
    "official": _official,
    "weapon": _weapon,
    "violence": _no_accident,
    "parties": _parties_named,
    "bound": _parties_named,
    "scene": _occurs,
}
