"""CSV that a spreadsheet opens without computing, losing or spoiling anything unsaid."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warehouse.lake_builder import World, fill
from warehouse.home import Home
from warehouse.query import QueryError
from warehouse.spreadsheet import LONGEST_CELL, MOST_ROWS, CsvReport, export_csv, write_csv


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    world = World.at(tmp_path_factory.mktemp("spreadsheet") / "home")
    fill(world, days=1)
    world.publish()
    world.catalogue.close()
    return world.home


def written(columns: Sequence[str], *rows: Sequence[Any]) -> tuple[str, CsvReport]:
    output = io.StringIO(newline="")
    report = write_csv(columns, rows, output)
    return output.getvalue(), report


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_text_that_would_be_computed_gets_an_apostrophe(start: str) -> None:
    text, _ = written([f"{start}name"], [f"{start}1+1"])
    assert list(csv.reader(io.StringIO(text, newline=""))) == [[f"'{start}name"], [f"'{start}1+1"]]


def test_numbers_stay_numbers_and_their_texts_do_not() -> None:
    text, _ = written(["number", "text"], [-5, "-5"], [Decimal("-1.50"), None], [-2.5e-7, "5"])
    assert text.splitlines() == ["number,text", "-5,'-5", "-1.50,", "-2.5e-07,5"]


def test_records_are_those_of_rfc_4180() -> None:
    text, _ = written(["a", "b"], ['two\nlines, "quoted"', [{"start": 1, "text": "ä"}]], [date(2026, 3, 1), True])
    assert text == 'a,b\r\n"two\nlines, ""quoted""","[{""start"": 1, ""text"": ""ä""}]"\r\n2026-03-01,true\r\n'


@given(st.lists(st.lists(st.text() | st.integers() | st.none(), min_size=2, max_size=2), max_size=5))
def test_any_text_is_given_back_and_none_is_a_formula(rows: list[list[str | int | None]]) -> None:
    text, report = written(["a", "b"], *rows)
    assert report.rows == len(rows)
    for cells, row in zip(list(csv.reader(io.StringIO(text, newline="")))[1:], rows, strict=True):
        for cell, value in zip(cells, row, strict=True):
            assert cell.removeprefix("'") == str("" if value is None else value).removeprefix("'")
            assert isinstance(value, int) or not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_what_excel_cannot_hold_is_kept_and_named() -> None:
    at_the_bound, beyond, in_two_units = "x" * LONGEST_CELL, "x" * (LONGEST_CELL + 1), "🚢" * (LONGEST_CELL // 2 + 1)
    text, report = written(["text", "number"], [at_the_bound, 10**15 - 1], [beyond, 10**15], [in_two_units, True])
    assert beyond in text
    assert report == CsvReport(rows=3, long_cells=2, long_numbers=1)
    assert [warning.split(":")[0] for warning in report.warnings] == [
        "2 cells are longer than 32,767 characters",
        "1 numbers have more than 15 digits",
    ]
    assert CsvReport(MOST_ROWS - 1, 0, 0).warnings == ()
    assert "first 1,048,576 only" in CsvReport(MOST_ROWS, 0, 0).warnings[0]


def test_a_file_is_known_as_unicode_and_holds_every_row(home: Home, tmp_path: Path) -> None:
    target = tmp_path / "quotes.csv"
    report = export_csv(home, target, "SELECT speaker_name, verbatim, content_spans FROM quotes ORDER BY quote_id")
    assert target.read_bytes().startswith(b"\xef\xbb\xbfspeaker_name,verbatim,content_spans\r\n")
    with target.open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == report.rows > 20


def test_a_query_that_fails_on_the_way_leaves_what_was_there(home: Home, tmp_path: Path) -> None:
    target = tmp_path / "numbers.csv"
    target.write_text("the last one")
    with pytest.raises(QueryError):
        export_csv(home, target, "SELECT (3000 - range)::UTINYINT FROM range(3000)")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("numbers.csv", "the last one")]
