"""``python -m tests.evaluation``: how good are clean and annotate on labelled data, and has anything fallen?"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.evaluation.areas import AREAS
from tests.evaluation.floors import Fall, falls, fingerprint, flatten, read_floors, write_floors

DEFAULT_DATA = Path(__file__).parents[2].parent / "shared" / "eval"
FALLEN = 1
NO_DATA = 2


def main() -> int:
    """Score the areas, print one table (or JSON), and compare with the floors."""
    arguments = _arguments()
    if not arguments.data.is_dir():
        print(f"no evaluation data in {arguments.data}; name a folder with --data", file=sys.stderr)
        return NO_DATA
    floors = read_floors()
    scored: dict[str, dict[str, Any]] = {}
    fallen: list[Fall] = []
    raised = {name: (section["data"], section["floors"]) for name, section in floors.items()}
    for area in AREAS:
        data = arguments.data / area.name
        if not data.is_dir() or (arguments.only and area.name not in arguments.only):
            continue
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as out:
            scores = scored[area.name] = area.score(data, Path(out), arguments.model)
        section = floors.get(area.name, {})
        gold = fingerprint(area.gold_files(data))
        known_data = section.get("data") == gold
        area_falls = falls(area.name, scores, section["floors"], point=area.point) if known_data else []
        fallen += area_falls
        reached = dict(flatten(scores))
        raised[area.name] = (
            gold,
            {
                name: max(reached[name], floor if known_data else 0.0)
                for name, floor in section.get("floors", {}).items()
                if name in reached
            },
        )
        if not arguments.json:
            _print_area(area.name, reached, section.get("floors", {}), time.monotonic() - started, known=known_data)
    if arguments.json:
        print(json.dumps(scored, indent=1))
    for fall in fallen:
        print(f"FALLEN {fall}", file=sys.stderr)
    if arguments.raise_floors and not fallen:
        write_floors(raised)
    return FALLEN if fallen else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.evaluation", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder with a folder for each area")
    parser.add_argument(
        "--only", action="append", choices=[area.name for area in AREAS], help="score only this area; may be repeated"
    )
    parser.add_argument("--model", default="en_core_web_sm", help="spaCy pipeline")
    parser.add_argument("--json", action="store_true", help="print {area: the scorer's object} instead of the table")
    parser.add_argument("--raise-floors", action="store_true", help="write what was reached to floors.toml")
    return parser.parse_args()


def _print_area(area: str, reached: dict[str, float], floors: dict[str, float], seconds: float, *, known: bool) -> None:
    print(
        f"\n{area}  ({seconds:.0f} s{'' if known else '; other data than the floors were measured on: not compared'})"
    )
    for measure in floors or reached:
        floor = f"{floors[measure]:10.4f}" if known and measure in floors else " " * 10
        print(f"  {measure:<58}{reached.get(measure, float('nan')):10.4f}{floor}")


if __name__ == "__main__":
    sys.exit(main())
