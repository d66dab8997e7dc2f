"""From the words that name a speaker to the entity: full name, surname, pronoun, title; else unknown."""

import functools
import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from transforms.annotate.quotes.attribution import Attribution
from transforms.annotate.records import Entity, Mention
from transforms.annotate.titles import PeopleByTitle, title_of
from transforms.annotate.word_kinds import data_rows, noun_kinds
from transforms.spans import Span

_PRONOUNS = {"he": "male", "she": "female", "him": "male", "her": "female"}
_VOTING = {**_PRONOUNS, "his": "male", "himself": "male", "herself": "female", "hers": "female"}
_OTHER_PRONOUNS = frozenset(("i", "we", "you", "they", "it", "who", "which", "that", "those", "this", "these", "one"))
_KINDS = {
    "person": "person",
    "organisation": "organisation",
    "country": "country",
    "group": "group",
    "place": "country",
}
_RECENT_MENTIONS = 14
_SUBJECT_BONUS = 350
"""Characters by which a mention as subject counts as nearer than it is."""
_SPEAKER_BONUS = 500
_GENDER_BONUS = 300
_RUNNING_REACH = 900
"""Characters within which "the lawyer" may be whoever spoke last."""
_LINKS = re.compile(r"\b(?:of|for|and|to|with|by)\b|['’]s?\s", re.IGNORECASE)
_NEAR_PRONOUN = 250
_FEWEST_VOTES = 2
_VOTE_SHARE = 0.75


@functools.cache
def gendered_words() -> Mapping[str, str]:
    """Honorifics and nouns that tell a person's gender: word in lower case to ``male`` or ``female``."""
    return {cells[0]: cells[1] for cells in data_rows("words/gendered.tsv")}


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whom a mention was resolved to; all None where it is not known."""

    name: str | None = None
    entity_id: str | None = None
    kind: str | None = None
    resolved_by: str | None = None


class SpeakerIndex:
    """Resolves speakers of one text, in text order: earlier speakers weigh in what a pronoun means."""

    def __init__(self, doc: Doc, mentions: Sequence[Mention], entities: Sequence[Entity]) -> None:
        self._doc = doc
        self._text: str = doc.text
        self._mentions = sorted(mentions, key=lambda mention: mention.span)
        self._starts = [mention.span.start for mention in self._mentions]
        self._entities = {entity.entity_id: entity for entity in entities}
        people = [mention for mention in self._mentions if self._type_of(mention) == "person"]
        self._people = people
        self._people_starts = [mention.span.start for mention in people]
        self._subjects = self._subject_starts(doc)
        self._titles = PeopleByTitle(self._text, people)
        self._gender = self._genders(people)
        self._spoken: list[tuple[int, str]] = []

    def _type_of(self, mention: Mention) -> str | None:
        entity = self._entities.get(mention.entity_id)
        return entity.type if entity is not None else None

    @staticmethod
    def _subject_starts(doc: Doc) -> frozenset[int]:
        starts = set()
        for token in doc:
            if token.dep_ in ("nsubj", "nsubjpass"):
                starts.add(token.idx)
        return frozenset(starts)

    def _genders(self, people: Sequence[Mention]) -> dict[str, str]:
        """Gender of the people whom the text itself gives one: an honorific or a noun in apposition; none by name."""
        found: dict[str, set[str]] = defaultdict(set)
        genders = gendered_words()
        for mention in people:
            for word in (*self._titles.words_of(mention), mention.surface.split(" ", 1)[0].rstrip(".").lower()):
                if word in genders:
                    found[mention.entity_id].add(genders[word])
        told = {entity: next(iter(genders)) for entity, genders in found.items() if len(genders) == 1}
        return self._genders_by_pronouns() | told

    def _genders_by_pronouns(self) -> dict[str, str]:
        """Gender that the pronouns behind somebody's mentions agree on: each votes for the person named last before."""
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        for token in self._doc:
            gender = _VOTING.get(token.lower_)
            place = bisect_left(self._people_starts, token.idx) - 1
            if gender is None or place < 0 or token.idx - self._people_starts[place] > _NEAR_PRONOUN:
                continue
            votes[self._people[place].entity_id][gender] += 1
        agreed = {}
        for entity, counts in votes.items():
            gender, count = counts.most_common(1)[0]
            if count >= _FEWEST_VOTES and count >= _VOTE_SHARE * counts.total():
                agreed[entity] = gender
        return agreed

    def resolve(self, attribution: Attribution) -> Speaker:
        """Speaker of a quotation that names one beside it."""
        if attribution.speaker is None or attribution.subject is None:
            return Speaker()
        speaker = self._resolve(attribution.speaker, attribution.subject)
        if speaker.entity_id is not None and speaker.kind == "person":
            self._spoken.append((attribution.speaker.start, speaker.entity_id))
        return speaker

    def _resolve(self, span: Span, head: Token) -> Speaker:
        surface = span.of(self._text)
        lower = surface.lower()
        if lower in _PRONOUNS:
            return self._pronoun(span.start, _PRONOUNS[lower])
        if lower in _OTHER_PRONOUNS:
            return Speaker()
        named = self._mention_at(span, head)
        if named is not None:
            return self._speaker(named.entity_id, "surname" if named.kind == "surname" else "full-name")
        described = self._description(span, head, lower)
        if described is not None:
            return described
        if head.pos_ == "PROPN":
            return Speaker(name=surface if len(surface.split()) > 1 else None, resolved_by=None, kind=None)
        return Speaker(kind="group" if head.tag_ == "NNS" else "unnamed")

    def _speaker(self, entity_id: str, resolved_by: str) -> Speaker:
        entity = self._entities[entity_id]
        return Speaker(entity.name, entity_id, _KINDS.get(entity.type), resolved_by)

    def _mention_at(self, span: Span, head: Token) -> Mention | None:
        """The mention that holds the phrase's head word; of a title with a name, the name."""
        place = max(0, bisect_left(self._starts, span.start) - 1)
        while place < len(self._mentions) and self._mentions[place].span.start < span.end:
            mention = self._mentions[place]
            place += 1
            if mention.entity_id not in self._entities:
                continue
            if mention.span.start <= head.idx < mention.span.end:
                return mention
            if self._type_of(mention) == "person" and mention.span.end == span.end and self._is_title(span, mention):
                return mention
        return None

    def _is_title(self, span: Span, mention: Mention) -> bool:
        """Whether what stands before a name at the end of a phrase is its title: no "of", no "and", no possessor."""
        before = self._text[span.start : mention.span.start]
        return not _LINKS.search(before)

    def _description(self, span: Span, head: Token, lower: str) -> Speaker | None:
        """A title or description: the person of the text introduced so, else whoever has just spoken."""
        if head.pos_ not in ("NOUN", "PROPN") or head.tag_ in ("NNS", "NNPS"):
            return None
        if not lower.startswith(("the ", "this ", "that ")) or self._possessed(head):
            return None
        entity = self._titles.called(title_of(head, span.start), span.start)
        if entity is not None:
            return self._speaker(entity, "title")
        running = self._spoken[-1] if self._spoken else None
        if (
            running is not None
            and span.start - running[0] < _RUNNING_REACH
            and "person" in noun_kinds(head.lemma_.lower())
        ):
            return self._speaker(running[1], "running-speaker")
        return None

    @staticmethod
    def _possessed(head: Token) -> bool:
        return any(child.dep_ == "poss" for child in head.children)

    def _pronoun(self, position: int, gender: str) -> Speaker:
        """The most salient person before a pronoun: near, a subject, a speaker, not known to be of another gender."""
        place = bisect_right(self._people_starts, position - 1)
        scores: dict[str, int] = {}
        for mention in self._people[max(0, place - _RECENT_MENTIONS) : place]:
            score = mention.span.start + (_SUBJECT_BONUS if self._is_subject(mention) else 0)
            scores[mention.entity_id] = max(scores.get(mention.entity_id, score), score)
        for start, entity in self._spoken[-4:]:
            if start < position:
                scores[entity] = max(scores.get(entity, 0), start + _SPEAKER_BONUS)
        best: tuple[int, str] | None = None
        for entity, score in scores.items():
            known = self._gender.get(entity)
            if known is not None and known != gender:
                continue
            total = score + (_GENDER_BONUS if known else 0)
            if best is None or total > best[0]:
                best = (total, entity)
        return self._speaker(best[1], "pronoun") if best is not None else Speaker()

    def _is_subject(self, mention: Mention) -> bool:
        token = self._doc.char_span(mention.span.start, mention.span.end, alignment_mode="expand")
        return token is not None and token.root.idx in self._subjects


def continued(speaker: Speaker) -> Speaker:
    """The same speaker for a quotation that names nobody itself."""
    if speaker.name is None and speaker.entity_id is None:
        return Speaker(kind=speaker.kind)
    return Speaker(speaker.name, speaker.entity_id, speaker.kind, "running-speaker")
