"""Predictions through the same code as ``newslake clean --jsonl`` and ``newslake annotate --jsonl``, on all cores."""

import json
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

from flows.exchange import annotate_lines, clean_lines

CHUNK = 32
"""Records a worker gets at once."""


@dataclass(frozen=True)
class Record:
    """One input: its id and the other fields of its JSON line."""

    id: str
    fields: dict[str, Any]

    @property
    def key(self) -> str:
        """Equal for inputs that must give equal predictions."""
        return json.dumps(self.fields, sort_keys=True)


@dataclass(frozen=True)
class Task:
    """What is done to the records."""

    command: Literal["clean", "annotate"]
    base: Path
    model: str


def predict_all(task: Task, records: Sequence[Record]) -> list[dict[str, Any]]:
    """One prediction for each record, in order; equal inputs are worked on once."""
    distinct = list({record.key: record for record in records}.values())
    chunks = [distinct[start : start + CHUNK] for start in range(0, len(distinct), CHUNK)]
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        found = {
            record.key: prediction
            for chunk, predictions in zip(chunks, pool.map(partial(_predict, task), chunks), strict=True)
            for record, prediction in zip(chunk, predictions, strict=True)
        }
    return [{**found[record.key], "id": record.id} for record in records]


def _predict(task: Task, records: Sequence[Record]) -> list[dict[str, Any]]:
    lines = [json.dumps({"id": record.id, **record.fields}) for record in records]
    out: list[str] = []
    if task.command == "clean":
        clean_lines(lines, out.append, base=task.base)
    else:
        annotate_lines(lines, out.append, model=task.model)
    return [json.loads(line) for line in out]
