"""``python -m tests.evaluation.duplicates``: how well the rule tells copies of a text from other texts.

Pairs are built from the labelled texts: copies as outlets make them, and texts that have something in common and are
no copies. Articles of different outlets on one event come from the event clusters, as they are.
"""

import argparse
import json
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from urllib.parse import urlsplit

from tests.evaluation.__main__ import DEFAULT_DATA
from transforms.duplicates import Signature, are_alike, containment, resemblance, share_a_band, signature

SEED = 7
MIN_WORDS = 120
FURNITURE_WORDS = 60
FURNITURE: str = " ".join(f"furniture{number}" for number in range(FURNITURE_WORDS))
ONE_EVENT = "one event, two outlets"
Paragraphs = list[str]


@dataclass(frozen=True)
class Pair:
    """Two texts, and whether they are copies."""

    kind: str
    copies: bool
    one: str
    other: str


def main() -> int:
    """Print, for each kind of pair, how many are linked, and precision and recall of all together."""
    parser = argparse.ArgumentParser(prog="python -m tests.evaluation.duplicates", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--show", metavar="KIND", help="print the pairs of this kind that are decided wrongly")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        print(f"no evaluation data in {arguments.data}; name a folder with --data", file=sys.stderr)
        return 2
    found: dict[tuple[bool, str], list[tuple[float, float, bool]]] = {}
    known: dict[str, Signature | None] = {}
    for pair in pairs(arguments.data):
        one, other = (known[text] if text in known else known.setdefault(text, signature(text)) for text in _of(pair))
        if one is None or other is None:
            continue
        linked = are_alike(one, other) and share_a_band(one, other)
        values = resemblance(one, other), containment(one, other), linked
        found.setdefault((pair.copies, pair.kind), []).append(values)
        if pair.kind == arguments.show and linked != pair.copies:
            print(f"--- {values}\n{pair.one[:600]}\n+++\n{pair.other[:600]}")
    _print(found)
    return 0


def _print(found: dict[tuple[bool, str], list[tuple[float, float, bool]]]) -> None:
    print(f"{'pairs':52}{'n':>8}{'linked':>9}  resemblance 5 %, 50 %, 95 %; containment 50 %")
    for (copies, kind), values in sorted(found.items(), reverse=True):
        alike = sorted(value for value, _, _ in values)
        shown = ", ".join(f"{alike[int(share * (len(alike) - 1))]:.2f}" for share in (0.05, 0.5, 0.95))
        inside = sorted(value for _, value, _ in values)[len(values) // 2]
        linked = sum(linked for *_, linked in values)
        name = f"{'copies' if copies else 'others'}: {kind}"
        print(f"{name:52}{len(values):8}{linked / len(values):9.4f}  {shown}; {inside:.2f}")
    decided = [
        (copies, linked) for (copies, kind), values in found.items() if kind != ONE_EVENT for *_, linked in values
    ]
    right = sum(copies and linked for copies, linked in decided)
    precision = right / sum(linked for _, linked in decided)
    print(f"precision: {precision:.4f}  recall: {right / sum(copies for copies, _ in decided):.4f}")
    print(f"(without {ONE_EVENT!r}: much of what is linked there is agency copy in other words)")


def _of(pair: Pair) -> tuple[str, str]:
    return pair.one, pair.other


def pairs(data: Path) -> Iterator[Pair]:
    """All pairs, always the same."""
    articles = list(_articles(data))
    numbers = random.Random(SEED)
    for at, (_, text) in enumerate(articles):
        paragraphs = [paragraph for paragraph in text.split("\n\n") if paragraph.strip()]
        other = articles[(at + 1 + numbers.randrange(len(articles) - 1)) % len(articles)][1]
        for kind, copy in COPIES.items():
            yield Pair(kind, True, text, "\n\n".join(copy(numbers, paragraphs, other)))
        for kind, made in OTHERS.items():
            yield Pair(kind, False, *("\n\n".join(each) for each in made(paragraphs, other.split("\n\n"))))
    for (site, text), (other_site, other) in combinations(articles, 2):
        yield Pair("one site" if site == other_site else "any two articles", False, text, other)
    yield from _of_one_event(data)


def _articles(data: Path) -> Iterator[tuple[str, str]]:
    """Site and text of the labelled pages with one."""
    seen = set()
    with (data / "extraction" / "truth.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            text = row["text"]
            if text and len(text.split()) >= MIN_WORDS and text not in seen:
                seen.add(text)
                yield urlsplit(row["url"]).hostname or "", text


def _of_one_event(data: Path) -> Iterator[Pair]:
    with (data / "events" / "clusters.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            documents = json.loads(line)["docs"]
            for one, other in combinations(documents, 2):
                if one["story"] == other["story"]:
                    yield Pair(ONE_EVENT, False, one["text"], other["text"])


def _edited(numbers: random.Random, paragraphs: Paragraphs, share: float) -> Paragraphs:
    """Some words replaced, dropped or doubled."""
    edited = []
    for paragraph in paragraphs:
        words: list[str] = []
        for word in paragraph.split():
            if numbers.random() >= share:
                words.append(word)
            elif numbers.random() < 0.5:
                words += [word[::-1], "indeed"]
        edited.append(" ".join(words))
    return edited


def _kept(paragraphs: Paragraphs, share: float) -> Paragraphs:
    """The first paragraphs, up to that share of the text."""
    wanted = share * sum(map(len, paragraphs))
    kept: Paragraphs = []
    while sum(map(len, kept)) < wanted:
        kept.append(paragraphs[len(kept)])
    return kept


def _words(text: str, count: int) -> str:
    return " ".join(text.split()[:count])


def _shuffled(numbers: random.Random, paragraphs: Paragraphs) -> Paragraphs:
    return numbers.sample(paragraphs, len(paragraphs))


def _thinned(numbers: random.Random, paragraphs: Paragraphs, share: float) -> Paragraphs:
    return [each for each in paragraphs if numbers.random() >= share] or paragraphs[:1]


COPIES: dict[str, Callable[[random.Random, Paragraphs, str], Paragraphs]] = {
    "another headline": lambda _, own, other: [_words(other, 12), *own],
    "furniture around it": lambda _, own, other: [_words(other, 20), *own, _words(other[::-1], FURNITURE_WORDS)],
    "cut to three quarters": lambda _, own, other: _kept(own, 0.75),
    "cut to a half": lambda _, own, other: _kept(own, 0.5),
    "every fifth paragraph dropped": lambda numbers, own, other: _thinned(numbers, own, 0.2),
    "paragraphs in another order": lambda numbers, own, other: _shuffled(numbers, own),
    "one word in fifty edited": lambda numbers, own, other: _edited(numbers, own, 0.02),
    "one word in twenty edited": lambda numbers, own, other: _edited(numbers, own, 0.05),
    "agency copy after an introduction of its own": lambda _, own, other: [_words(other, 60), *own],
    "agency copy cut, edited, with an introduction": lambda numbers, own, other: [
        _words(other, 40),
        *_edited(numbers, _kept(own, 0.8), 0.01),
    ],
    "capitals and line breaks": lambda _, own, other: [paragraph.upper().replace(". ", ".\n") for paragraph in own],
}

OTHERS: dict[str, Callable[[Paragraphs, Paragraphs], tuple[Paragraphs, Paragraphs]]] = {
    "a live blog's new posts under one summary": lambda own, other: (
        [*_kept(own, 0.25), *own],
        [*_kept(own, 0.25), *other],
    ),
    "short texts with one site's furniture": lambda own, other: (
        [_words(" ".join(own), 80), FURNITURE],
        [_words(" ".join(other), 80), FURNITURE],
    ),
    "a statement quoted in both": lambda own, other: (own, [*other, _words(" ".join(own), 60)]),
}
if __name__ == "__main__":
    sys.exit(main())
