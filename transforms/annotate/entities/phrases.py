"""Finding many fixed phrases in a text in time linear in the text."""

import re
from collections.abc import Iterable, Iterator, Mapping

from transforms.spans import Span

_WORD = re.compile(r"(?<!\w)[^\W\d_]+")


class PhraseIndex:
    """Phrases by their first word; each must begin with a letter, others are left out."""

    def __init__(self, phrases: Iterable[str]) -> None:
        index: dict[str, dict[int, set[str]]] = {}
        for phrase in phrases:
            if word := _WORD.match(phrase):
                index.setdefault(word.group(), {}).setdefault(len(phrase), set()).add(phrase)
        self._index: Mapping[str, list[tuple[int, set[str]]]] = {
            word: sorted(by_length.items(), reverse=True, key=lambda item: item[0]) for word, by_length in index.items()
        }

    def find(self, text: str) -> Iterator[Span]:
        """Occurrences in text order, the longest at each place, none inside another; whole words only."""
        end = 0
        for word in _WORD.finditer(text):
            start = word.start()
            if start < end:
                continue
            for length, phrases in self._index.get(word.group(), ()):
                stop = start + length
                if text[start:stop] in phrases and not text[stop : stop + 1].isalnum():
                    yield Span(start, stop)
                    end = stop
                    break
