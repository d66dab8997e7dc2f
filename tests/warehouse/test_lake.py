import hashlib
import os
import random
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.warehouse.lake_samples import PART, articles, raw_pages, rejects
from transforms.schemas import ARTICLES, FETCHES
from warehouse.lake import Lake, SchemaMismatchError
from warehouse.parts import Part, PartFile

NO_GRACE = timedelta(0)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def everything_in(lake: Lake) -> list[str]:
    return sorted(path.name for path in lake.root.rglob("*") if path.is_file() and path != lake.root / ".lock")


def test_a_written_table_reads_back_as_it_was(lake: Lake) -> None:
    rows = articles()
    file = lake.write(PART, "clean", "articles", rows, "clean 1")
    assert file.rows == 2
    assert lake.read(file).equals(rows)
    assert lake.read(file).schema.equals(ARTICLES.schema)
    assert lake.read(file, ["text", "url"]).column_names == ["text", "url"]


def test_the_path_tells_table_day_source_number_and_content(lake: Lake) -> None:
    file = lake.write(PART, "fetch", "raw_pages", raw_pages(), "fetch 1")
    content = lake.path(file).read_bytes()
    assert file.content_hash == hashlib.sha256(content).hexdigest()
    assert file.bytes == len(content)
    assert file.path == f"raw_pages/day=2026-03-02/source=harbour-courier/0000-{file.content_hash[:12]}.parquet"


def test_equal_rows_make_the_same_file_whatever_their_chunks_and_column_order(lake: Lake) -> None:
    rows = raw_pages(count=40)
    shuffled = list(rows.column_names)
    random.Random(7).shuffle(shuffled)
    pieces = pa.concat_tables([rows.slice(0, 13), rows.slice(13)]).select(shuffled)
    first = lake.write(PART, "fetch", "raw_pages", rows, "fetch 1")
    assert lake.write(PART, "fetch", "raw_pages", pieces, "fetch 1") == first
    assert lake.write(PART, "fetch", "raw_pages", rows.slice(1), "fetch 1") != first


def test_files_are_compressed_indexed_and_say_what_they_are(lake: Lake) -> None:
    file = lake.write(PART, "clean", "articles", articles(), "clean 1", generation=4)
    metadata = pq.ParquetFile(lake.path(file)).metadata
    column = metadata.row_group(0).column(0)
    assert column.compression == "ZSTD"
    assert column.has_column_index
    assert column.has_offset_index
    told = {
        key.decode(): value.decode() for key, value in (metadata.metadata or {}).items() if key.startswith(b"newslake.")
    }
    assert told == {
        "newslake.layout": "1",
        "newslake.table": "articles",
        "newslake.part": "2026-03-02/harbour-courier/0000",
        "newslake.step": "clean",
        "newslake.tool": "clean 1",
        "newslake.schema": str(len(ARTICLES.columns)),
        "newslake.generation": "4",
        "newslake.siblings": "{}",
    }


def test_a_step_without_rows_for_a_table_writes_no_file_for_it(lake: Lake) -> None:
    tables = {"raw_pages": raw_pages(), "fetches": FETCHES.rows([])}
    files = lake.write_step(PART, "fetch", tables, "fetch 1")
    assert [file.table for file in files] == ["raw_pages"]


def test_batches_hold_the_same_rows_a_few_at_a_time(lake: Lake) -> None:
    rows = raw_pages(count=25)
    file = lake.write(PART, "fetch", "raw_pages", rows, "fetch 1")
    batches = list(lake.batches(file, rows=10))
    assert [batch.num_rows for batch in batches] == [10, 10, 5]
    assert pa.Table.from_batches(batches).equals(rows)


def test_batches_of_large_pages_take_a_fraction_of_the_file_in_memory(lake: Lake) -> None:
    bodies = [random.Random(number).randbytes(100_000) for number in range(300)]
    rows = raw_pages(count=300)
    rows = rows.set_column(rows.column_names.index("body"), "body", pa.array(bodies, pa.large_binary()))
    file = lake.write(PART, "fetch", "raw_pages", rows, "fetch 1")
    del rows
    before = pa.total_allocated_bytes()
    held = [pa.total_allocated_bytes() - before for _ in lake.batches(file, rows=16)]
    assert len(held) == 19
    assert max(held) < file.bytes / 3


def with_column(name: str, values: "pa.Array[Any]") -> pa.Table:
    rows = articles()
    return rows.set_column(rows.column_names.index(name), name, values)


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        (articles().drop_columns(["text"]), r"articles\.text: missing"),
        (articles().append_column("mood", pa.array(["glad", "sad"])), r"articles\.mood: not declared"),
        (with_column("word_count", pa.array([1, 2], pa.int64())), r"articles\.word_count: int64, declared int32"),
        (with_column("text", pa.array(["a", None])), r"articles\.text: 1 NULLs, declared as required"),
        (with_column("lead", pa.nulls(2)), r"articles\.lead: null, declared string"),
        (articles(Part(PART.day, "another", 0)), r"articles\.part: '2026-03-02/another/0000' among the rows of"),
    ],
)
def test_rows_that_are_not_as_declared_are_refused_by_column(lake: Lake, rows: pa.Table, complaint: str) -> None:
    with pytest.raises(SchemaMismatchError, match=complaint):
        lake.write_step(PART, "clean", {"rejects": rejects(), "articles": rows}, "clean 1")
    assert not lake.root.exists()


def test_a_table_is_written_by_its_own_step_only(lake: Lake) -> None:
    with pytest.raises(ValueError, match="articles is written by clean, not by fetch"):
        lake.write(PART, "fetch", "articles", articles(), "fetch 1")


def test_a_file_from_before_a_column_was_added_reads_with_null(lake: Lake) -> None:
    file = lake.write(PART, "clean", "articles", articles(), "clean 1")
    old = pq.ParquetFile(lake.path(file)).read().drop_columns(["section", "tags"])
    pq.write_table(old, lake.path(file))
    assert lake.read(file).schema.equals(ARTICLES.schema)
    assert lake.read(file, ["tags", "text"]).to_pylist()[0] == {
        "tags": None,
        "text": "The harbour opens. Nº 0 – café",
    }
    assert [batch.schema.equals(ARTICLES.schema) for batch in lake.batches(file)] == [True]


def test_a_file_with_another_type_or_without_a_required_column_is_refused(lake: Lake) -> None:
    file = lake.write(PART, "clean", "articles", articles(), "clean 1")
    whole = pq.ParquetFile(lake.path(file)).read()
    pq.write_table(whole.drop_columns(["text"]), lake.path(file))
    with pytest.raises(SchemaMismatchError, match="lacks text"):
        lake.read(file)
    pq.write_table(whole.set_column(0, "article_id", pa.array([1, 2])), lake.path(file))
    with pytest.raises(SchemaMismatchError, match="article_id is int64"):
        lake.read(file)


def test_a_flipped_bit_is_noticed(lake: Lake) -> None:
    file = lake.write(PART, "fetch", "raw_pages", raw_pages(count=200), "fetch 1")
    content = bytearray(lake.path(file).read_bytes())
    content[len(content) // 3] ^= 1
    lake.path(file).write_bytes(content)
    with pytest.raises(OSError, match="CRC"):
        lake.read(file)


def test_a_full_disk_leaves_nothing_behind(lake: Lake) -> None:
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from tests.warehouse.lake_samples import PART, raw_pages\n"
        "from warehouse.lake import Lake\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        "Lake(Path(sys.argv[1])).write(PART, 'fetch', 'raw_pages', raw_pages(count=500), 'fetch 1')\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(lake.root)], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "File too large" in ended.stderr
    assert everything_in(lake) == []


def test_a_sweep_removes_what_is_not_named_once_it_is_old(lake: Lake) -> None:
    kept = lake.write(PART, "clean", "articles", articles(), "clean 1")
    replaced = lake.write(PART, "clean", "articles", articles(word="quay"), "clean 1")
    begun = lake.path(kept).parent / ".0000-cut-off"
    begun.write_bytes(b"PAR1")
    foreign = lake.root / "notes.txt"
    foreign.write_text("not ours")

    assert lake.sweep([kept], grace=timedelta(hours=1)) == []
    for path in (lake.path(kept), lake.path(replaced), begun):
        os.utime(path, (0, 0))
    assert lake.sweep([kept], grace=timedelta(hours=1)) == sorted([begun, lake.path(replaced)])

    assert lake.read(kept).num_rows == 2
    assert foreign.exists()


def test_a_leftover_that_is_written_anew_is_young_again(lake: Lake) -> None:
    leftover = lake.write(PART, "clean", "articles", articles(), "clean 1")
    os.utime(lake.path(leftover), (0, 0))
    assert lake.write(PART, "clean", "articles", articles(), "clean 1") == leftover
    assert lake.sweep([], grace=timedelta(hours=1)) == []
    assert lake.sweep([], grace=NO_GRACE) == [lake.path(leftover)]


def test_an_empty_lake_sweeps_nothing(lake: Lake) -> None:
    assert lake.sweep([], grace=NO_GRACE) == []


def test_reading_what_was_swept_says_so(lake: Lake) -> None:
    gone = PartFile(PART, "clean", "articles", "articles/day=2026-03-02/source=x/0000-0.parquet", 1, 1, "0", "clean 1")
    with pytest.raises(FileNotFoundError):
        lake.read(gone)
