"""The SQL files: one statement each, with its documentation in the comment above it.

A file begins with comment lines: sentences that say what the statement answers, then what else is known of it, as
``-- severity: stop`` or ``-- column NAME: sentence``. A line that is indented goes on where the one before it ended.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, get_args

Kind = Literal["views", "macros", "checks", "load", "report"]
Severity = Literal["stop", "warn"]
"""Of a check: ``stop`` keeps the parts it names from being published, ``warn`` is only reported."""

_COLUMN = re.compile(r"column (\w+): (.+)")
_SEVERITY = re.compile(r"severity: (\w+)")


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL file."""

    kind: Kind
    name: str
    """The file's name without ending: also the name of the view, macro or check."""
    doc: str
    sql: str
    """The whole file, comments included."""
    columns: Mapping[str, str]
    """Sentences for columns whose meaning is the statement's own."""
    severity: Severity | None


@cache
def statements(kind: Kind) -> tuple[Statement, ...]:
    """The packaged statements of a kind, by name.

    Raises:
        ValueError: a file has no documentation, or a severity that does not exist.
    """
    folder = resources.files("warehouse") / "sql" / kind
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda entry: entry.name)
    return tuple(parse(kind, entry.name.removesuffix(".sql"), entry.read_text(encoding="utf-8")) for entry in files)


def statement(kind: Kind, name: str) -> Statement:
    """One packaged statement.

    Raises:
        KeyError: there is no such file.
    """
    return {each.name: each for each in statements(kind)}[name]


def parse(kind: Kind, name: str, text: str) -> Statement:
    """Statement of a file's text.

    Raises:
        ValueError: it has no documentation, or a severity that does not exist.
    """
    sentences: list[str] = []
    columns: dict[str, str] = {}
    severity: Severity | None = None
    for line in _header(text):
        if matched := _COLUMN.fullmatch(line):
            columns[matched[1]] = matched[2]
        elif matched := _SEVERITY.fullmatch(line):
            if matched[1] not in get_args(Severity):
                raise ValueError(f"{kind}/{name}.sql: severity is {' or '.join(get_args(Severity))}, not {matched[1]}")
            severity = "stop" if matched[1] == "stop" else "warn"
        else:
            sentences.append(line)
    if not sentences:
        raise ValueError(f"{kind}/{name}.sql: the first line must be a comment that says what the statement answers")
    return Statement(kind, name, " ".join(sentences), text, columns, severity)


def _header(text: str) -> list[str]:
    """Comment lines at the top, without their dashes; indented ones joined to the line before."""
    lines: list[str] = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        content = line[2:]
        if content.startswith("   ") and lines:
            lines[-1] += f" {content.strip()}"
        elif content.strip():
            lines.append(content.strip())
    return lines
