"""What is erased is nowhere in the home, whatever state the work was in, and everything else is as it was."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from tests.warehouse.lake_builder import NOW, World, assert_right, fill, part_tables, with_column
from transforms.erasure import is_withheld, page_mark
from transforms.identity import stable_id
from transforms.schemas import TABLES
from warehouse.catalogue import Catalogue, KnownUrl
from warehouse.erasure import ErasureReport, erase, plan
from warehouse.erasure_targets import Targets
from warehouse.home import Home
from warehouse.lake import Lake
from warehouse.parts import Part
from warehouse.rebuild import rebuild_catalogue
from warehouse.records import FoundPage

URL = "https://courier.example/2026-03-02-0-3"
WORD = "Zirconquadrille"
"""Stands in one article only, in text, quotation, title and file alike."""
PART = Part(date(2026, 3, 2), "courier", 0)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the article is wherever it can be: old files, both slots, queue, known addresses."""
    root = tmp_path_factory.mktemp("erasure") / "home"
    world = World.at(root)
    fill(world, days=2)
    world.publish()
    world.replace(PART, marked(PART))  # leaves an old version of every file unswept
    page_ids = {row["url"]: row["page_id"] for row in rows(world, "raw_pages")}
    world.catalogue.queue.add("courier", [FoundPage(URL, URL, "feed", PART.day, f"On {WORD}")], found_at=NOW)
    files = world.lake.write_step(PART, "fetch", fetched(marked(PART)), "fetch 1", generation=9)
    known = [KnownUrl(URL, page_ids[URL], "courier", NOW)]
    world.catalogue.restore_step(PART, "fetch", files, "fetch 1", 9, known)
    world.replace(PART, marked(PART))
    world.publish()
    world.replace(Part(PART.day, "ledger", 0), part_tables(Part(PART.day, "ledger", 0), seed=2))
    world.publish()
    world.catalogue.close()
    return root


@pytest.fixture
def world(prepared: Path, tmp_path: Path) -> Iterator[World]:
    world = copy_of(prepared, tmp_path / "home")
    yield world
    world.catalogue.close()


def copy_of(prepared: Path, root: Path) -> World:
    shutil.copytree(prepared, root)
    published = next(slot for slot in prepared.glob(".news-?.duckdb") if slot.samefile(Home(prepared).database))
    Home(root).database.unlink()
    os.link(root / published.name, Home(root).database)
    return World.at(root)


def fetched(tables: dict[str, Any]) -> dict[str, Any]:
    return {name: table for name, table in tables.items() if TABLES[name].step == "fetch"}


def marked(part: Part) -> dict[str, Any]:
    """The part's tables with the word in everything that tells of one article."""
    tables = part_tables(part)
    [at] = [at for at, row in enumerate(tables["raw_pages"].to_pylist()) if row["url"] == URL]
    bodies = tables["raw_pages"]["body"].to_pylist()
    bodies[at] = f"{WORD} {URL}".encode()
    tables["raw_pages"] = with_column(tables["raw_pages"], "body", bodies)
    page = tables["raw_pages"]["page_id"][at].as_py()
    for table, column in (("articles", "title"), ("entities", "name"), ("event_mentions", "date_text")):
        values = [
            WORD if own == page else value
            for own, value in zip(tables[table]["page_id"].to_pylist(), tables[table][column].to_pylist(), strict=True)
        ]
        tables[table] = with_column(tables[table], column, values)
    texts = [
        f"{text} {WORD}." if own == page else text
        for own, text in zip(
            tables["articles"]["page_id"].to_pylist(), tables["articles"]["text"].to_pylist(), strict=True
        )
    ]
    tables["articles"] = with_column(tables["articles"], "text", texts)
    return tables


def rows(world: World, table: str) -> list[dict[str, Any]]:
    return [row for file in world.catalogue.files(table=table) for row in world.lake.read(file).to_pylist()]


def erased(world: World, *words: str) -> ErasureReport:
    return erase(world.home, world.lake, world.catalogue, Targets.parse(words), reason="asked by the author", now=NOW)


def holding(home: Home, *words: str) -> set[str]:
    """Kinds of files of the home in which one of the words stands: as bytes, in Parquet's columns, in DuckDB's."""
    found = set()
    for path in sorted(path for path in home.root.rglob("*") if path.is_file()):
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content += repr(pq.read_table(path).to_pylist()).encode()
        if path.suffix == ".duckdb":
            content += _printed(path)
        if any(word.encode() in content for word in words):
            found.add(path.suffix or path.name)
    return found


def _printed(path: Path) -> bytes:
    copy = path.with_suffix(".copied")
    shutil.copyfile(path, copy)
    try:
        with duckdb.connect(str(copy), read_only=True) as connection:
            tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'lake'").fetchall()
            return b"".join(repr(connection.execute(f"FROM lake.{name}").fetchall()).encode() for [name] in tables)
    finally:
        copy.unlink()


@dataclass(frozen=True)
class Erased:
    """A home from which the article was erased once."""

    world: World
    held: dict[str, set[str]]
    """Kinds of files that held word and address before."""
    before: dict[str, list[dict[str, Any]]]
    planned: ErasureReport
    report: ErasureReport


@pytest.fixture(scope="module")
def once(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Erased]:
    """Read it, do not change it."""
    world = copy_of(prepared, tmp_path_factory.mktemp("once") / "home")
    held = {word: holding(world.home, word) for word in (WORD, URL)}
    before = {name: rows(world, name) for name in TABLES}
    planned = plan(world.lake, world.catalogue, Targets.parse([URL]), now=NOW)
    assert {name: rows(world, name) for name in TABLES} == before
    yield Erased(world, held, before, planned, erased(world, URL))
    world.catalogue.close()


def test_words_and_address_are_in_no_file_afterwards(once: Erased) -> None:
    assert once.held[WORD] >= {".parquet", ".duckdb", ".db"}
    assert once.held[URL] >= {".parquet", ".duckdb", ".db"}
    assert holding(once.world.home, WORD, URL, URL.removeprefix("https://")) == set()
    assert (once.report.pages, once.report.rows["articles"], once.report.rows["raw_pages"]) == (1, 1, 1)
    assert once.report.files_removed > once.report.files_rewritten > 0
    assert once.report.rows == once.planned.rows


def test_everything_else_is_as_it_was_and_the_page_still_counts(once: Erased) -> None:
    world, before = once.world, once.before
    after = {name: rows(world, name) for name in TABLES}
    [gone] = [row["page_id"] for row in before["raw_pages"] if row["url"] == URL]
    for name in TABLES:
        if name in {"fetches", "discoveries"}:
            assert len(after[name]) == len(before[name])
            kept = [row for row in before[name] if row["url"] != URL]
            assert [row for row in after[name] if not is_withheld(row["url"])] == kept
        else:
            kept = [row for row in before[name] if row["page_id"] != gone]
            assert [row for row in after[name] if row["page_id"] != gone] == kept
    [reject] = [row for row in after["rejects"] if row["page_id"] == gone]
    assert (reject["reason"], is_withheld(reject["url"]), reject["detail"]) == ("erased", True, None)
    assert not {row["page_id"] for row in after["articles"]} & {gone}
    assert_right(world)
    [counts] = world.catalogue.queue.counts("courier", PART.day, PART.day).values()
    assert counts.refused == 1


def test_the_tombstones_do_not_tell_what_they_stand_for(once: Erased) -> None:
    told = (once.world.lake.root / "tombstones.json").read_text()
    assert page_mark(URL) in told
    assert re.search("courier|example", told) is None


def test_a_rebuilt_catalogue_still_bars_it(once: Erased, tmp_path: Path) -> None:
    with Catalogue.open(Home(tmp_path / "rebuilt").catalogue_url) as rebuilt:
        rebuild_catalogue(once.world.lake, rebuilt)
        assert rebuilt.tombstones.all() == once.world.catalogue.tombstones.all()
        assert rebuilt.tombstones.all().bar(URL)
        assert not rebuilt.known_urls([URL])
        assert {file.path for file in rebuilt.files()} == {file.path for file in once.world.catalogue.files()}


def test_an_article_goes_with_all_its_versions(world: World) -> None:
    url = "https://ledger.example/updated-0"
    assert sum(row["url"] == url for row in rows(world, "raw_pages")) == 2
    report = erased(world, stable_id("article", url))
    assert (report.pages, report.rows["articles"]) == (2, 2)
    assert holding(world.home, url) == set()


def test_a_host_goes_with_all_below_it(world: World) -> None:
    report = erased(world, "COURIER.example.")
    assert holding(world.home, "courier.example") == set()
    assert {row["source"] for row in rows(world, "articles")} == {"ledger"}
    assert report.pages == sum(is_withheld(row["url"]) for row in rows(world, "raw_pages"))
    assert_right(world)


def test_it_does_not_matter_how_the_address_is_written(world: World) -> None:
    assert erased(world, "http://www.courier.example/2026-03-02-0-3/?utm_source=x#top").pages == 1
    files = world.catalogue.files()
    again = erased(world, URL)
    assert (again.pages, again.rows, world.catalogue.files()) == (0, {}, files)


def test_a_front_page_that_others_were_led_to_bars_none_of_them(world: World) -> None:
    part = Part(date(2026, 3, 9), "courier", 0)
    tables = part_tables(part)
    pages = tables["raw_pages"]
    tables["raw_pages"] = with_column(pages, "final_url", ["https://courier.example/"] * pages.num_rows)
    world.add(part, tables)
    assert erased(world, "https://courier.example/2026-03-09-0-2").pages == 1


def test_an_unknown_article_is_said_to_be_unknown(world: World) -> None:
    with pytest.raises(LookupError, match=f"no article {'0' * 24} in the lake"):
        erased(world, "0" * 24)


def test_a_word_that_is_no_target_is_refused() -> None:
    with pytest.raises(ValueError, match="no address such as"):
        Targets.parse(["not a target"])


def test_a_reader_keeps_what_it_has_open(world: World) -> None:
    reader = duckdb.connect()
    reader.execute(f"ATTACH '{world.home.database}' AS held (READ_ONLY)")
    erased(world, URL)
    assert reader.execute("SELECT count(*) FROM held.lake.articles WHERE url = $url", {"url": URL}).fetchall() == [(1,)]
    reader.close()
    assert holding(world.home, WORD, URL) == set()


def test_old_catalogues_get_their_table(tmp_path: Path) -> None:
    home = Home(tmp_path)
    Catalogue.open(home.catalogue_url).close()
    with sqlite3.connect(tmp_path / "catalogue.db") as database:
        database.executescript("DROP TABLE tombstones; UPDATE catalogue_schema SET version = 2")
    database.close()
    with Catalogue.open(home.catalogue_url) as catalogue:
        assert not catalogue.tombstones.all()


def test_a_part_that_is_held_back_does_not_keep_an_erasure_from_finishing(world: World) -> None:
    other = Part(PART.day, "ledger", 0)
    tables = part_tables(other)
    strangers = ["nobody", *tables["entities"]["page_id"].to_pylist()[1:]]
    world.replace(other, {**tables, "entities": with_column(tables["entities"], "page_id", strangers)})
    erased(world, URL)
    assert holding(world.home, WORD, URL) == set()
    assert world.catalogue.tombstones.unfinished() == 0


@pytest.mark.parametrize("seconds", [0.05, 0.3, 0.8])
def test_killed_and_run_again_it_ends_right(world: World, seconds: float) -> None:
    world.catalogue.close()
    program = (
        "import sys\nfrom pathlib import Path\nfrom flows.erase import erase_pages\nfrom warehouse.home import Home\n"
        "print('begins', flush=True)\nerase_pages(Home(Path(sys.argv[1])), [sys.argv[2]])\n"
    )
    run = subprocess.Popen([sys.executable, "-c", program, str(world.home.root), URL], stdout=subprocess.PIPE)
    assert run.stdout is not None
    run.stdout.readline()
    try:
        run.wait(seconds)
    except subprocess.TimeoutExpired:
        run.kill()
        run.wait()
    run.stdout.close()
    with Catalogue.open(world.home.catalogue_url) as catalogue:
        again = World(world.home, Lake(world.home.lake), catalogue)
        erased(again, URL)
        assert holding(world.home, WORD, URL) == set()
        assert_right(again)
        assert again.lake.sweep(catalogue.files(), grace=timedelta(0)) == []
