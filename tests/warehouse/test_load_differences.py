"""The database follows the catalogue part by part, and is what a load of everything would give."""

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from tests.warehouse.lake_builder import (
    World,
    assert_right,
    contents,
    fill,
    later,
    part_tables,
    parts_of,
    rebuilt,
    with_column,
)
from warehouse.parts import Part
from warehouse.query import open_read_only
from warehouse.slots import Slots


def asked(world: World, query: str) -> list[tuple[object, ...]]:
    with open_read_only(world.home) as connection:
        return connection.execute(query).fetchall()


def test_only_what_a_file_has_missed_is_loaded_into_it(world: World) -> None:
    fill(world, days=2)
    first = world.publish()
    later_parts = [Part(date(2026, 3, day), "courier", 0) for day in (9, 10)]
    loaded = []
    for part in later_parts:
        world.add(part, part_tables(part))
        publication = world.publish()
        assert publication.parts_changed == 1
        loaded.append(publication.parts_loaded)

    assert first.parts_changed == 4
    assert loaded == [5, 2]
    assert publication.rows["articles"] == first.rows["articles"] + 12
    assert publication.rows_loaded["articles"] == 12


def test_many_small_loads_give_what_one_load_of_everything_gives(world: World, tmp_path: Path) -> None:
    for step, part in enumerate(parts_of(days=3)):
        world.add(part, part_tables(part), annotated=step % 3 != 2)
        if step % 3 == 1:
            world.replace(part, part_tables(part, seed=7, articles=4))
        world.publish()
    for part in world.catalogue.parts_lacking("annotate"):
        world.commit("annotate", part, part_tables(part))
    world.publish()

    assert contents(world.home) == contents(rebuilt(world, tmp_path / "rebuilt"))


def test_a_part_that_was_made_again_replaces_its_rows(world: World) -> None:
    part, other = parts_of(days=1)
    world.add(part, part_tables(part))
    world.add(other, part_tables(other))
    world.publish()
    world.replace(part, part_tables(part, seed=2, articles=3))

    publication = world.publish()

    assert publication.parts_changed == 1
    assert asked(world, "SELECT part, count(*) FROM lake.articles GROUP BY part ORDER BY part") == [
        (part.name, 3),
        (other.name, 6),
    ]


def test_results_of_a_step_that_is_undone_by_an_earlier_one_leave_the_database(world: World) -> None:
    [part, _] = fill(world, days=1)
    world.publish()
    world.commit("clean", part, part_tables(part, seed=2))

    world.publish()

    assert asked(world, f"SELECT count(*) FROM lake.quotes WHERE part = '{part.name}'") == [(0,)]
    assert asked(world, f"SELECT DISTINCT nlp_status FROM articles WHERE part = '{part.name}'") == [(None,)]


def test_an_article_counts_in_the_version_that_was_changed_last(world: World) -> None:
    part = Part(date(2026, 3, 2), "courier", 0)
    again = later(part, 1)
    world.add(again, part_tables(again, articles=1))
    world.add(part, part_tables(part, articles=1))
    world.publish()

    assert asked(world, "SELECT part, versions FROM articles") == [(again.name, 2)]
    assert asked(world, "SELECT version, is_latest, text_changed FROM article_versions ORDER BY version") == [
        (1, False, None),
        (2, True, True),
    ]

    world.replace(again, part_tables(again, articles=0))
    world.publish()

    assert asked(world, "SELECT part, versions FROM articles") == [(part.name, 1)]


def test_an_older_capture_that_is_fetched_later_does_not_take_the_place_of_a_newer_one(world: World) -> None:
    live, archived = Part(date(2026, 3, 2), "courier", 0), Part(date(2026, 3, 2), "courier", 1)
    for part, changed in ((live, datetime(2026, 3, 2, 8, tzinfo=UTC)), (archived, datetime(2026, 3, 1, tzinfo=UTC))):
        tables = part_tables(part, articles=1)
        world.add(part, {**tables, "articles": with_column(tables["articles"], "modified_at", [changed])})
    world.publish()

    assert asked(world, "SELECT part FROM articles") == [(live.name,)]
    assert asked(world, "SELECT part, is_latest FROM article_versions ORDER BY version") == [
        (archived.name, False),
        (live.name, True),
    ]


def test_a_page_that_was_fetched_twice_is_one_article_with_its_rows_once(world: World) -> None:
    part = Part(date(2026, 3, 2), "courier", 0)
    twice = later(part, 1)
    tables = part_tables(part, articles=2)
    world.add(part, tables)
    world.add(twice, {name: with_column(rows, "part", [twice.name] * len(rows)) for name, rows in tables.items()})
    publication = world.publish()

    assert publication.published
    assert [check.name for check in publication.warnings] == ["pages_fetched_twice"]
    assert asked(world, "SELECT count(*), min(part) FROM articles") == [(2, twice.name)]
    assert asked(world, "SELECT count(*) FROM article_versions") == [(2,)]
    assert asked(world, "SELECT count(*) FROM quotes") == [(len(tables["quotes"]),)]


def test_instants_are_utc_without_a_zone_whatever_the_zone_of_the_client(world: World) -> None:
    fill(world, days=1, articles=1)
    world.publish()

    with duckdb.connect(str(world.home.database), read_only=True) as client:
        client.execute("SET TimeZone = 'Asia/Tokyo'")
        [[observed, day]] = client.execute(
            "SELECT observed_at, observed_at::DATE FROM articles WHERE source = 'courier'"
        ).fetchall()

    assert observed == datetime(2026, 3, 1, 9)  # noqa: DTZ001 - what the database has
    assert day == date(2026, 3, 1)


def test_a_file_from_before_a_column_was_declared_is_null_there(world: World) -> None:
    part = Part(date(2026, 3, 2), "courier", 0)
    world.add(part, part_tables(part))
    [file] = world.catalogue.files(table="articles")
    path = world.lake.path(file)
    old = pq.read_table(path, partitioning=None).drop_columns(["agency", "access"])
    pq.write_table(old.append_column("forgotten", [[1] * len(old)]), path)

    publication = world.publish()

    assert publication.published
    assert asked(world, "SELECT count(*), count(agency), count(access), count(title) FROM articles") == [(6, 0, 0, 6)]


def test_a_database_from_before_a_column_was_declared_gets_it_without_a_new_load(world: World) -> None:
    fill(world, days=2)
    world.publish()
    _as_by_an_older_release(world)

    publication = world.publish()

    assert publication.published
    assert (publication.parts_changed, publication.parts_loaded) == (0, 0)
    assert asked(world, "SELECT count(*), count(agency) FROM articles") == [(22, 0)]
    assert_right(world)


def _as_by_an_older_release(world: World, change: str = "SELECT 1") -> None:
    """Both files as they would be if they had been made before a column was declared."""
    slots = Slots(world.home)
    published = slots.published()
    assert published is not None
    published.chmod(0o644)
    with duckdb.connect(str(published)) as connection:
        views = connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
        for (view,) in views:
            connection.execute(f"DROP VIEW IF EXISTS {view} CASCADE")
        connection.execute("ALTER TABLE lake.articles DROP COLUMN agency")
        connection.execute("UPDATE lake.publication SET definitions = 'older'")
        connection.execute(change)
    slots.copy_published(slots.free())


def test_a_database_with_a_column_of_another_type_is_loaded_from_the_lake_again(world: World) -> None:
    fill(world, days=1)
    world.publish()
    _as_by_an_older_release(world, "ALTER TABLE lake.quotes ALTER confidence TYPE VARCHAR")

    publication = world.publish()

    assert publication.parts_loaded == 2
    assert asked(world, "SELECT typeof(any_value(confidence)) FROM quotes") == [("FLOAT",)]


def test_a_home_whose_path_looks_like_a_pattern_is_loaded(tmp_path: Path) -> None:
    world = World.at(tmp_path / "a [b]* c'd")
    fill(world, days=1)
    assert world.publish().rows["articles"] == 12
    world.catalogue.close()


def test_an_empty_lake_is_published_as_empty_tables(world: World) -> None:
    assert world.publish().outcome == "unchanged"
    assert asked(world, "SELECT count(*) FROM articles") == [(0,)]
    assert asked(world, "SELECT * FROM coverage") == []
