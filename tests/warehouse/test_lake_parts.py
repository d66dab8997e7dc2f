from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.parts import Part

parts = st.builds(
    Part, st.dates(), st.from_regex(r"\A[a-z0-9][a-z0-9-]{0,63}\Z"), st.integers(min_value=0, max_value=10**9)
)


@given(parts)
def test_a_part_is_found_again_by_its_name(part: Part) -> None:
    assert Part.parse(part.name) == part


@given(st.text(alphabet="0123456789-/ab.", max_size=40))
def test_what_parses_is_exactly_a_name(text: str) -> None:
    try:
        part = Part.parse(text)
    except ValueError:
        return
    assert part.name == text


@pytest.mark.parametrize("source", ["", "Courier", "a/b", "..", "a b", "-a", "café", "a\n", "a" * 65])
def test_a_source_name_that_is_no_plain_folder_name_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="not a source's name"):
        Part(date(2026, 3, 2), source, 0)


@pytest.mark.parametrize(
    "name", ["2026-03-02/a/0", "20260302/a/0000", "2026-03-02/a", "2026-03-02/a/-001", "2026-03-02/a/٠٠٠٠"]
)
def test_another_spelling_is_not_a_name(name: str) -> None:
    with pytest.raises(ValueError, match=r"not a|not negative"):
        Part.parse(name)
