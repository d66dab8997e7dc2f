"""The four areas: where their gold lies, how predictions are made, and how their scorer is called.

A data folder has one folder an area, each with a scorer ``score_AREA.py`` that prints one JSON object, and its gold.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.evaluation.predict import Record, Task, predict_all

Gold = dict[str, Any]
Scores = dict[str, Any]


@dataclass(frozen=True)
class Area:
    """One area of quality."""

    name: str
    point: float
    """One percentage point in the scorer's numbers: 0.01 where they are shares, 1 where they are percentages."""
    gold_files: Callable[[Path], list[Path]]
    score: Callable[[Path, Path, str], Scores]
    """Folder of the data, folder for predictions, language model → the scorer's object."""


def read_lines(path: Path) -> Iterator[Gold]:
    """Objects of a JSON Lines file."""
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _write(path: Path, rows: Iterable[Gold]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def run_scorer(scorer: Path, *arguments: Path | str) -> Scores:
    """What a scorer prints."""
    done = subprocess.run(
        [sys.executable, str(scorer), *map(str, arguments)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{scorer} failed:\n{done.stderr}")
    scores: Scores = json.loads(done.stdout)
    return scores


def _jsonl(data: Path) -> list[Path]:
    return sorted(data.glob("*.jsonl"))


def _score_extraction(data: Path, out: Path, model: str) -> Scores:
    truth = data / "truth.jsonl"
    records = [Record(row["id"], {"url": row["url"], "file": row["file"]}) for row in read_lines(truth)]
    predictions = _write(out / "extraction.jsonl", predict_all(Task("clean", data, model), records))
    return run_scorer(data / "score_extraction.py", predictions, "--truth", truth)


def _score_entities(data: Path, out: Path, model: str) -> Scores:
    records = [Record(row["id"], {"text": row["text"]}) for path in _jsonl(data) for row in read_lines(path)]
    predictions = _write(out / "entities.jsonl", predict_all(Task("annotate", data, model), records))
    return run_scorer(data / "score_entities.py", data, predictions)


def _score_quotes(data: Path, out: Path, model: str) -> Scores:
    gold = _write(out / "gold.jsonl", (row for path in _jsonl(data) for row in read_lines(path)))
    records = [Record(row["id"], {"text": row["text"]}) for row in read_lines(gold)]
    predictions = _write(out / "quotes.jsonl", predict_all(Task("annotate", data, model), records))
    return run_scorer(data / "score_quotes.py", gold, predictions)


EVENT_FILES = {
    "events": ("events", "published"),
    "dates": ("expressions", "anchor"),
    "event_status": ("events", "anchor"),
}
"""Gold file → name of the list in its predictions, and the field with the article's date."""


def _score_events(data: Path, out: Path, model: str) -> Scores:
    golds = {
        name: list(read_lines(data / f"{name}.jsonl")) for name in EVENT_FILES if (data / f"{name}.jsonl").exists()
    }
    records = [
        Record(f"{name}:{row['id']}", {"text": row["text"], "published": row.get(EVENT_FILES[name][1])})
        for name, rows in golds.items()
        for row in rows
    ]
    predictions = {row["id"]: row for row in predict_all(Task("annotate", data, model), records)}
    for name, rows in golds.items():
        listed = EVENT_FILES[name][0]
        found = "times" if name == "dates" else "events"
        _write(
            out / f"{name}.jsonl",
            ({"id": row["id"], listed: predictions[f"{name}:{row['id']}"][found]} for row in rows),
        )
    return run_scorer(data / "score_events.py", data, out)


def _events_gold(data: Path) -> list[Path]:
    return [path for path in _jsonl(data) if path.stem in EVENT_FILES]


AREAS: Sequence[Area] = (
    Area("extraction", 0.01, lambda data: [data / "truth.jsonl"], _score_extraction),
    Area("entities", 0.01, _jsonl, _score_entities),
    Area("quotes", 1.0, _jsonl, _score_quotes),
    Area("events", 0.01, _events_gold, _score_events),
)
