"""The unit in which a text is put together: one line of it with the block of the page it came from."""

from collections.abc import Iterable
from dataclasses import dataclass

from transforms.clean.blocks import Block


@dataclass(frozen=True, slots=True)
class Line:
    """One block of an article's text."""

    text: str
    key: str
    """Letters of the text, for comparison."""
    block: Block | None
    """Where it stands on the page, if one block is the whole line."""
    is_heading: bool


def length(lines: Iterable[Line]) -> int:
    """Letters of all lines together."""
    return sum(len(line.key) for line in lines)
