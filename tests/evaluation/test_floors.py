"""Quality can only rise: a figure below its floor is a failure, and only on the data it was measured on."""

from pathlib import Path

from tests.evaluation.floors import falls, fingerprint, flatten, read_floors, write_floors


def test_scores_are_named_by_their_path() -> None:
    scores = {"core": {"e2e": {"f1": 61.5}}, "items": 3, "note": "text", "good": True}

    assert dict(flatten(scores)) == {"core.e2e.f1": 61.5, "items": 3.0}


def test_a_fall_of_more_than_three_tenths_of_a_point_is_named() -> None:
    floors = {"f1": 0.80, "recall": 0.70, "gone": 0.5}

    found = falls("entities", {"f1": 0.796, "recall": 0.698}, floors, point=0.01)

    assert [str(fall) for fall in found] == [
        "entities f1: 0.796 is below the floor of 0.8",
        "entities gone: None is below the floor of 0.5",
    ]


def test_points_of_a_scorer_in_percent_are_whole_numbers() -> None:
    assert falls("quotes", {"f1": 61.2}, {"f1": 61.4}, point=1.0) == []
    assert falls("quotes", {"f1": 61.0}, {"f1": 61.4}, point=1.0)


def test_floors_survive_writing_and_reading(tmp_path: Path) -> None:
    path = tmp_path / "floors.toml"

    write_floors({"quotes": ("abc", {"core.e2e.f1": 61.5})}, path)

    assert read_floors(path) == {"quotes": {"data": "abc", "floors": {"core.e2e.f1": 61.5}}}


def test_other_gold_has_another_fingerprint(tmp_path: Path) -> None:
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    first.write_text('{"id": 1}')
    second.write_text('{"id": 2}')

    assert fingerprint([first]) == fingerprint([first]) != fingerprint([second])
