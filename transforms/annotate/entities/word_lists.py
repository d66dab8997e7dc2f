"""The tables and word lists of the entity rules: packaged data, read once when first needed."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def rows(name: str) -> list[dict[str, str]]:
    """Lines of ``transforms/data/entities/NAME.tsv`` by the columns that the first one names; # begins a comment."""
    lines = _lines(f"{name}.tsv")
    header = lines[0].split("\t")
    return [dict(zip(header, line.split("\t"), strict=True)) for line in lines[1:]]


def listed(field: str) -> list[str]:
    """The items of a field that holds several."""
    return [item for item in field.split("|") if item]


@cache
def words(name: str) -> frozenset[str]:
    """Lines of ``transforms/data/entities/NAME.txt``."""
    return frozenset(_lines(f"{name}.txt"))


@cache
def suffixes() -> Mapping[str, str]:
    """Last words that tell the label of a name."""
    return {row["word"]: row["label"] for row in rows("suffixes")}


@cache
def titles() -> Mapping[str, str]:
    """Words before a person's name, in lower case but for abbreviations and honorifics, and their kind."""
    return {row["word"]: row["kind"] for row in rows("titles")}


def _lines(name: str) -> list[str]:
    content = files("transforms").joinpath("data", "entities", name).read_text(encoding="utf-8")
    return [line for line in content.split("\n") if line.strip() and not line.startswith("#")]
