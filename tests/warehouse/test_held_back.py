"""A part with which fault is found waits, in its version; all others are published, and readers are told."""

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.warehouse.conftest import published_home
from tests.warehouse.lake_builder import World, assert_right, contents, part_tables, with_column
from warehouse import checks
from warehouse.checks import Check
from warehouse.home import Home
from warehouse.parts import Part
from warehouse.query import open_read_only

BAD = Part(date(2026, 4, 1), "courier", 0)
GOOD = Part(date(2026, 4, 1), "ledger", 0)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Twelve articles in two parts, published once."""
    return published_home(tmp_path_factory.mktemp("start") / "home", days=1)


def spoiled(tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """The tables with mentions that stand one character too far right."""
    mentions = tables["entity_mentions"]
    shifted = pc.add(mentions["start"], pa.scalar(1, pa.int32())).to_pylist()
    return {**tables, "entity_mentions": with_column(mentions, "start", shifted)}


def shown(world: World) -> dict[str, int]:
    """Articles by part, as readers see them."""
    with open_read_only(world.home) as connection:
        rows = connection.execute("SELECT part, count(*) FROM lake.articles GROUP BY part").fetchall()
    return {str(part): int(count) for part, count in rows}


def test_a_bad_part_is_held_back_and_named_and_the_others_are_published(world: World) -> None:
    world.add(BAD, spoiled(part_tables(BAD)))
    world.add(GOOD, part_tables(GOOD))

    publication = world.publish()

    assert publication.published
    assert publication.parts_changed == 1
    assert (BAD.name in shown(world), shown(world)[GOOD.name]) == (False, 6)
    [problem] = publication.problems
    assert problem.startswith(f"part {BAD.name} is held back, nothing of it is published: entity_mentions.start: ")
    with open_read_only(world.home) as connection:
        found = connection.execute("SELECT source, day, check_name, earlier_version FROM held_back").fetchall()
    assert found == [("courier", BAD.day, "entity_mentions.start", False)]


def test_it_is_told_again_but_not_tried_again_until_it_is_another_version(world: World) -> None:
    tables = part_tables(BAD)
    world.add(BAD, spoiled(tables))
    first = world.publish()

    again = world.publish()
    assert again.outcome == "unchanged"
    assert again.problems == first.problems

    world.commit("annotate", BAD, tables)
    mended = world.publish()
    assert (mended.outcome, mended.problems) == ("published", ())
    assert_right(world)


def test_of_a_part_that_got_worse_the_version_published_before_stays_in_every_later_file(world: World) -> None:
    world.add(BAD, part_tables(BAD))
    world.publish()
    with open_read_only(world.home) as connection:
        before = connection.execute("SELECT * FROM articles WHERE part = ? ORDER BY page_id", [BAD.name]).fetchall()
    world.replace(BAD, spoiled(part_tables(BAD, seed=7)))

    for number in range(3):
        world.add(later := Part(GOOD.day, "ledger", number), part_tables(later))
        publication = world.publish()
        assert publication.published
        assert [held.earlier_version for held in publication.held_back] == [True]
        with open_read_only(world.home) as connection:
            after = connection.execute("SELECT * FROM articles WHERE part = ? ORDER BY page_id", [BAD.name]).fetchall()
        assert after == before


@pytest.mark.parametrize("harm", ["damaged", "gone"])
def test_a_part_with_a_file_that_cannot_be_read_is_held_back_until_the_file_is_whole_again(
    world: World, harm: str
) -> None:
    world.add(BAD, part_tables(BAD))
    world.add(GOOD, part_tables(GOOD))
    [file] = [file for file in world.catalogue.files(part=BAD) if file.table == "quotes"]
    path = world.lake.path(file)
    whole = path.read_bytes()
    if harm == "damaged":
        path.write_bytes(whole[:-400] + b"\0" * 400)
    else:
        path.unlink()

    publication = world.publish()

    assert GOOD.name in shown(world)
    [held] = publication.held_back
    assert (held.part, held.check_name) == (BAD, "file")
    assert held.detail.endswith("do the step annotate of the part again")

    assert world.publish().outcome == "unchanged"

    path.write_bytes(whole)
    restored = world.publish()
    assert (restored.outcome, restored.problems) == ("published", ())
    assert_right(world)


def test_what_passed_older_checks_and_fails_a_new_one_leaves_the_database(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stricter = Check("articles.courier", "Articles of the courier.", "stop", "lake.articles", "source = 'courier'", "*")
    asked = (*checks.checks(), stricter)
    monkeypatch.setattr(checks, "checks", lambda: asked)
    monkeypatch.setattr("warehouse.publish.definitions_hash", lambda: "others")
    monkeypatch.setattr("warehouse.load.definitions_hash", lambda: "others")

    publication = world.publish()

    assert [held.part.source for held in publication.held_back] == ["courier"]
    assert {name.split("/")[1] for name in shown(world)} == {"ledger"}
    assert world.publish().outcome == "unchanged"


def test_a_check_that_does_not_tell_the_parts_keeps_the_old_state(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(world.home)
    vague = Check("too_many", "Articles in all.", "stop", "(SELECT count(*) AS n FROM lake.articles)", "n > 12", "n")
    asked = (*checks.checks(), vague)
    monkeypatch.setattr(checks, "checks", lambda: asked)
    world.add(GOOD, part_tables(GOOD))

    publication = world.publish()

    assert publication.outcome == "refused"
    assert publication.problems[0].startswith("too_many: 1 × Articles in all.")
    assert contents(world.home) == before
