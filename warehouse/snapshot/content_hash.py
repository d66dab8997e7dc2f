"""A hash of rows that depends neither on their order nor on the files, programs and versions that carry them.

Each row is written as a JSON object of its columns in their order, hashed by SHA-256, and the hashes are added up as
four numbers of 64 bits, modulo 2^64 each. So equal rows count as often as they come, and rows can be hashed as a
stream. It tells whether results are the same; against forgery there are the hashes of the files.
"""

from dataclasses import dataclass

import duckdb

_LANES = 4
_DIGITS = 16
"""Hexadecimal digits of 64 bits."""
METHOD = "sum of the SHA-256 of each row as a JSON object, as four numbers of 64 bits modulo 2^64"


@dataclass(frozen=True, slots=True)
class Content:
    """What some rows are: how many, and their hash as 64 hexadecimal digits."""

    rows: int
    digest: str


def content_of(connection: duckdb.DuckDBPyConnection, select: str) -> Content:
    """Number and hash of the rows of a SELECT; nothing but sums is kept in memory.

    Raises:
        duckdb.Error: the SELECT cannot be run.
    """
    lanes = ", ".join(
        f"coalesce(sum(('0x' || substr(digest, {1 + lane * _DIGITS}, {_DIGITS}))::UBIGINT), 0)"
        for lane in range(_LANES)
    )
    counted = f"SELECT count(*), {lanes} FROM ({digests(select)})"
    [(rows, *sums)] = connection.execute(counted).fetchall()
    return Content(int(rows), "".join(f"{int(number) % 2**64:0{_DIGITS}x}" for number in sums))


def digests(select: str) -> str:
    """SELECT of one ``digest`` for each row of a SELECT."""
    # The alias must be the name of no column, or it would stand for that one.
    return f"SELECT sha256(to_json(newslake_hashed_row)::VARCHAR) AS digest FROM (\n{select}\n) AS newslake_hashed_row"


def rows_that_differ(connection: duckdb.DuckDBPyConnection, former: str, present: str) -> tuple[int, int]:
    """Rows that only the first SELECT gives, and rows that only the second one gives, equal ones counted singly.

    Raises:
        duckdb.Error: a SELECT cannot be run.
    """
    counts = []
    for one, other in ((former, present), (present, former)):
        counted = f"SELECT count(*) FROM ({digests(one)} EXCEPT ALL {digests(other)})"
        [(count,)] = connection.execute(counted).fetchall()
        counts.append(int(count))
    return counts[0], counts[1]
