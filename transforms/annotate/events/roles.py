"""Who does it and to whom: from a match to the nouns that name its parties."""

from dataclasses import dataclass

from spacy.tokens import Token

from transforms.annotate.events.grammar import (
    PARTY_LABELS,
    affected,
    agents,
    behind_prepositions,
    children,
    complement,
    coordinated,
    is_party,
    is_passive,
    is_somebody,
    lemma,
    name_within,
    subjects,
)
from transforms.annotate.events.lexicon import Entry
from transforms.annotate.events.matching import Match
from transforms.annotate.word_kinds import verb_kinds

_OBJECT_STANDS_FOR_ITS_OWNER = frozenset(
    ("ASSAULT", "COERCE", "ACCUSE", "RETREAT", "SUPPORT", "AID", "REJECT", "REQUEST", "SANCTION")
)
_GIVING = frozenset(("AID", "RETREAT", "CONCEDE"))
_DEEPEST = 3
_ANY_RECIPIENT = ("to", "with", "against", "from", "on", "in", "for", "into", "at")
_MODIFIERS = ("amod", "compound", "nmod")


@dataclass(frozen=True, slots=True)
class Roles:
    """Head words of the parties."""

    actors: tuple[Token, ...]
    recipients: tuple[Token, ...]


def verb_roles(match: Match) -> Roles:
    """Parties of an event that a verb reports."""
    verb, entry = match.head, match.entry
    doers = agents(verb) if is_passive(verb) else subjects(verb)
    if entry.frame == "symmetric":
        return _symmetric_roles(match, doers)
    if entry.frame == "swapped":
        return _swapped_roles(match, doers)
    recipients = recipients_of(match)
    return Roles(_spread(doers), _spread(recipients, doers))


def _spread(heads: list[Token], without: list[Token] | None = None) -> tuple[Token, ...]:
    """The heads with those joined to them, each once."""
    skip = {token.i for token in without or []}
    found = [token for head in heads for token in coordinated(head)]
    return tuple({token.i: token for token in found if token.i not in skip}.values())


def _symmetric_roles(match: Match, doers: list[Token]) -> Roles:
    verb, entry = match.head, match.entry
    others: list[Token] = []
    if "topic" not in entry.flags:
        others += [item for item in affected(verb) if item != match.thing and is_party(item)]
    if match.thing is not None:
        others += behind_prepositions(match.thing, entry.prepositions)
        others += [child for child in children(match.thing, "poss") if is_party(child) and child.pos_ != "PRON"]
        others += [child for child in children(match.thing, *_MODIFIERS) if child.ent_type_ in PARTY_LABELS]
    others += [item for item in behind_prepositions(verb, (*entry.prepositions, "alongside")) if item != match.thing]
    if match.thing is not None and not match.particle:
        others += [item for item in children(verb, "dative") if is_party(item)]
    parties = [item for item in others if is_party(item)] or _behind_with(match)
    return Roles(_spread([item for item in doers if item != match.thing]), _spread(parties, doers))


def _behind_with(match: Match) -> list[Token]:
    """The first party behind a "with" in what follows the verb, to whatever noun the parse has tied it."""
    for token in match.head.subtree:
        if token.lower_ == "with" and token.i > match.head.i and token.dep_ == "prep":
            found = [item for item in children(token, "pobj") if is_party(item)]
            if found:
                return found
    return []


def _swapped_roles(match: Match, subject: list[Token]) -> Roles:
    verb, entry = match.head, match.entry
    if entry.event_type == "CONSULT":
        guests = agents(verb) if is_passive(verb) else affected(verb)
        hosts = affected(verb) if is_passive(verb) else subject
        return Roles(_spread(guests), _spread(hosts, guests))
    sources = behind_prepositions(verb, entry.prepositions)
    if match.thing is not None:
        sources = sources or behind_prepositions(match.thing, entry.prepositions)
        sources = sources or [child for child in children(match.thing, "poss", *_MODIFIERS) if child.ent_type_]
    sources = [item for item in sources if item != match.thing and is_party(item)]
    return Roles(_spread(sources[:1]), _spread(subject, sources))


def recipients_of(match: Match) -> list[Token]:
    """Head words of whom a transitive event is done to: object, preposition, then the clause it governs."""
    found = _near_recipients(match)
    inner = complement(match.head) if match.entry.flags & {"complement", "clause"} else None
    if found and (is_somebody(found[0]) or (inner is None and _stands_for_its_owner(match.entry))):
        return found
    deeper = _recipients_in_clause(match, inner)
    return deeper or found


def _stands_for_its_owner(entry: Entry) -> bool:
    return entry.event_type in _OBJECT_STANDS_FOR_ITS_OWNER


def _near_recipients(match: Match) -> list[Token]:
    verb, entry = match.head, match.entry
    aimed = match.particle is not None and not any(is_somebody(item) for item in affected(verb))
    if is_passive(verb) and match.thing is None and not aimed:
        return affected(verb)[:1] or subjects(verb)[:1]
    if match.particle is not None and match.thing is None:
        behind = children(match.particle, "pobj") or [
            inner for child in children(match.particle, "prep") for inner in children(child, "pobj")
        ]
        if behind:
            return _owner_or_self(behind[0], entry)
    elif match.thing is not None and (match.particle is not None or match.thing.pos_ == "ADJ") and match.objects:
        return _from_object(match, match.objects[0])
    return _receivers(verb) or _affected_or_aimed_at(match)


def _receivers(verb: Token) -> list[Token]:
    """The indirect object: gave Kenya a loan, gave a loan to Kenya."""
    for child in children(verb, "dative"):
        behind = children(child, "pobj")
        if behind or child.pos_ in ("NOUN", "PROPN", "PRON"):
            return behind[:1] or [child]
    return []


def _affected_or_aimed_at(match: Match) -> list[Token]:
    if match.thing is not None:
        return _beside_thing(match, match.thing)
    objects = affected(match.head)
    if objects:
        return _from_object(match, objects[0])
    return _first_party(behind_prepositions(match.head, match.entry.prepositions))


def _from_object(match: Match, thing: Token) -> list[Token]:
    verb, entry = match.head, match.entry
    if entry.event_type in _GIVING:
        receivers = [item for item in behind_prepositions(verb, ("to",)) if is_somebody(item)]
        if receivers:
            return receivers[:1]
    if is_somebody(thing):
        return [thing]
    owner = name_within(thing)
    if owner is not None:
        return [owner]
    beside = _aimed_at(thing, entry.prepositions)
    if entry.event_type not in ("ACCUSE", "ASSAULT", "COERCE"):
        beside += behind_prepositions(verb, entry.prepositions)
    aimed = _first_party(beside)
    if aimed and is_somebody(aimed[0]):
        return aimed
    return [thing] if _stands_for_its_owner(entry) else []


def _aimed_at(thing: Token, prepositions: tuple[str, ...]) -> list[Token]:
    """Behind the prepositions of a noun, and of the noun that it is an amount of: 10 million in aid to Kenya."""
    found = behind_prepositions(thing, prepositions)
    for child in children(thing, "prep"):
        if child.lower_ in ("of", "in"):
            for inner in children(child, "pobj"):
                found += behind_prepositions(inner, prepositions)
    return found


def _beside_thing(match: Match, thing: Token) -> list[Token]:
    verb, entry = match.head, match.entry
    beside = _aimed_at(thing, entry.prepositions)
    beside += [item for item in behind_prepositions(verb, entry.prepositions) if item != thing]
    found = _first_party(beside)
    if found and is_somebody(found[0]):
        return found
    skip = frozenset({thing.i})
    owner = name_within(thing, skip)
    if owner is not None:
        return [owner]
    if "topic" not in entry.flags and is_somebody(thing) and thing.ent_type_ == "" and _stands_for_its_owner(entry):
        return [thing]
    if "topic" in entry.flags:
        return []
    owners = [child for child in children(thing, "poss") if is_somebody(child) and child.pos_ != "PRON"]
    return owners[:1] or found or ([thing] if is_somebody(thing) else [])


def _owner_or_self(noun: Token, entry: Entry) -> list[Token]:
    if is_somebody(noun):
        return [noun]
    owner = name_within(noun)
    if owner is not None:
        return [owner]
    aimed = _first_party(behind_prepositions(noun, entry.prepositions))
    return aimed or [noun]


def _first_party(candidates: list[Token]) -> list[Token]:
    for candidate in candidates:
        if is_somebody(candidate):
            return [candidate]
        owner = name_within(candidate)
        if owner is not None:
            return [owner]
    return candidates[:1]


def _recipients_in_clause(match: Match, inner: Token | None) -> list[Token]:
    """Whom the governed clause is about: to send weapons to Kenya; that Kenya leave."""
    for _ in range(_DEEPEST):
        if inner is None:
            break
        own = children(inner, "nsubj", "nsubjpass")
        if match.entry.event_type == "REQUEST" and own and is_somebody(own[0]) and own[0].pos_ != "PRON":
            return own[:1]
        found = _first_party([*affected(inner), *behind_prepositions(inner, _ANY_RECIPIENT)])
        if found and is_somebody(found[0]):
            return found
        if own and is_somebody(own[0]) and own[0].pos_ != "PRON":
            return own[:1]
        inner = complement(inner)
    return _elsewhere_in_clause(match)


def _elsewhere_in_clause(match: Match) -> list[Token]:
    """The last resort: a name in what follows the verb."""
    verb = match.head
    for child in children(verb, "dobj", "prep", "xcomp", "ccomp", "dative", "attr", "oprd", "nsubjpass"):
        if child.i > verb.i or child.dep_ == "nsubjpass":
            found = name_within(child)
            if found is not None:
                return [found]
    return []


def noun_roles(match: Match) -> Roles:
    """Parties of an event that a noun names: "of", "by", possessors, demonyms, else the verb's subject."""
    noun, entry = match.head, match.entry
    owners = [child for child in children(noun, "poss") if is_party(child)]
    qualifiers = [child for child in children(noun, *_MODIFIERS) if child.ent_type_ in PARTY_LABELS]
    doers = [item for item in behind_prepositions(noun, ("by",)) if is_party(item)]
    of = [item for item in behind_prepositions(noun, ("of",)) if item != noun]
    doers = doers or [inner for item in of for inner in behind_prepositions(item, ("by",)) if is_party(inner)]
    if entry.frame == "symmetric":
        others = [item for item in behind_prepositions(noun, ("between", "with", "among", "of")) if is_party(item)]
        found = doers + owners + qualifiers + others
        if not found and "bound" not in entry.flags:
            found = _doers_of_governor(noun)
        return Roles(_spread(found), ())
    recipients = behind_prepositions(noun, tuple(item for item in entry.prepositions if item not in ("by", "of")))
    if entry.event_type in ("COERCE", "RETREAT", "ASSAULT", "SANCTION", "SUPPORT", "ACCUSE", "REJECT") and of:
        recipients = of if entry.event_type != "RETREAT" or not recipients else [*recipients, *of]
        doers = doers or owners or qualifiers
    elif entry.event_type in ("COERCE", "SANCTION") and owners and not doers:
        recipients = recipients or owners
        doers = qualifiers
    else:
        doers = doers or owners or qualifiers or [item for item in of if is_party(item)]
    if not doers and "bound" not in entry.flags:
        doers = _doers_of_governor(noun)
    kept = [item for item in recipients if is_party(item) or entry.event_type in ("ASSAULT", "COERCE")]
    return Roles(_spread(doers), _spread(kept[:1], doers))


def _doers_of_governor(noun: Token) -> list[Token]:
    """Subject of the verb that brings the event about."""
    verb = noun.head
    if verb.pos_ not in ("VERB", "AUX"):
        return []
    if noun.dep_ in ("dobj", "nsubjpass") and "experience" not in verb_kinds(lemma(verb)):
        found = agents(verb) if is_passive(verb) else subjects(verb)
        return [item for item in found if is_party(item) and item != noun]
    return []
