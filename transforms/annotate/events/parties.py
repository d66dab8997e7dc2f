"""From the head word of a party to its words, its entity and its name."""

from bisect import bisect_right
from collections.abc import Sequence

from spacy.tokens import Doc, Token

from transforms.annotate.events.grammar import ancestors, children, coordinated, kinds_of
from transforms.annotate.records import Entity, Mention, Party
from transforms.annotate.titles import PeopleByTitle, title_of
from transforms.spans import Span

_BEFORE = frozenset(("det", "compound", "amod", "poss", "nummod", "nmod", "quantmod", "predet", "advmod", "punct"))
_PEOPLE_PRONOUNS = frozenset(("he", "she", "him", "her", "who", "himself", "herself"))
_THING_PRONOUNS = frozenset(("it", "itself"))
_PLURAL_PRONOUNS = frozenset(("they", "them", "themselves"))
_EDGES = frozenset(",;:.-–—\"'“”‘’()[]") | {"''", "``", "--"}
_CLAUSES = frozenset(("ccomp", "advcl", "conj", "xcomp", "relcl", "acl", "pcomp"))
_LOOK_BACK = 2
_MOST_PARTIES = 6


class PartyFinder:
    """Turns head words into parties of one text."""

    def __init__(self, doc: Doc, mentions: Sequence[Mention], entities: Sequence[Entity]) -> None:
        self._doc = doc
        self._mentions = sorted(mentions, key=lambda mention: mention.span)
        self._starts = [mention.span.start for mention in self._mentions]
        self._entities = {entity.entity_id: entity for entity in entities}
        people = [mention for mention in self._mentions if self._is_person(mention)]
        self._titles = PeopleByTitle(doc.text, people)
        self._subjects = [
            token for token in doc if token.dep_ in ("nsubj", "nsubjpass") and token.pos_ in ("PROPN", "NOUN")
        ]
        self._subject_places = [token.i for token in self._subjects]
        self._sentence_of = [0] * len(doc)
        for number, sentence in enumerate(doc.sents):
            for index in range(sentence.start, sentence.end):
                self._sentence_of[index] = number

    def _is_person(self, mention: Mention) -> bool:
        entity = self._entities.get(mention.entity_id)
        return entity is not None and entity.type == "person"

    def sentence(self, token: Token) -> int:
        """Number of the sentence a token stands in."""
        return self._sentence_of[token.i]

    def mention_at(self, token: Token) -> Mention | None:
        """The mention that holds a token."""
        place = bisect_right(self._starts, token.idx) - 1
        if place >= 0 and token.idx < self._mentions[place].span.end:
            return self._mentions[place]
        return None

    def mention_within(self, span: Span) -> Mention | None:
        """The last mention that lies inside a stretch."""
        place = bisect_right(self._starts, span.end) - 1
        while place >= 0 and self._mentions[place].span.start >= span.start:
            if self._mentions[place].span.end <= span.end:
                return self._mentions[place]
            place -= 1
        return None

    def parties(self, heads: Sequence[Token], verb: Token) -> tuple[Party, ...]:
        """A party for each head word, each once; pronouns replaced by whom they mean, or left out."""
        found: dict[Span, Party] = {}
        for head in heads:
            meant = self.antecedent(head, verb)
            for item in coordinated(meant) if meant != head else [meant]:
                for party in self._parties_of(item):
                    found.setdefault(party.span, party)
        return tuple(list(found.values())[:_MOST_PARTIES])

    def _parties_of(self, head: Token) -> list[Party]:
        """Usually one; "Israeli and Egyptian officials" are two."""
        qualifiers = [
            child
            for child in children(head, "amod")
            if child.ent_type_ in ("NORP", "GPE") and any(inner.dep_ == "conj" for inner in child.children)
        ]
        if qualifiers:
            every = [qualifiers[0], *children(qualifiers[0], "conj")]
            last = every[-1]
            parties = [self._party(item, Span(item.idx, item.idx + len(item))) for item in every[:-1]]
            return [*parties, self._party(head, Span(last.idx, head.idx + len(head)))]
        span = self._phrase(head)
        return [] if span is None else [self._party(head, span)]

    def _phrase(self, head: Token) -> Span | None:
        """Determiner to head, an "of" behind it, or a name right behind it: the economist Jane Doe."""
        doc = self._doc
        first, last = head.i, head.i
        for child in head.children:
            if child.i < head.i and child.dep_ in _BEFORE:
                first = min(first, child.left_edge.i)
        current = head
        for _ in range(3):
            behind = [
                inner
                for child in children(current, "prep")
                if child.i > current.i and child.lower_ == "of"
                for inner in children(child, "pobj")
            ]
            if not behind:
                break
            current = behind[0]
            last = max(last, current.i)
        last = max(last, self._name_behind(head) or last)
        while first < last and (doc[first].text in _EDGES or doc[first].is_space):
            first += 1
        if doc[last].text in _EDGES or doc[last].is_space:
            return None
        mention = self.mention_at(doc[last])
        end = doc[last].idx + len(doc[last])
        if mention is not None and mention.span.start >= doc[first].idx:
            end = max(end, mention.span.end)
        return Span(doc[first].idx, end)

    def _name_behind(self, head: Token) -> int | None:
        """Last token of a name in apposition without a comma."""
        for child in children(head, "appos"):
            if child.ent_type_ and child.left_edge.i == head.i + 1:
                return int(child.i)
        return None

    def _party(self, head: Token, span: Span) -> Party:
        text = span.of(self._doc.text)
        entity = self._entity_of(head) or self._described(head, span, text)
        if entity is None:
            return Party(text, span)
        return Party(text, span, entity.entity_id, entity.name)

    def _described(self, head: Token, span: Span, text: str) -> Entity | None:
        """The person that a definite description means: the president-elect."""
        singular = head.pos_ == "NOUN" and head.tag_ == "NN" and "person" in kinds_of(head)
        if not singular or not text.lower().startswith("the ") or " of " in text or children(head, "poss"):
            return None
        entity_id = self._titles.called(title_of(head, span.start), span.start)
        return None if entity_id is None else self._entities.get(entity_id)

    def _entity_of(self, head: Token) -> Entity | None:
        """The entity named by the head word; for a state's organ ("the Chinese army") its country."""
        behind = self._name_behind(head)
        mention = self.mention_at(head if behind is None else self._doc[behind])
        if mention is not None:
            return self._entities.get(mention.entity_id)
        if "state" in kinds_of(head):
            for child in children(head, "amod", "compound", "poss", "nmod"):
                mention = self.mention_at(child)
                entity = None if mention is None else self._entities.get(mention.entity_id)
                if entity is not None and entity.type == "country":
                    return entity
        return None

    # -- pronouns

    def antecedent(self, token: Token, verb: Token) -> Token:
        """The noun that a pronoun stands for: subject of a clause above, else the last fitting subject; or itself."""
        if token.pos_ != "PRON" and token.lower_ not in _PEOPLE_PRONOUNS | _THING_PRONOUNS | _PLURAL_PRONOUNS:
            return token
        if token.lower_ in ("who", "which", "that", "whom") and token.head.dep_ == "relcl":
            return token.head.head
        for above in [verb, *ancestors(verb)]:
            if above.dep_ not in _CLAUSES and above != verb and above.dep_ != "ROOT":
                continue
            for subject in children(above, "nsubj", "nsubjpass"):
                if subject.i < token.i and subject.pos_ != "PRON" and self._fits(token, subject):
                    return subject
        place = bisect_right(self._subject_places, token.i - 1)
        sentence = self.sentence(token)
        for subject in reversed(self._subjects[max(0, place - 12) : place]):
            if sentence - self.sentence(subject) > _LOOK_BACK:
                break
            if self._fits(token, subject):
                return subject
        return token

    def _fits(self, pronoun: Token, noun: Token) -> bool:
        word = pronoun.lower_
        kinds = kinds_of(noun)
        if word in _PEOPLE_PRONOUNS:
            if noun.ent_type_ == "PERSON":
                return True
            return noun.ent_type_ == "" and "person" in kinds and noun.tag_ in ("NN", "NNP")
        if word in _THING_PRONOUNS:
            if noun.ent_type_ in ("GPE", "ORG"):
                return True
            return noun.ent_type_ == "" and "institution" in kinds and noun.tag_ in ("NN", "NNP")
        if word in _PLURAL_PRONOUNS:
            plural = noun.tag_ in ("NNS", "NNPS") or any(child.dep_ == "conj" for child in noun.children)
            return plural and (noun.ent_type_ != "" or bool(kinds))
        return False
