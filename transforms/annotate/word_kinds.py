"""What common nouns and verbs tell about who acts and what is real; quotes and events both ask."""

import functools
from collections.abc import Mapping
from importlib.resources import files


def data_rows(name: str) -> list[list[str]]:
    """Cells of a tab-separated table below ``transforms/data``, without its comments and its heading."""
    content = files("transforms").joinpath("data", *name.split("/")).read_text(encoding="utf-8")
    lines = [line for line in content.splitlines() if line and not line.startswith("#")]
    return [line.split("\t") for line in lines[1:]]


@functools.cache
def _kinds(name: str) -> Mapping[str, frozenset[str]]:
    return {word: frozenset(kinds.split("|")) for word, kinds in data_rows(name)}


_NONE: frozenset[str] = frozenset()


def noun_kinds(lemma: str) -> frozenset[str]:
    """What a noun tells about the part its bearer may play: person, institution, state, armed, crowd and so on."""
    return _kinds("words/nouns.tsv").get(lemma, _NONE)


def verb_kinds(lemma: str) -> frozenset[str]:
    """What a verb or adjective tells about the clause it governs: speech, future, unreal, negative and so on."""
    return _kinds("words/verbs.tsv").get(lemma, _NONE)
