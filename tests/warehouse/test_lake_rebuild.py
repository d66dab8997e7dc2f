from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.warehouse.lake_samples import (
    DAY,
    PART,
    articles,
    clean_part,
    fetch_part,
    known_of,
    raw_pages,
    rejects,
    url_of,
    write_parts,
)
from warehouse.catalogue import Catalogue
from warehouse.home import Home
from warehouse.lake import Lake
from warehouse.parts import Part
from warehouse.rebuild import rebuild_catalogue


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def lost(home: Home) -> Iterator[Catalogue]:
    """The catalogue before it was lost."""
    with Catalogue.open(home.catalogue_url) as opened:
        yield opened


@pytest.fixture
def rebuilt(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.open(f"sqlite:///{tmp_path / 'new.db'}") as opened:
        yield opened


def test_a_rebuilt_catalogue_names_what_the_lost_one_named(home: Home, lost: Catalogue, rebuilt: Catalogue) -> None:
    for source in ("courier", "wire"):
        write_parts(home.root, source, 3)
    clean_part(home, lost, Part(DAY, "wire", 1), word="quay")  # its first version is not swept

    result = rebuild_catalogue(Lake(home.lake), rebuilt)

    assert (result.parts, result.files) == (6, 18)
    assert [path.split("/")[0] for path in result.superseded] == ["articles", "rejects"]
    assert rebuilt.files() == lost.files()
    assert rebuilt.parts_lacking("annotate") == lost.parts_lacking("annotate")
    urls = [url_of(Part(DAY, "wire", 2), number) for number in range(5)]
    assert rebuilt.known_urls(urls) == lost.known_urls(urls) == set(urls[:3])
    wire = Part(DAY, "wire", 1)
    assert rebuilt.next_generation(wire) == lost.next_generation(wire) == 4


def test_half_a_step_is_not_taken_for_a_whole_one(home: Home, lost: Catalogue, rebuilt: Catalogue) -> None:
    fetch_part(home, lost)
    whole = clean_part(home, lost)
    lake = Lake(home.lake)
    killed = lake.write_step(
        PART, "clean", {"articles": articles(word="quay"), "rejects": rejects(reason="wall")}, "clean 2", generation=3
    )
    lake.path(killed[1]).unlink()  # as if the process had been killed before it came to the second table

    result = rebuild_catalogue(lake, rebuilt)

    assert rebuilt.files(step="clean") == list(whole)
    assert result.superseded == (killed[0].path,)


def test_results_older_than_what_they_were_made_from_do_not_exist(
    home: Home, lost: Catalogue, rebuilt: Catalogue
) -> None:
    fetch_part(home, lost)
    clean_part(home, lost)
    shorter = Lake(home.lake).write_step(PART, "fetch", {"raw_pages": raw_pages(count=1)}, "fetch 1", generation=3)
    lost.commit_step(PART, "fetch", shorter, "fetch 1", "run")

    rebuild_catalogue(Lake(home.lake), rebuilt)

    assert rebuilt.files() == lost.files() == list(shorter)
    assert rebuilt.parts_lacking("clean") == [PART]


def test_tables_written_one_by_one_belong_together(home: Home, rebuilt: Catalogue) -> None:
    lake = Lake(home.lake)
    pages = lake.write(PART, "fetch", "raw_pages", raw_pages(), "fetch 1")
    cleaned = [
        lake.write(PART, "clean", "articles", articles(), "clean 1"),
        lake.write(PART, "clean", "rejects", rejects(), "clean 1"),
    ]
    rebuild_catalogue(lake, rebuilt)
    assert rebuilt.files() == [pages, *cleaned]


def test_damaged_and_foreign_files_are_told_and_left_out(home: Home, lost: Catalogue, rebuilt: Catalogue) -> None:
    [pages] = fetch_part(home, lost)
    fetch_part(home, lost, Part(DAY, "wire", 0))
    lake = Lake(home.lake)
    lake.path(pages).write_bytes(lake.path(pages).read_bytes()[:-100])
    lake.path(pages).with_name("0000-notes.parquet").write_text("not Parquet")
    renamed = lake.path(pages).with_name("0000-0123456789ab.parquet")
    renamed.write_bytes(lake.path(lost.files()[1]).read_bytes())

    result = rebuild_catalogue(lake, rebuilt)

    assert {file.path.rsplit("/", 1)[1]: file.reason for file in result.unreadable}[renamed.name] == (
        "the content is not what the name says"
    )
    assert len(result.unreadable) == 3
    assert [file.part.source for file in rebuilt.files()] == ["wire"]


def test_a_catalogue_with_parts_is_not_rebuilt(home: Home, lost: Catalogue) -> None:
    files = fetch_part(home, lost)
    with pytest.raises(ValueError, match="only an empty catalogue"):
        rebuild_catalogue(Lake(home.lake), lost)
    assert lost.files() == list(files)
    assert lost.known_urls([known.url for known in known_of(PART)]) == {known.url for known in known_of(PART)}
