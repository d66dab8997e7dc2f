"""Bodies of raw pages go when their time is over; everything else stays."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.lake_builder import World, fill
from warehouse.catalogue import Catalogue
from warehouse.home import Home
from warehouse.lake import SchemaMismatchError
from warehouse.parts import Part
from warehouse.rebuild import rebuild_catalogue
from warehouse.retention import BodiesRemovedError, parts_to_empty, remove_bodies, require_bodies

TODAY = date(2100, 3, 10)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World.at(tmp_path)
    fill(world, days=3)
    yield world
    world.catalogue.close()


def pages(world: World, part: Part) -> list[dict[str, Any]]:
    (file,) = [file for file in world.catalogue.files(part=part) if file.table == "raw_pages"]
    return world.lake.read(file).to_pylist()


def test_a_source_is_kept_as_long_as_it_says(world: World) -> None:
    (worked_up, *_) = [record.finished_at for record in world.catalogue.steps(step="annotate")]
    assert worked_up is not None
    eve = worked_up.date() + timedelta(days=7)
    assert parts_to_empty(world.catalogue, {"courier": 7}, eve) == []
    old = parts_to_empty(world.catalogue, {"courier": 7, "ledger": None}, eve + timedelta(days=1))
    assert [part.name for part in old] == [f"2026-03-0{day}/courier/0000" for day in (1, 2, 3)]
    assert parts_to_empty(world.catalogue, {}, TODAY) == []


def test_bodies_go_and_everything_else_stays(world: World) -> None:
    part = Part(date(2026, 3, 1), "courier", 0)
    before, steps = pages(world, part), world.catalogue.steps(part=part)
    freed = remove_bodies(world.lake, world.catalogue, part, now=NOW)
    after = pages(world, part)
    assert freed == sum(len(page["body"]) for page in before)
    assert {page["body"] for page in after} == {b""}
    assert {page["body_removed_at"] for page in after} == {NOW}
    kept = [name for name in before[0] if name not in {"body", "body_removed_at"}]
    assert [[page[name] for name in kept] for page in after] == [[page[name] for name in kept] for page in before]
    assert world.catalogue.steps(part=part) == steps
    assert part not in parts_to_empty(world.catalogue, {"courier": 0}, TODAY)
    assert remove_bodies(world.lake, world.catalogue, part, now=NOW) == 0


def test_such_a_part_is_not_cleaned_again(world: World) -> None:
    part = Part(date(2026, 3, 1), "courier", 0)
    require_bodies(part, world.catalogue.files(part=part))
    remove_bodies(world.lake, world.catalogue, part, now=NOW)
    with pytest.raises(BodiesRemovedError, match="2026-03-01/courier/0000 cannot be cleaned again"):
        require_bodies(part, world.catalogue.files(part=part))


def test_a_part_that_is_not_worked_up_keeps_its_bodies(world: World) -> None:
    part = Part(date(2026, 3, 1), "courier", 0)
    clean = list(world.catalogue.files(part=part, step="clean"))
    world.catalogue.commit_step(part, "clean", clean, "clean 1", "run-2")
    assert part not in parts_to_empty(world.catalogue, {"courier": 0}, TODAY)


def test_a_rebuilt_catalogue_knows_the_emptied_file(world: World, tmp_path: Path) -> None:
    part = Part(date(2026, 3, 1), "courier", 0)
    remove_bodies(world.lake, world.catalogue, part, now=NOW)
    world.lake.sweep(world.catalogue.files(), grace=timedelta(0))
    with Catalogue.open(Home(tmp_path / "rebuilt").catalogue_url) as rebuilt:
        rebuild_catalogue(world.lake, rebuilt)
        assert rebuilt.files() == world.catalogue.files()
        # The builder's pages that gave no article are got, those that answered 404 are asked for again.
        (day, *_) = rebuilt.queue.counts("courier", date(2026, 3, 1), date(2026, 3, 3)).values()
        assert (day.found, day.waiting) == (2, 1 if day.got else 2)


def test_a_rewritten_file_has_as_many_rows(world: World) -> None:
    file = world.catalogue.files(table="raw_pages")[0]
    with pytest.raises(SchemaMismatchError, match="rows in place of"):
        world.lake.rewrite(file, world.lake.read(file).slice(1), file.tool)
