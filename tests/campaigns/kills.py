"""Kill the ingest again and again, and compare what it leaves with an undisturbed run.

python -m tests.campaigns.kills --kills 100 --seed 7
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from flows.demo.server import serve_demo_site
from transforms.schemas import TABLES
from warehouse.catalogue import Catalogue
from warehouse.home import Home
from warehouse.lake import Lake

COMPARED = [name for name in TABLES if name != "fetches"]
"""Every table but the log of attempts, which rightly shows that robots.txt was asked for again."""


def start_ingest(home: Path, address: str) -> "subprocess.Popen[bytes]":
    """The pass in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.campaigns.ingest_once", str(home), address],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    )


def undisturbed(home: Path, address: str) -> float:
    """Run once to the end; returns the seconds it took."""
    started = time.monotonic()
    if start_ingest(home, address).wait():
        raise AssertionError("the undisturbed run failed")
    return time.monotonic() - started


def disturbed(home: Path, address: str, *, most: int, longest: float, moments: random.Random) -> int:
    """Run and kill after a random time, at most so many times, until a run ends by itself; returns the kills."""
    killed = 0
    while True:
        run = start_ingest(home, address)
        try:
            status = run.wait(moments.uniform(0.2, longest) if killed < most else None)
        except subprocess.TimeoutExpired:
            run.kill()
            run.wait()
            killed += 1
        else:
            if status:
                raise AssertionError("the run after the kills failed")
            return killed


def lake_rows(home: Path) -> dict[str, list[Any]]:
    """Every row of the lake, by table, in an order that depends on the rows alone."""
    lake = Lake(Home(home).lake)
    rows: dict[str, list[Any]] = {}
    with Catalogue.open(Home(home).catalogue_url) as catalogue:
        for table in COMPARED:
            read = [row for file in catalogue.files(table=table) for row in lake.read(file).to_pylist()]
            rows[table] = sorted(map(_without_server_time, read), key=repr)
    return rows


def _without_server_time(row: dict[str, Any]) -> dict[str, Any]:
    """The row without the server's own clock, which does not stand still."""
    if "headers" not in row:
        return row
    return {**row, "headers": [(name, value) for name, value in row["headers"] if name != "date"]}


def published_rows(home: Path) -> dict[str, list[Any]]:
    """Every row of the published database, by table of the lake's schema."""
    with duckdb.connect(str(Home(home).database), read_only=True) as connection:
        return {
            table: sorted(connection.sql(f"SELECT * FROM lake.{table}").fetchall(), key=repr)
            for table in COMPARED
            if TABLES[table].loaded
        }


def differences(expected: dict[str, list[Any]], found: dict[str, list[Any]]) -> list[str]:
    """One line for each table that differs."""
    return [
        f"{table}: {len(rows)} rows expected, {len(found[table])} found, "
        f"{sum(row not in found[table] for row in rows)} missing"
        for table, rows in expected.items()
        if rows != found[table]
    ]


def compare_after_kills(folder: Path, *, kills: int, seed: int) -> list[str]:
    """Kill so many runs at work, in as many lakes as it takes; what differs from the undisturbed run."""
    moments = random.Random(seed)
    found: list[str] = []
    killed = 0
    with serve_demo_site() as (host, port):
        address = f"{host}:{port}"
        calm = folder / "undisturbed"
        seconds = undisturbed(calm, address)
        while killed < kills:
            home = folder / f"disturbed-{killed}"
            killed += disturbed(home, address, most=kills - killed, longest=seconds, moments=moments)
            found += differences(lake_rows(calm), lake_rows(home))
            found += differences(published_rows(calm), published_rows(home))
    return found


def main() -> int:
    """Print what differs; exit code 1 if anything does."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = compare_after_kills(Path(folder), kills=arguments.kills, seed=arguments.seed)
    print(f"{arguments.kills} runs killed at work; {len(found)} tables differ")
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
