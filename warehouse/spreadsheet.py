"""Rows as CSV that a spreadsheet may open: nothing in it is computed, and what the program cannot hold is named."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from warehouse.durable_files import written_aside
from warehouse.home import Home
from warehouse.query import cell_text, is_number, open_read_only, stream_query

LONGEST_CELL = 32_767
"""Characters that Excel keeps of a cell, counted in UTF-16."""
MOST_ROWS = 1_048_576
"""Rows of an Excel sheet, the header included."""
MOST_DIGITS = 15
"""Digits that spreadsheets keep of a number."""
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""First characters that make spreadsheets compute a cell, in half and full width (OWASP, CSV Injection)."""


@dataclass(frozen=True, slots=True)
class CsvReport:
    """What was written, and how much of it a spreadsheet would spoil."""

    rows: int
    """Without the header."""
    long_cells: int
    """Cells with more characters than Excel keeps."""
    long_numbers: int
    """Numbers with more digits than spreadsheets keep."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """A sentence for each bound of Excel that is passed; the file itself is complete."""
        found = []
        if self.rows + 1 > MOST_ROWS:
            found.append(f"{self.rows:,} rows and the header: Excel shows the first {MOST_ROWS:,} only")
        if self.long_cells:
            found.append(f"{self.long_cells:,} cells are longer than {LONGEST_CELL:,} characters: Excel cuts them")
        if self.long_numbers:
            found.append(f"{self.long_numbers:,} numbers have more than {MOST_DIGITS} digits: Excel rounds them")
        return tuple(found)


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]], output: IO[str]) -> CsvReport:
    """Write rows as RFC 4180 has it: CRLF between records, quotes where needed, line breaks kept inside of cells.

    A text, or a column's name, that a spreadsheet would take for a formula gets an apostrophe before it. Numbers stay
    numbers, negative ones too: no number is a formula. Lists and structs are JSON, NULL is an empty cell.

    Args:
        columns: Names.
        rows: Values as DuckDB's client gives them.
        output: Opened with ``newline=""``.
    """
    writer = csv.writer(output, lineterminator="\r\n")
    writer.writerow([_disarmed(name) for name in columns])
    count = long_cells = long_numbers = 0
    for row in rows:
        cells = [value if is_number(value) else _disarmed(cell_text(value)) for value in row]
        writer.writerow(cells)
        count += 1
        long_cells += sum(isinstance(cell, str) and _is_long(cell) for cell in cells)
        long_numbers += sum(_has_many_digits(cell) for cell in cells)
    return CsvReport(count, long_cells, long_numbers)


def export_csv(home: Home, target: Path, query: str) -> CsvReport:
    """Write what a query gives into a file, in UTF-8 with a byte order mark, by which Excel knows it.

    The rows are streamed; the file appears when it is complete, in place of one of that name.

    Raises:
        QueryError: the query is wrong, or fails on the way.
        NoDatabaseError: nothing has been published yet.
        OSError: the file cannot be written.
    """
    with open_read_only(home) as connection, written_aside(target) as output:
        columns, rows = stream_query(connection, query)
        text = io.TextIOWrapper(output, encoding="utf-8-sig", newline="")
        report = write_csv(columns, rows, text)
        text.detach()
    return report


def _disarmed(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _is_long(text: str) -> bool:
    if len(text) * 2 <= LONGEST_CELL:
        return False
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 > LONGEST_CELL


def _has_many_digits(value: object) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite() and len(value.normalize().as_tuple().digits) > MOST_DIGITS
    return isinstance(value, int) and abs(value) >= 10**MOST_DIGITS
