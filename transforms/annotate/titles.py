"""People by the titles that a text gives them: "the former diplomat" is whom it introduced as one."""

import re
from collections import defaultdict
from collections.abc import Sequence

from spacy.tokens import Token

from transforms.annotate.records import Mention
from transforms.spans import Span

TITLE_WORD = re.compile(r"[A-Za-z][A-Za-z-]+")
_BEFORE_NAME = 60
_AFTER_NAME = 120
_WORDS_BEFORE = 5
_APPOSITION = re.compile(r"[^,.;\"“\n]{0,4},\s*(?:\d+,\s*)?((?:the |an? |his |her |its |their )?[^,.;\"“”\n]{3,90})")
_NO_APPOSITION = re.compile(r"(?:said|says|told|who|which|and|but|a day|after|he|she|while|when|in|on|at)\b")
_REACH = 6000
"""Characters within which a description may refer to somebody introduced by it."""


class PeopleByTitle:
    """Which people of a text bear a title: before the name, or in apposition behind it."""

    def __init__(self, text: str, people: Sequence[Mention]) -> None:
        self._text = text
        self._words: dict[Span, list[str]] = {mention.span: self._words_beside(mention) for mention in people}
        self._people: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for mention in people:
            for word in dict.fromkeys(self._words[mention.span]):
                self._people[word].append((mention.span.start, mention.entity_id))

    def words_of(self, mention: Mention) -> list[str]:
        """Words of the titles beside a mention of a person, in lower case."""
        return self._words.get(mention.span, [])

    def _words_beside(self, mention: Mention) -> list[str]:
        text, span = self._text, mention.span
        before = re.split(r"[.,;:\"“”\n]", text[max(0, span.start - _BEFORE_NAME) : span.start])[-1]
        found = TITLE_WORD.findall(" ".join(before.split()[-_WORDS_BEFORE:]))
        match = _APPOSITION.match(text, span.end, span.end + _AFTER_NAME)
        if match and not _NO_APPOSITION.match(match.group(1)):
            found += TITLE_WORD.findall(re.split(r" (?:of|for|at|in|with|who) ", match.group(1))[0])
        if mention.role:
            found += TITLE_WORD.findall(mention.role)
        return [word.lower() for word in found]

    def called(self, title: str, position: int) -> str | None:
        """Entity id of the person introduced by a title: the last one before a place, else the only one behind it."""
        near = [(start, entity) for start, entity in self._people.get(title, []) if abs(start - position) < _REACH]
        before = [item for item in near if item[0] <= position]
        if before:
            return max(before)[1]
        behind = {entity for _, entity in near}
        return near[0][1] if len(behind) == 1 else None


def title_of(head: Token, start: int) -> str:
    """The word that names the title in a description that begins at ``start``; "president-elect" is one."""
    found = TITLE_WORD.findall(head.doc.text, start, head.idx + len(head))
    return found[-1].lower() if found else str(head.lemma_).lower()
