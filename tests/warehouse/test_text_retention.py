"""Texts are reduced to what was decided, in every table that carries them, and all offsets still hold."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.settings import Settings
from flows.sources import FilesSource
from flows.steps import text_rule
from tests.warehouse.lake_builder import NOW, World, assert_right, part_tables, with_column
from transforms.reduced_text import MASK, Kept, masked
from transforms.schemas import TABLES
from warehouse.catalogue import Catalogue
from warehouse.home import Home
from warehouse.parts import Part
from warehouse.query import open_read_only
from warehouse.rebuild import rebuild_catalogue
from warehouse.retention import BodiesRemovedError, require_bodies
from warehouse.text_retention import TextRule, parts_to_reduce, reduce_texts

PART = Part(date(2026, 3, 2), "courier", 0)
LATER = date(2100, 1, 1)
QUOTES_NOW = TextRule("quotes", of_opted_out="quotes")
QUOTES, NONE = TextRule("quotes"), TextRule("none")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World.at(tmp_path)
    for part in (PART, Part(PART.day, "ledger", 0)):
        world.add(part, part_tables(part))
    world.publish()
    yield world
    world.catalogue.close()


def rows(world: World, table: str, source: str = "courier") -> list[dict[str, Any]]:
    files = [file for file in world.catalogue.files(table=table) if file.part.source == source]
    return [row for file in files for row in world.lake.read(file).to_pylist()]


def reduce(world: World, rule: TextRule) -> None:
    [(part, found)] = parts_to_reduce(world.catalogue, {"courier": rule}, LATER)
    reduce_texts(world.lake, world.catalogue, part, found, now=NOW)
    assert parts_to_reduce(world.catalogue, {"courier": rule}, LATER) == []


def test_only_the_words_that_facts_point_at_are_kept(world: World) -> None:
    before = rows(world, "articles")
    derived = {name: rows(world, name) for name in TABLES if TABLES[name].step == "annotate"}
    reduce(world, QUOTES)
    for old, new in zip(before, rows(world, "articles"), strict=True):
        assert len(new["text"]) == len(old["text"])
        assert new["text"].startswith(MASK * len("A day at the"))
        assert all(one in {other, MASK} for one, other in zip(new["text"], old["text"], strict=True))
        assert new["text"].count("\n") == old["text"].count("\n")
        assert (new["text_kept"], new["lead"], new["title"]) == ("quotes", None, old["title"])
    assert {name: rows(world, name) for name in derived} == derived
    for quote in derived["quotes"]:
        [article] = [row for row in rows(world, "articles") if row["page_id"] == quote["page_id"]]
        pieces = [article["text"][span["start"] : span["end"]] for span in quote["content_spans"]]
        assert " ".join(pieces) == quote["content"]


def test_none_keeps_no_word_of_a_text_and_all_facts(world: World) -> None:
    facts = rows(world, "events")
    names = {row["name"] for row in rows(world, "entities")}
    reduce(world, NONE)
    assert {character for row in rows(world, "articles") for character in row["text"]} == {MASK, "\n"}
    assert {character for row in rows(world, "quotes") for character in row["content"]} == {MASK}
    for table in ("entity_mentions", "times"):
        assert {character for row in rows(world, table) for character in row["surface"]} == {MASK}
    parties = [party for row in rows(world, "event_mentions") for party in (*row["actors"], *row["recipients"])]
    assert {character for party in parties for character in party["text"]} == {MASK}
    assert {row["name"] for row in rows(world, "entities")} == names
    kept = ("event_id", "event_type", "actor_ids", "status", "date_start")
    assert [[row[name] for name in kept] for row in rows(world, "events")] == [
        [row[name] for name in kept] for row in facts
    ]


@pytest.mark.parametrize("rule", [QUOTES, NONE])
def test_the_reduced_part_passes_every_check_and_other_sources_are_left_alone(world: World, rule: TextRule) -> None:
    others = {name: rows(world, name, "ledger") for name in TABLES}
    reduce(world, rule)
    assert world.publish().published
    assert_right(world)
    assert {name: rows(world, name, "ledger") for name in TABLES} == others
    with open_read_only(world.home) as connection:
        kept = connection.execute("SELECT DISTINCT text_kept FROM articles WHERE source = 'courier'").fetchall()
        assert kept == [(rule.kept,)]
        assert connection.execute("SELECT DISTINCT source FROM search('A day at')").fetchall() == [("ledger",)]


def test_raw_pages_lose_their_bytes_and_the_part_is_not_worked_up_again(world: World) -> None:
    reduce(world, QUOTES)
    assert {row["body"] for row in rows(world, "raw_pages")} == {b""}
    for step in ("fetch", "clean"):
        files = [file for file in world.catalogue.files(part=PART) if file.step == step]
        with pytest.raises(BodiesRemovedError, match=r"cannot be (cleaned|annotated) again"):
            require_bodies(PART, files)


def test_what_was_reduced_further_does_not_come_back(world: World) -> None:
    reduce(world, NONE)
    before = rows(world, "articles")
    reduce(world, QUOTES)
    assert [row["text_kept"] for row in rows(world, "articles")] == ["none"] * len(before)


def test_pages_that_opted_out_are_reduced_alone(world: World) -> None:
    part = Part(date(2026, 3, 3), "courier", 0)
    tables = part_tables(part)
    page = tables["articles"]["page_id"][0].as_py()
    said = [["noai"] if own == page else None for own in tables["raw_pages"]["page_id"].to_pylist()]
    world.add(part, {**tables, "raw_pages": with_column(tables["raw_pages"], "opt_outs", said)})
    for found, rule in parts_to_reduce(world.catalogue, {"courier": TextRule(of_opted_out="none")}, LATER):
        reduce_texts(world.lake, world.catalogue, found, rule, now=NOW)
    assert {row["page_id"] for row in rows(world, "articles") if row["text_kept"] == "none"} == {page}
    assert {row["page_id"] for row in rows(world, "raw_pages") if row["body"] == b""} == {page}
    require_bodies(PART, [file for file in world.catalogue.files(part=PART) if file.step == "fetch"])
    assert world.publish().published


def test_texts_are_kept_in_full_as_long_as_was_decided(world: World) -> None:
    [finished, *_] = [record.finished_at for record in world.catalogue.steps(step="annotate")]
    assert finished is not None
    rules = {"courier": TextRule("quotes", days=30)}
    assert parts_to_reduce(world.catalogue, rules, finished.date() + timedelta(days=30)) == []
    assert parts_to_reduce(world.catalogue, rules, finished.date() + timedelta(days=31)) == [(PART, QUOTES_NOW)]


def test_a_rebuilt_catalogue_takes_the_reduced_files(world: World, tmp_path: Path) -> None:
    reduce(world, NONE)
    with Catalogue.open(Home(tmp_path / "rebuilt").catalogue_url) as rebuilt:
        rebuild_catalogue(world.lake, rebuilt)  # the old files are not swept yet
        assert {file.path for file in rebuilt.files()} == {file.path for file in world.catalogue.files()}


@pytest.mark.parametrize(
    ("spans", "result"),
    [
        ([], "█████\n██"),
        ([(0, 2), (1, 3)], "abc██\n██"),
        ([(4, 7), (0, 1)], "a███e\nf█"),
        ([(0, 8)], "abcde\nfg"),
    ],
)
def test_spans_may_overlap_and_lines_stay(spans: list[tuple[int, int]], result: str) -> None:
    assert masked("abcde\nfg", spans) == result


def test_the_settings_of_a_source_win() -> None:
    def source(**keys: Any) -> FilesSource:
        return FilesSource.model_validate({"type": "files", "name": "a", "path": "x", **keys})

    settings = Settings(keep_text_days=90, keep_text_of_opt_outs="none")
    quotes: Kept = "quotes"
    assert text_rule(Settings(), source()).keeps_all
    assert text_rule(settings, source()) == TextRule(quotes, 90, "none")
    assert text_rule(settings, source(keep_text="none", keep_text_days=0)) == TextRule("none", 0, "none")
