"""A snapshot says what it is, tells when it was changed, and whether the warehouse still gives the same."""

import hashlib
import json
import multiprocessing
import os
import shutil
import signal
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.warehouse.conftest import published_home
from tests.warehouse.lake_builder import World, part_tables, parts_of
from warehouse.home import Home
from warehouse.query import QueryError, open_read_only
from warehouse.snapshot.content_hash import content_of
from warehouse.snapshot.descriptor import Snapshot, field_type
from warehouse.snapshot.selection import Rows, SelectionError
from warehouse.snapshot.taking import take_snapshot
from warehouse.snapshot.verification import Finding, NoSnapshotError, compare_with_warehouse, verify

NOW = datetime(2026, 3, 21, 8, tzinfo=UTC)
LATER = datetime(2026, 3, 22, 8, tzinfo=UTC)
MOST_QUOTED = """SELECT speaker_name AS who, source, count(*) AS quotes, sum(sequence) AS places
FROM quotes GROUP BY ALL ORDER BY quotes DESC;"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return published_home(tmp_path_factory.mktemp("snapshot") / "home", days=3)


@pytest.fixture(scope="module")
def start(published: Home) -> Home:
    return published


@pytest.fixture(scope="module")
def march(published: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A snapshot to look at."""
    target = tmp_path_factory.mktemp("snapshots") / "march"
    taken(published, target, tables=["articles", "quotes"], queries={"most-quoted": MOST_QUOTED})
    return target


def taken(home: Home, target: Path, *, now: datetime = NOW, **choice: Any) -> Snapshot:
    return take_snapshot(home, target, software="Newslake/0.1", now=now, **choice)


def described(folder: Path) -> dict[str, Any]:
    package: dict[str, Any] = json.loads((folder / "datapackage.json").read_text())
    return package


def problems(findings: list[Finding]) -> dict[str, str | None]:
    return {finding.subject: finding.problem for finding in findings}


def test_the_rows_are_those_of_the_warehouse(march: Path, published: Home) -> None:
    with open_read_only(published) as connection:
        expected = connection.sql("SELECT * FROM quotes ORDER BY ALL").to_arrow_table()
    found = pq.read_table(march / "quotes.parquet")
    assert found.num_rows == 96
    assert found.to_pylist() == expected.to_pylist()
    assert (found.schema.field("source").metadata or {})[b"doc"] == b"Name of the source in sources.toml."


def test_the_descriptor_is_a_data_package_with_the_hash_of_every_file(march: Path) -> None:
    package = described(march)
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert package["created"] == "2026-03-21T08:00:00Z"
    for resource in package["resources"]:
        assert resource["format"] == "parquet"
        content = (march / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert resource["bytes"] == len(content)
    fields = {field["name"]: field for field in package["resources"][0]["schema"]["fields"]}
    assert fields["day"]["type"] == "date"
    assert fields["title"]["description"] == "Headline without the site's name."
    own = package["newslake"]
    assert own["state"]["models"] == ["none 0"]
    assert own["state"]["tools"] == ["annotate 1", "clean 1", "fetch 1"]
    assert own["state"]["published_at"] == "2026-03-20T12:00:00Z"


def test_a_query_is_kept_with_what_is_known_of_its_columns(march: Path) -> None:
    resource = described(march)["resources"][2]
    assert resource["newslake"]["query"] == MOST_QUOTED.removesuffix(";")
    who, source, quotes, places = resource["schema"]["fields"]
    assert who["description"] == "Full name of the speaker, where the text tells it."
    assert source["description"] == "Name of the source in sources.toml."
    assert "description" not in quotes
    assert (places["newslake:type"], places["type"]) == ("DECIMAL(38,0)", "number")


def test_the_documents_tell_a_person_what_it_is(march: Path) -> None:
    readme = (march / "README.md").read_text()
    assert f"> {described(march)['newslake']['citation']}" in readme
    assert "| `articles` | 32 | 2026-03-01 to 2026-03-03 | 2 | 1 |" in readme
    assert "| courier | 2026-03-01 to 2026-03-03 | 3 of 3 | 18 |" in readme
    assert "    FROM quotes GROUP BY ALL" in readme
    dictionary = (march / "DICTIONARY.md").read_text()
    assert [line for line in dictionary.splitlines() if line.startswith("### ")] == [
        "### articles",
        "### quotes",
        "### most-quoted",
    ]


def test_the_same_state_gives_the_same_files_and_the_same_id(published: Home, march: Path, tmp_path: Path) -> None:
    again = taken(
        published,
        tmp_path / "again",
        now=LATER,
        tables=["articles", "quotes"],
        queries={"most-quoted": MOST_QUOTED},
    )
    for file in march.glob("*.parquet"):
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes()
    assert again.id == described(march)["id"]
    assert all(each.repeatable for each in again.written)


def test_rows_of_tables_are_chosen_by_day_and_source(published: Home, tmp_path: Path) -> None:
    rows = Rows(since=date(2026, 3, 2), until=date(2026, 3, 3), sources=("ledger",))
    snapshot = taken(published, tmp_path / "day", tables=["entities"], rows=rows)
    [entities] = snapshot.written
    assert entities.content.rows > 0
    assert (entities.extent.first_day, entities.extent.last_day) == (date(2026, 3, 2), date(2026, 3, 2))
    assert entities.extent.sources == ("ledger",)
    assert "sources ledger, days from 2026-03-02 before 2026-03-03" in snapshot.citation
    assert [(each.source, each.days) for each in snapshot.origin.coverage] == [("ledger", 1)]


def test_days_that_were_not_fetched_are_named(world: World, tmp_path: Path) -> None:
    late = parts_of(1, sources=("courier",), first=date(2026, 3, 6))[0]
    world.add(late, part_tables(late))
    world.publish()
    snapshot = taken(world.home, tmp_path / "gaps", tables=["articles"])
    courier = snapshot.origin.coverage[0]
    assert (courier.source, courier.days, courier.days_done) == ("courier", 6, 4)
    assert [(str(gap.first_day), str(gap.last_day)) for gap in courier.gaps] == [("2026-03-04", "2026-03-05")]
    assert "2026-03-04 to 2026-03-05" in (tmp_path / "gaps" / "README.md").read_text()


def test_a_large_table_is_several_files(published: Home, tmp_path: Path) -> None:
    query = "SELECT range AS number, md5(range::VARCHAR) AS text FROM range(300000)"
    snapshot = taken(published, tmp_path / "large", queries={"numbers": query}, bytes_per_file=1 << 20)
    [numbers] = snapshot.written
    assert [(file.name, file.rows) for file in numbers.files] == [
        ("numbers-00001.parquet", 131_072),
        ("numbers-00002.parquet", 131_072),
        ("numbers-00003.parquet", 37_856),
    ]
    assert problems(verify(tmp_path / "large")) == {"numbers": None}
    with duckdb.connect() as connection:
        rows = connection.execute(f"SELECT number FROM '{tmp_path}/large/numbers-*.parquet'").fetchall()
    assert [number for (number,) in rows] == list(range(300_000))


def test_values_that_parquet_cannot_hold_are_exact_all_the_same(published: Home, tmp_path: Path) -> None:
    query = """SELECT 170141183460469231731687303715884105::HUGEINT AS whole, INTERVAL 3 DAY AS span, NULL AS nothing,
        UUID 'f29c103e-5928-4d4a-846e-9ff71c928374' AS id, 'b'::ENUM('a', 'b') AS kind, {'a': [1::HUGEINT]} AS nested,
        'nan'::DOUBLE AS lost, -0.0::DOUBLE AS zero, '\\xC3'::BLOB AS bytes, MAP {'a': 1} AS named,
        '{"a": 1}'::JSON AS json, TIMESTAMPTZ '2026-03-01 12:00+02' AS at,
        [1, 2]::INTEGER[2] AS pair, TIME '10:00' AS time"""
    [odd] = taken(published, tmp_path / "odd", queries={"odd": query}).written
    assert odd.repeatable
    assert problems(verify(tmp_path / "odd") + compare_with_warehouse(published, tmp_path / "odd")) == {"odd": None}
    [row] = pq.read_table(tmp_path / "odd" / "odd.parquet").drop_columns(["lost"]).to_pylist()
    assert int(row["whole"]) == 170141183460469231731687303715884105
    assert (row["span"], row["id"], row["kind"]) == ("3 days", "f29c103e-5928-4d4a-846e-9ff71c928374", "b")
    assert (row["nested"], row["json"], row["nothing"]) == ('{"a":[1]}', '{"a": 1}', None)
    assert row["at"] == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_columns_of_one_name_are_numbered(published: Home, tmp_path: Path) -> None:
    [pair] = taken(published, tmp_path / "pair", queries={"pair": "SELECT 1 AS a, 2 AS A"}).written
    assert [column.name for column in pair.resource.columns] == ["a", "A_1"]


def test_nothing_found_is_a_table_without_rows(published: Home, tmp_path: Path) -> None:
    taken(published, tmp_path / "none", tables=["rejects"], rows=Rows(since=date(2030, 1, 1)))
    assert pq.read_table(tmp_path / "none" / "rejects.parquet").num_rows == 0
    assert problems(verify(tmp_path / "none")) == {"rejects": None}


def test_a_query_that_gives_other_rows_each_time_is_marked(published: Home, tmp_path: Path) -> None:
    [dice] = taken(published, tmp_path / "dice", queries={"dice": "SELECT random() AS cast"}).written
    assert not dice.repeatable
    assert "cannot be got again" in (tmp_path / "dice" / "README.md").read_text()


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({}, "nothing is chosen"),
        ({"tables": ["nothing"]}, "no table nothing; there are article_versions, articles"),
        ({"tables": ["articles", "articles"]}, "called articles"),
        ({"tables": ["sources"], "rows": Rows(since=date(2026, 3, 1))}, "sources has no column day"),
        ({"tables": ["events"], "rows": Rows(sources=("ledger",))}, "events has no column source"),
        ({"tables": ["quotes"], "rows": Rows(sources=("nobody",))}, "no source nobody .* there are courier, ledger"),
        ({"queries": {"../up": "SELECT 1"}}, "is no name for a query"),
        ({"queries": {"readme": "SELECT 1"}}, "is no name for a query"),
        ({"queries": {"two": "SELECT 1; SELECT 2"}}, "one SELECT"),
        ({"queries": {"out": "COPY (SELECT 1) TO 'x.csv'"}}, "one SELECT"),
    ],
)
def test_what_cannot_be_exported_is_refused_and_leaves_nothing(
    published: Home, tmp_path: Path, choice: dict[str, Any], message: str
) -> None:
    with pytest.raises(SelectionError, match=message):
        taken(published, tmp_path / "refused", **choice)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "query",
    [
        "SELECT nothing",
        "SELEC 1",
        "FROM read_text('/etc/hostname')",
        "SELECT (range - 5)::UTINYINT AS n FROM range(9)",
    ],
)
def test_a_query_that_fails_leaves_nothing(published: Home, tmp_path: Path, query: str) -> None:
    with pytest.raises(QueryError):
        taken(published, tmp_path / "refused", tables=["articles"], queries={"wrong": query})
    assert list(tmp_path.iterdir()) == []


def test_what_exists_is_not_replaced(published: Home, march: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for target in (march, tmp_path / "link"):
        with pytest.raises(SelectionError, match="replaces nothing"):
            taken(published, target, tables=["articles"])


def _killed_on_the_way(home: Home, target: Path) -> None:
    def die(name: str) -> None:
        if name == "quotes":
            os.kill(os.getpid(), signal.SIGKILL)

    taken(home, target, tables=["articles", "quotes"], progress=die)


def test_what_a_killed_export_left_is_no_snapshot_and_in_nobody_s_way(published: Home, tmp_path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(
        target=_killed_on_the_way, args=(published, tmp_path / "march")
    )
    process.start()
    process.join()
    assert [path.name for path in tmp_path.iterdir()] == [".march.unfinished"]
    taken(published, tmp_path / "march", tables=["quotes"])
    assert [path.name for path in tmp_path.iterdir()] == ["march"]
    assert problems(verify(tmp_path / "march")) == {"quotes": None}


def test_two_exports_do_not_write_one_folder(published: Home, tmp_path: Path) -> None:
    def second(_: str) -> None:
        with pytest.raises(OSError, match="being written by another process"):
            taken(published, tmp_path / "march", tables=["quotes"])

    taken(published, tmp_path / "march", tables=["articles"], progress=second)
    assert problems(verify(tmp_path / "march")) == {"articles": None}


def test_changed_files_are_named(march: Path, tmp_path: Path) -> None:
    folder = tmp_path / "march"
    shutil.copytree(march, folder)
    assert problems(verify(folder)) == {"articles": None, "quotes": None, "most-quoted": None}
    quotes = pq.read_table(folder / "quotes.parquet")
    pq.write_table(quotes.slice(1), folder / "quotes.parquet")
    backwards = pq.read_table(folder / "articles.parquet")
    pq.write_table(backwards.take(pa.array(range(31, -1, -1))), folder / "articles.parquet", compression="gzip")
    (folder / "most-quoted.parquet").write_bytes(b"PAR1")
    (folder / "README.md").write_text("Trust me.")
    (folder / "notes.txt").write_text("mine")
    found = problems(verify(folder))
    assert found["quotes"] == "quotes.parquet has other bytes; 95 rows in place of 96"
    assert found["articles"] == "articles.parquet has other bytes; all rows are as they were"
    assert "cannot be read" in (found["most-quoted"] or "")
    assert found["README.md"] == "has other bytes"
    assert found["notes.txt"] == "is not part of the snapshot"
    (folder / "quotes.parquet").unlink()
    assert problems(verify(folder))["quotes"] == "quotes.parquet is not there"


def test_a_descriptor_that_was_changed_is_told_by_its_id(march: Path, tmp_path: Path) -> None:
    folder = tmp_path / "march"
    shutil.copytree(march, folder)
    package = described(folder)
    package["resources"][0]["newslake"]["rows"] = 33
    (folder / "datapackage.json").write_text(json.dumps(package))
    found = problems(verify(folder))
    assert found["articles"] == "32 rows in place of 33"
    assert "its id" in (found["datapackage.json"] or "")


@pytest.mark.parametrize(
    "files",
    [
        [{"path": "../home/catalogue.db", "hash": "sha256:0"}],
        [{"path": "/etc/hostname", "hash": "sha256:0"}],
        [{"path": "*.parquet", "hash": "sha256:0"}],
        [{"path": 7, "hash": "sha256:0"}],
        [{"hash": "sha256:0"}],
        [],
    ],
)
def test_a_descriptor_cannot_lead_out_of_the_folder(march: Path, tmp_path: Path, files: list[Any]) -> None:
    folder = tmp_path / "march"
    shutil.copytree(march, folder)
    package = described(folder)
    package["resources"][0]["newslake"]["files"] = files
    (folder / "datapackage.json").write_text(json.dumps(package))
    with pytest.raises(NoSnapshotError):
        verify(folder)


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"newslake": {"layout": 99}}', "[" * 100_000])
def test_what_is_no_snapshot_is_said_to_be_none(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "datapackage.json").write_text(content)
    with pytest.raises(NoSnapshotError, match=r"datapackage\.json"):
        verify(tmp_path)


def test_todays_warehouse_is_compared_row_by_row(march: Path, world: World) -> None:
    assert set(problems(compare_with_warehouse(world.home, march)).values()) == {None}
    part = parts_of(1)[0]
    world.replace(part, part_tables(part, seed=2))
    world.publish()
    found = compare_with_warehouse(world.home, march)
    with open_read_only(world.home) as connection:
        today = content_of(connection, "SELECT * FROM articles").rows
    # The article that is renewed every day shows a later version, so five of six have changed.
    assert found[0] == Finding("articles", f"5 of 32 rows are no longer there, 5 are new: {today} rows today", 32)


def test_a_descriptor_s_query_cannot_write(march: Path, published: Home, tmp_path: Path) -> None:
    folder = tmp_path / "march"
    shutil.copytree(march, folder)
    package = described(folder)
    package["resources"][0]["newslake"]["sql"] = f"COPY (SELECT 1) TO '{folder / 'quotes.parquet'}'"
    package["resources"][1]["newslake"]["sql"] = "SELECT * FROM read_text('/etc/hostname')"
    package["resources"][2]["newslake"]["sql"] = "SELECT gone FROM articles"
    (folder / "datapackage.json").write_text(json.dumps(package))
    found = problems(compare_with_warehouse(published, folder))
    assert all((problem or "").startswith("cannot be asked of this warehouse: ") for problem in found.values())
    assert problems(verify(folder))["quotes"] is None


def test_a_content_hash_minds_rows_and_not_their_order() -> None:
    with duckdb.connect() as connection:
        one, other, twice, none = (
            content_of(connection, f"SELECT * FROM (VALUES {values}) AS rows(a, b) WHERE {where}")
            for values, where in (
                ("(1, 'x'), (2, NULL)", "true"),
                ("(2, NULL), (1, 'x')", "true"),
                ("(1, 'x'), (2, NULL), (2, NULL)", "true"),
                ("(1, 'x')", "false"),
            )
        )
    assert one == other
    assert (one.rows, twice.rows, none.rows) == (2, 3, 0)
    assert len({one.digest, twice.digest, none.digest}) == 3
    assert none.digest == "0" * 64


@pytest.mark.parametrize(
    ("query", "documented"),
    [
        ("SELECT day, max(day) AS last FROM articles GROUP BY ALL", {"day"}),
        ("FROM articles_unique", None),
        (
            "SELECT a.day AS a, q.content FROM articles AS a JOIN quotes AS q USING (article_id)",
            {"a", "content"},
        ),
        ("SELECT a.* FROM articles AS a, range(1) AS r", None),
        ("WITH articles AS (SELECT 1 AS day) SELECT day FROM articles", set()),
        ("SELECT day FROM (SELECT 1 AS day)", set()),
        ("SELECT content FROM quotes_by('Lund')", set()),
        ("SELECT day FROM articles UNION ALL SELECT day FROM quotes", set()),
    ],
)
def test_only_columns_that_are_known_for_sure_are_documented(
    published: Home, tmp_path: Path, query: str, documented: set[str] | None
) -> None:
    [found] = taken(published, tmp_path / "columns", queries={"columns": query}).written
    columns = found.resource.columns
    expected = {column.name for column in columns} if documented is None else documented
    assert {column.name for column in columns if column.doc} == expected


@pytest.mark.parametrize(
    ("type_", "field"),
    [
        ("BIGINT", "integer"),
        ("UTINYINT", "integer"),
        ("DECIMAL(38,0)", "number"),
        ("VARCHAR[]", "array"),
        ("INTEGER[2]", "array"),
        ('STRUCT("start" INTEGER)', "object"),
        ("TIMESTAMP WITH TIME ZONE", "datetime"),
        ("BOOLEAN", "boolean"),
        ("GEOMETRY", "any"),
    ],
)
def test_types_have_their_name_in_the_standard(type_: str, field: str) -> None:
    assert field_type(type_) == field
