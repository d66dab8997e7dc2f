"""Golden cases of names and times: each folder of annotate_cases holds an input, what is expected, and its origin."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from transforms.annotate import Annotations, Annotator, Document
from transforms.spans import Span

CASES = sorted(path for path in (Path(__file__).parent / "annotate_cases").iterdir() if path.is_dir())


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest, annotator: Annotator) -> tuple[str, Annotations, dict[str, Any]]:
    given = read(request.param / "input.json")
    document = Document(
        text=given["text"],
        title=given["title"],
        published=date.fromisoformat(given["published"]),
        headings=tuple(Span(*heading) for heading in given.get("headings", ())),
    )
    return given["text"], annotator.annotate([document])[0], read(request.param / "expected.json")


def test_sentences_of_a_case_are_as_expected(case: tuple[str, Annotations, dict[str, Any]]) -> None:
    text, found, expected = case
    assert [sentence.of(text) for sentence in found.sentences] == expected["sentences"]


def test_mentions_of_a_case_are_as_expected(case: tuple[str, Annotations, dict[str, Any]]) -> None:
    _, found, expected = case
    mentions = [
        [mention.surface, mention.entity_id, mention.label, mention.kind, mention.role] for mention in found.mentions
    ]
    assert mentions == expected["mentions"]


def test_entities_of_a_case_are_as_expected(case: tuple[str, Annotations, dict[str, Any]]) -> None:
    _, found, expected = case
    entities = {
        entity.entity_id: [entity.name, entity.type, entity.country, entity.role, entity.in_title]
        for entity in found.entities
    }
    assert entities == expected["entities"]


def test_times_of_a_case_are_as_expected(case: tuple[str, Annotations, dict[str, Any]]) -> None:
    _, found, expected = case
    times = [
        [
            time.surface,
            time.type,
            time.value,
            time.date_start.isoformat() if time.date_start else None,
            time.date_end.isoformat() if time.date_end else None,
            time.method,
        ]
        for time in found.times
    ]
    assert times == expected["times"]
