"""Plain texts: datelines, header fields, bare headlines."""

import pytest

from transforms.clean import datelines, plain_text


@pytest.mark.parametrize(
    ("paragraph", "place", "agency", "day"),
    [
        ("BEIJING (AP) — The ministry said on Friday that talks went on.", "Beijing", "AP", None),
        ("LONDON, Jan 17 (Reuters) - Shares fell on Friday.", "London", "Reuters", None),
        ("LONDON, Jan 17, 2025 (Reuters) - Shares fell on Friday.", "London", "Reuters", "2025-01-17"),
        ("BEIJING, Jan. 17 (Xinhua) -- The ministry said talks went on.", "Beijing", "Xinhua", None),
        ("Berlin (dpa/bb) - Die Mole wird gebaut.", "Berlin", "dpa", None),
        ("Paris (AFP) – Le ministre a parlé.", "Paris", "AFP", None),
        ("MOSCOW, Idaho (AP) — A jury said no.", "Moscow, Idaho", "AP", None),
        ("(Reuters) - Shares fell on Friday.", None, "Reuters", None),
        ("NEW DELHI: The court said on Friday that it would hear the case.", "New Delhi", None, None),
        ("date 2025-01-17 Beijing: The leaders spoke.", "Beijing", None, "2025-01-17"),
        ("Date: 17 January 2025, Beijing - The leaders spoke.", "Beijing", None, "2025-01-17"),
        ("2025-01-17 Beijing: The leaders spoke.", "Beijing", None, "2025-01-17"),
    ],
)
def test_datelines_give_place_agency_and_date(
    paragraph: str, place: str | None, agency: str | None, day: str | None
) -> None:
    found = datelines.read(paragraph)
    assert found is not None
    assert (found.place, found.agency, found.date.iso if found.date else None) == (place, agency, day)


@pytest.mark.parametrize(
    "paragraph",
    [
        "The minister (an old friend) - so the story goes - went home.",
        "NATO said on Friday that it would meet.",
        "Data from 2025 show that: nothing is certain.",
        "He said: nothing.",
        "",
    ],
)
def test_sentences_have_no_dateline(paragraph: str) -> None:
    assert datelines.read(paragraph) is None


def test_a_headline_at_the_top_is_the_title_and_leaves_the_text() -> None:
    read = plain_text.read("Ferries Keep Sailing\n\nBy Nora Eide\n\nThe ferries keep sailing, the port authority said.")
    assert (read.title, read.authors) == ("Ferries Keep Sailing", ("Nora Eide",))
    assert read.blocks == ("The ferries keep sailing, the port authority said.",)


def test_a_text_that_begins_with_a_sentence_has_no_title() -> None:
    assert plain_text.read("The ferries sail.\n\nThe pier is closed.").title is None


@pytest.mark.parametrize(
    ("line", "is_heading"),
    [
        ("Minister Will Visit Eastern Pier", True),
        ("MINISTER TO VISIT PIER", True),
        ("He said no.", False),
        ("“We Have Waited Long Enough”", False),
        ("and so it went on with the pier", False),
        ("Why?", False),
    ],
)
def test_bare_headlines_inside_a_text_are_headings(line: str, is_heading: bool) -> None:
    blocks = ["The council met on Tuesday.", line, "The minister will come on Monday, his office said."]
    assert plain_text.headings(blocks) == (frozenset({1}) if is_heading else frozenset())


def test_lines_wrapped_at_a_column_are_one_paragraph() -> None:
    lines = [
        "The port authority said on Friday that ferries would keep",
        "sailing while divers measure a sunken barge at the",
        "building site.",
    ]
    written = "\n".join(lines) + "\n\nThe barge is old."
    assert plain_text.read(written).blocks == (" ".join(lines), "The barge is old.")


def test_a_text_without_blank_lines_has_a_paragraph_a_line() -> None:
    assert plain_text.read("The ferries sail on.\nThe pier is closed.").blocks == (
        "The ferries sail on.",
        "The pier is closed.",
    )
