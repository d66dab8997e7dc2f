"""Questions to the published database: read-only, away from all other files, as rows or as text."""

import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from textwrap import wrap
from typing import Any

import duckdb
from rich.cells import cell_len

from warehouse.ddl import literal
from warehouse.home import Home
from warehouse.slots import NAME

_TRIES = 3
_MEMORY_OF_LONG_WORK = "1GB"
_ROWS_AT_ONCE = 1_000


class NoDatabaseError(FileNotFoundError):
    """Nothing has been published in this home yet."""

    def __init__(self, home: Home) -> None:
        super().__init__(f"There is no {home.database} yet: the first `newslake run` makes it.")


class QueryError(ValueError):
    """DuckDB refused the query; the message is DuckDB's, with the place."""


@dataclass(frozen=True, slots=True)
class QueryResult:
    """Rows as Python values: instants are datetimes in UTC without a zone, lists and structs are lists and dicts."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool = False
    """Whether there are more rows than were asked for."""


def open_read_only(
    home: Home, *, scratch: Path | None = None, readable: Sequence[Path] = ()
) -> duckdb.DuckDBPyConnection:
    """Connection to the published state of this moment; close it, or use it in a ``with`` block.

    Queries may read the database and use temporary tables. They can neither write it, nor reach other files or the
    network, nor take these limits away. Instants count as UTC.

    Args:
        home: The lake.
        scratch: For long work: DuckDB keeps to 1 GB of memory and moves the rest into this folder.
        readable: Files that queries may reach all the same, written as well as read: let nobody else's SQL in then.

    Raises:
        NoDatabaseError: nothing has been published yet.
        QueryError: a client that opened the file for writing keeps everybody else out.
    """
    if not home.database.exists():
        raise NoDatabaseError(home)
    # Attached, not opened by path: DuckDB would share what this process has open under that path, which may be older.
    connection = duckdb.connect(config={"autoinstall_known_extensions": False})
    try:
        _attach(connection, home)
        connection.execute(f"USE {NAME}")
        connection.execute("SET TimeZone = 'UTC'")
        if scratch:
            connection.execute(f"SET temp_directory = {literal(str(scratch))}")
            connection.execute(f"SET memory_limit = '{_MEMORY_OF_LONG_WORK}'")
        if readable:
            connection.execute(f"SET allowed_paths = [{', '.join(literal(str(path)) for path in readable)}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
    except BaseException:
        connection.close()
        raise
    return connection


def run_query(connection: duckdb.DuckDBPyConnection, sql: str, *, limit: int | None = None) -> QueryResult:
    """Rows of the query; of several statements, those of the last one.

    Args:
        connection: From ``open_read_only``.
        sql: The query.
        limit: Rows to hand back at most; all by default.

    Raises:
        QueryError: the query is wrong, or not allowed.
    """
    try:
        result = connection.execute(sql)
        columns = tuple(str(name) for name, *_ in result.description or ())
        if not columns:
            return QueryResult((), ())
        rows = result.fetchall() if limit is None else result.fetchmany(limit + 1)
    except duckdb.Error as error:
        raise QueryError(str(error)) from error
    truncated = limit is not None and len(rows) > limit
    return QueryResult(columns, tuple(tuple(row) for row in (rows[:limit] if truncated else rows)), truncated)


def stream_query(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
    """Columns and rows of the query as ``run_query`` has them, without holding all of them in memory.

    The rows must be read before the connection is used for anything else.

    Raises:
        QueryError: the query is wrong, or not allowed; reading the rows raises it too, where it fails on the way.
    """
    try:
        result = connection.execute(sql)
    except duckdb.Error as error:
        raise QueryError(str(error)) from error
    columns = tuple(str(name) for name, *_ in result.description or ())

    def rows() -> Iterator[tuple[Any, ...]]:
        try:
            while columns and (found := result.fetchmany(_ROWS_AT_ONCE)):
                yield from found
        except duckdb.Error as error:
            raise QueryError(str(error)) from error

    return columns, rows()


def format_table(result: QueryResult, *, width: int | None = None) -> str:
    """Rows as aligned text, one line a row; where that is wider than ``width``, one line a value.

    Control characters are shown as �, so no text can steer the terminal.
    """
    lines = [result.columns, *([cell_text(value) for value in row] for row in result.rows)]
    shown = [[_printable(cell) for cell in line] for line in lines]
    widths = [max(cell_len(line[index]) for line in shown) for index in range(len(result.columns))]
    if width is not None and sum(widths) + 2 * len(widths) > width:
        return _records(shown, width)
    right = [
        bool(result.rows) and all(value is None or is_number(value) for value in column)
        for column in zip(*result.rows, strict=True)
    ] or [False] * len(widths)
    text = [_aligned(line, widths, right) for line in shown]
    text.insert(1, "  ".join("─" * each for each in widths))
    return "".join(f"{line.rstrip()}\n" for line in text)


def _records(shown: Sequence[Sequence[str]], width: int) -> str:
    """Each row as a block of name and value, long values folded and indented; empty values are left out."""
    names, *rows = shown
    indent = max(map(cell_len, names)) + 2
    blocks = []
    for row in rows:
        lines = []
        for name, value in zip(names, row, strict=True):
            if value:
                folded = wrap(value, max(width - indent, 20), break_on_hyphens=False)
                lines += [f"{start:<{indent}}{piece}" for start, piece in zip([name], folded, strict=False)]
                lines += [f"{'':<{indent}}{piece}" for piece in folded[1:]]
        blocks.append("".join(f"{line}\n" for line in lines))
    return "\n".join(blocks)


def format_json(result: QueryResult) -> str:
    """Rows as a JSON array of objects; a column name that comes twice gets a number."""
    names = _distinct(result.columns)
    objects = [dict(zip(names, (_json_value(value) for value in row), strict=True)) for row in result.rows]
    return json.dumps(objects, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _attach(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Attach the published file.

    A publisher may take the file between its opening and its locking by DuckDB; then it is no longer the published
    one, and the next try finds the one that is.
    """
    for remaining in reversed(range(_TRIES)):
        try:
            connection.execute(f"ATTACH {literal(str(home.database))} AS {NAME} (READ_ONLY)")
        except duckdb.IOException as error:
            if "lock" not in str(error):
                raise
            if not remaining:
                found = re.search(r"PID \d+", str(error))
                holder = f" ({found[0]})" if found else ""
                raise QueryError(
                    f"{home.database.name} is open for writing in another program{holder}: open it read-only there."
                ) from error
        else:
            return


def cell_text(value: Any) -> str:  # noqa: ANN401 - whatever DuckDB has as a value
    """A value as text for a person: lists and structs as JSON, NULL as nothing."""
    if value is None:
        return ""
    if isinstance(value, list | tuple | dict):
        return json.dumps(_json_value(value), ensure_ascii=False)
    plain = _json_value(value)
    return plain if isinstance(plain, str) else json.dumps(plain)


def _json_value(value: Any) -> Any:  # noqa: ANN401 - whatever DuckDB has as a value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _json_value(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_json_value(each) for each in value]
    for type_, convert in _AS_TEXT.items():
        if isinstance(value, type_):
            return convert(value)
    return value if value is None or isinstance(value, bool | int | str) else str(value)


_AS_TEXT: dict[type, Callable[[Any], Any]] = {
    datetime: lambda value: value.isoformat(sep=" "),
    date: date.isoformat,
    time: time.isoformat,
    timedelta: str,
    Decimal: lambda value: int(value) if value == value.to_integral_value() else float(value),
    bytes: bytes.hex,
}
"""A datetime is a date, so it comes first."""


def is_number(value: object) -> bool:
    """Whether a value of DuckDB's client is a number; a truth value is none."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _printable(text: str) -> str:
    """Line breaks as spaces; characters that steer a terminal or turn the direction of writing as �."""
    spaced = re.sub(r"[\t\r\n]+", " ", text)
    return "".join("�" if unicodedata.category(character) in {"Cc", "Cf", "Cs"} else character for character in spaced)


def _aligned(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    pieces = []
    for cell, width, to_right in zip(cells, widths, right, strict=True):
        space = " " * (width - cell_len(cell))
        pieces.append(space + cell if to_right else cell + space)
    return "  ".join(pieces)


def _distinct(names: Sequence[str]) -> list[str]:
    taken: set[str] = set()
    result = []
    for name in names:
        candidate, number = name, 1
        while candidate in taken:
            number += 1
            candidate = f"{name}_{number}"
        taken.add(candidate)
        result.append(candidate)
    return result
