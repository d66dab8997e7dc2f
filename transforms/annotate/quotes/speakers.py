"""From the words that name a speaker to the entity: full name, surname, pronoun, title; else unknown."""

import functools
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from spacy.tokens import Doc, Token

from transforms.annotate.quotes.attribution import Attribution
from transforms.annotate.records import Entity, Mention
from transforms.spans import Span

_PRONOUNS = {"he": "male", "she": "female", "him": "male", "her": "female"}
_OTHER_PRONOUNS = frozenset(("i", "we", "you", "they", "it", "who", "which", "that", "those", "this", "these", "one"))
_TITLE_WORD = re.compile(r"[A-Za-z][A-Za-z-]+")
_BEFORE_NAME = 60
_AFTER_NAME = 120
_APPOSITION = re.compile(r"[^,.;\"“\n]{0,4},\s*(?:\d+,\s*)?((?:the |an? |his |her |its |their )?[^,.;\"“”\n]{3,90})")
_NO_APPOSITION = re.compile(r"(?:said|says|told|who|which|and|but|a day|after|he|she|while|when|in|on|at)\b")
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
_TITLE_REACH = 6000
_PEOPLE_SUFFIXES = ("man", "woman", "person", "or", "er", "ist", "ian", "ant", "ent", "ary", "eur")


@functools.cache
def gendered_words() -> Mapping[str, str]:
    """Honorifics and nouns that tell a person's gender: word in lower case to ``male`` or ``female``."""
    content = files("transforms").joinpath("data", "gendered_words.tsv").read_text(encoding="utf-8")
    lines = [line for line in content.splitlines() if line and not line.startswith("#")]
    return {word: gender for word, _, gender in (line.partition("\t") for line in lines[1:])}


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
        self._gender = self._genders(people)
        self._roles = self._role_index(people)
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
            for word in (*self._title_words(mention), mention.surface.split(" ", 1)[0].rstrip(".").lower()):
                if word in genders:
                    found[mention.entity_id].add(genders[word])
        return {entity: next(iter(genders)) for entity, genders in found.items() if len(genders) == 1}

    def _title_words(self, mention: Mention) -> list[str]:
        """Words of the title before a name and of the apposition behind it, in lower case."""
        text, span = self._text, mention.span
        before = re.split(r"[.,;:\"“”\n]", text[max(0, span.start - _BEFORE_NAME) : span.start])[-1]
        found = _TITLE_WORD.findall(" ".join(before.split()[-5:]))
        match = _APPOSITION.match(text, span.end, span.end + _AFTER_NAME)
        if match and not _NO_APPOSITION.match(match.group(1)):
            found += _TITLE_WORD.findall(re.split(r" (?:of|for|at|in|with|who) ", match.group(1))[0])
        if mention.role:
            found += _TITLE_WORD.findall(mention.role)
        return [word.lower() for word in found]

    def _role_index(self, people: Sequence[Mention]) -> dict[str, list[tuple[int, str]]]:
        """Places and entities by each word of their titles."""
        roles: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for mention in people:
            for word in dict.fromkeys(self._title_words(mention)):
                roles[word].append((mention.span.start, mention.entity_id))
        return roles

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
        covering: Mention | None = None
        while place < len(self._mentions) and self._mentions[place].span.start < span.end:
            mention = self._mentions[place]
            place += 1
            if mention.entity_id not in self._entities:
                continue
            if mention.span.start <= head.idx < mention.span.end:
                covering = mention
            elif mention.span.overlaps(span) and mention.span.end == span.end and self._type_of(mention) == "person":
                covering = covering or mention
        return covering

    def _description(self, span: Span, head: Token, lower: str) -> Speaker | None:
        """A title or description: the one person of the text introduced so."""
        noun = head.lemma_.lower()
        if head.pos_ not in ("NOUN", "PROPN") or head.tag_ in ("NNS", "NNPS"):
            return None
        places = self._roles.get(noun, [])
        near = [(start, entity) for start, entity in places if abs(start - span.start) < _TITLE_REACH]
        definite = lower.startswith(("the ", "this ", "that "))
        if not definite:
            return None
        if head.doc[head.i].lower_ in ("spokesman", "spokeswoman", "spokesperson") and "'s" in lower.replace("’", "'"):
            near = [item for item in near if abs(item[0] - span.start) < _BEFORE_NAME]
        people = list(dict.fromkeys(entity for start, entity in near if start <= span.start))
        people = people or list(dict.fromkeys(entity for _, entity in near))
        if len(people) == 1:
            return self._speaker(people[0], "title")
        if len(people) > 1:
            last = max((item for item in near if item[0] <= span.start), default=None)
            return self._speaker(last[1], "title") if last is not None else None
        if (
            self._spoken
            and span.start - self._spoken[-1][0] < 900
            and self._is_person_noun(noun)
            and not self._possessed(head)
        ):
            return self._speaker(self._spoken[-1][1], "running-speaker")
        return None

    @staticmethod
    def _possessed(head: Token) -> bool:
        return any(child.dep_ == "poss" for child in head.children)

    @staticmethod
    def _is_person_noun(noun: str) -> bool:
        return noun.endswith(_PEOPLE_SUFFIXES) and noun not in ("government", "department", "parliament", "statement")

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
