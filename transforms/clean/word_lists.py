"""The word lists of the clean step: packaged data, read once when first needed."""

from functools import cache
from importlib.resources import files


@cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """Tab-separated fields of each line of ``transforms/data/clean/NAME``; without comments (#) and empty lines."""
    content = files("transforms").joinpath("data", "clean", name).read_text(encoding="utf-8")
    return tuple(
        tuple(field.strip() for field in line.split("\t"))
        for line in content.splitlines()
        if line.strip() and not line.startswith("#")
    )


@cache
def words(name: str) -> tuple[str, ...]:
    """First field of each line."""
    return tuple(row[0] for row in rows(name))
