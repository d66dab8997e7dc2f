"""Which entries of the lexicon the words around a verb or a noun satisfy."""

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Token

from transforms.annotate.events.grammar import affected, children, coordinated, is_passive, lemma
from transforms.annotate.events.lexicon import Entry, lexicon
from transforms.annotate.word_kinds import noun_kinds

_PARTICLES = ("prt", "prep", "advmod", "agent", "dative")
_TIMES = frozenset(("DATE", "TIME"))


@dataclass(frozen=True, slots=True)
class Match:
    """An entry with the words that satisfy it."""

    entry: Entry
    head: Token
    """The verb or noun that reports the event."""
    thing: Token | None = None
    """The object or adjective that the pattern asks for."""
    particle: Token | None = None

    @property
    def objects(self) -> list[Token]:
        """Heads of whom or what it is done to: the verb's object, the particle's, or the subject of "X guilty"."""
        found = [item for item in affected(self.head) if item != self.thing]
        if not found and self.particle is not None:
            found = [item for item in children(self.particle, "pobj") if item != self.thing]
        if not found and self.thing is not None:
            found = children(self.thing, "nsubj")
        return found

    @property
    def trigger(self) -> tuple[Token, ...]:
        """All words of the wording, in text order."""
        found = [token for token in (self.head, self.particle, self.thing) if token is not None]
        return tuple(sorted(found, key=lambda token: token.i))


def verb_matches(verb: Token) -> Iterator[Match]:
    """Entries whose words stand with a verb, those with more conditions first; their flags are not looked at."""
    if verb.pos_ not in ("VERB", "AUX") or verb.dep_ in ("aux", "auxpass", "amod", "compound"):
        return
    entries = lexicon().verbs.get(_base_form(verb))
    if not entries:
        return
    objects = _objects(verb)
    described = {lemma(item) for item in objects} | {lemma(child) for item in objects for child in item.children}
    for entry in entries:
        if not entry.excluded.isdisjoint(described):
            continue
        match = _match(entry, verb, objects)
        if match is not None:
            yield match


def _base_form(verb: Token) -> str:
    """Base form; the lemmatizer cuts a final e too many from some: staged, fined, dined."""
    found = lemma(verb)
    verbs = lexicon().verbs
    if found not in verbs and verb.tag_ in ("VBD", "VBN", "VBG") and f"{found}e" in verbs:
        return f"{found}e"
    return found


def _match(entry: Entry, verb: Token, objects: list[Token]) -> Match | None:
    if entry.adjectives:
        thing = _adjective(verb, entry.adjectives)
        return None if thing is None else Match(entry, verb, thing)
    if not entry.particles:
        if not entry.objects:
            return Match(entry, verb)
        thing = _first_named(objects, entry.objects)
        return None if thing is None else Match(entry, verb, thing)
    beside_object = [child for item in objects for child in children(item, "prep")] if entry.objects else []
    for child in [*children(verb, *_PARTICLES), *beside_object]:
        if child.lower_ not in entry.particles:
            continue
        behind = children(child, "pobj")
        if not entry.objects:
            if behind and behind[0].ent_type_ in _TIMES:
                continue
            return Match(entry, verb, None, child)
        deeper = [inner for second in children(child, "prep") for inner in children(second, "pobj")]
        beside = [
            inner for second in children(verb, "prep") if second.i > child.i for inner in children(second, "pobj")
        ]
        thing = _first_named([*behind, *deeper, *objects, *([] if behind else beside)], entry.objects)
        if thing is not None:
            return Match(entry, verb, thing, child)
    return None


def _objects(verb: Token) -> list[Token]:
    found = children(verb, "dobj", "attr", "oprd", "dative")
    if is_passive(verb) or (verb.dep_ == "relcl" and not found):
        found += affected(verb)
    return [item for first in found for item in coordinated(first)]


def _adjective(verb: Token, adjectives: frozenset[str]) -> Token | None:
    for child in children(verb, "acomp", "oprd", "attr", "xcomp", "ccomp", "dobj", "advmod", "intj"):
        if child.lower_ in adjectives or lemma(child) in adjectives:
            return child
    return None


def _first_named(candidates: list[Token], names: frozenset[str]) -> Token | None:
    for candidate in candidates:
        for name in names_of(candidate):
            if name[0] in names:
                return name[1]
    return None


def names_of(noun: Token) -> list[tuple[str, Token]]:
    """What a noun phrase may be called, longest first, with the word that counts.

    ``joint_exercise`` before ``exercise``; "a series of attacks" is ``attack``; "aid package" is ``aid`` too.
    """
    base = lemma(noun)
    modifiers = [child for child in noun.children if child.dep_ in ("amod", "compound", "nmod") and child.i < noun.i]
    found = [(f"{lemma(child)}_{base}", noun) for child in reversed(modifiers)]
    found.append((base, noun))
    kinds = noun_kinds(base)
    if "carrier" in kinds:
        found += [(lemma(child), noun) for child in modifiers if child.dep_ == "compound"]
    if "quantity" in kinds or noun.ent_type_ in ("MONEY", "CARDINAL", "QUANTITY") or noun.like_num:
        inner = [
            item
            for child in children(noun, "prep")
            if child.lower_ in ("of", "in", "worth")
            for item in children(child, "pobj")
        ]
        found += [name for item in inner for name in names_of(item)]
    return found


def noun_matches(noun: Token) -> Iterator[Match]:
    """Entries for an event that a noun names, those with a modifier first."""
    if noun.pos_ != "NOUN" or noun.dep_ == "compound" or noun.ent_type_ in ("PERSON", "ORG", "GPE"):
        return
    entries = lexicon().nouns.get(lemma(noun))
    if not entries:
        return
    modifiers = {lemma(child) for child in noun.children if child.dep_ in ("amod", "compound", "nmod")}
    behind = {lemma(item) for child in children(noun, "prep") for item in children(child, "pobj")}
    names = {f"{modifier}_{lemma(noun)}" for modifier in modifiers} | {lemma(noun)}
    for entry in entries:
        if entry.excluded.isdisjoint(modifiers | behind) and not names.isdisjoint(entry.words):
            yield Match(entry, noun)
