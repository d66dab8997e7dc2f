"""Many threads and processes at once, and processes that are killed in the middle."""

import multiprocessing
import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from tests.warehouse.lake_samples import DAY, clean_part, fetch_part, url_of, write_parts, write_until_killed
from warehouse.catalogue import Catalogue
from warehouse.home import Home
from warehouse.lake import Lake
from warehouse.parts import Part

SPAWN = multiprocessing.get_context("spawn")
SEED = 20260302


def test_four_processes_open_and_fill_one_new_catalogue(tmp_path: Path) -> None:
    home = Home(tmp_path)
    sources = ["courier", "herald", "wire", "tribune"]
    writers = [SPAWN.Process(target=write_parts, args=(home.root, source, 12)) for source in sources]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0, 0]

    with Catalogue.open(home.catalogue_url) as catalogue:
        everything = [Part(DAY, source, number) for source in sorted(sources) for number in range(12)]
        assert catalogue.parts_lacking("annotate") == everything
        assert len(catalogue.files()) == 3 * len(everything)
        urls = {url_of(part, 0) for part in everything}
        assert catalogue.known_urls(urls) == urls


def test_threads_of_one_process_share_a_catalogue(tmp_path: Path) -> None:
    home = Home(tmp_path)
    parts = [Part(DAY, "courier", number) for number in range(24)]
    with Catalogue.open(home.catalogue_url) as catalogue, ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda part: fetch_part(home, catalogue, part), parts))
        list(threads.map(lambda part: clean_part(home, catalogue, part), parts))
        assert catalogue.parts_lacking("annotate") == parts


def test_a_killed_writer_leaves_a_catalogue_that_names_whole_files_only(tmp_path: Path) -> None:
    home = Home(tmp_path)
    lake = Lake(home.lake)
    moments = random.Random(SEED)
    with Catalogue.open(home.catalogue_url) as catalogue:
        for kill in range(8):
            committed = len(catalogue.steps())
            writer = SPAWN.Process(target=write_until_killed, args=(home.root, "courier", SEED + kill))
            writer.start()
            while len(catalogue.steps()) == committed:
                time.sleep(0.001)
            time.sleep(moments.uniform(0, 0.03))
            writer.kill()
            writer.join()
            assert_whole(lake, catalogue)

        named = catalogue.files()
        lake.sweep(named, grace=timedelta(0))
        kept = {path for path in lake.root.rglob("*") if path.is_file() and path.name != ".lock"}
        assert kept == {lake.path(file) for file in named}
        assert_whole(lake, catalogue)


def assert_whole(lake: Lake, catalogue: Catalogue) -> None:
    """Every part has its pages, their URLs are known, and a clean part has both its tables."""
    tables: dict[Part, list[str]] = {}
    for file in catalogue.files():
        assert lake.read(file).num_rows == file.rows
        tables.setdefault(file.part, []).append(file.table)
    lacking = catalogue.parts_lacking("clean")
    for part, names in tables.items():
        assert names == (["raw_pages"] if part in lacking else ["raw_pages", "articles", "rejects"])
        assert len(catalogue.known_urls([url_of(part, number) for number in range(3)])) == 3
