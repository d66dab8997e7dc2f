"""The command line as a user meets it: what it prints, and its exit codes."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.conftest import NewslakeCommand
from warehouse.home import Home


def test_a_query_is_answered_as_a_table(newslake: NewslakeCommand, demo_home: Home) -> None:
    done = newslake("sql", "SELECT count(*) AS articles FROM articles", home=demo_home.root)

    assert done.returncode == 0
    assert [line.strip() for line in done.stdout.splitlines()] == ["articles", "────────", "38"]


def test_a_query_is_answered_as_json_and_as_csv(newslake: NewslakeCommand, demo_home: Home) -> None:
    query = "SELECT source, count(*) AS articles FROM articles WHERE source = 'danube-ledger' GROUP BY source"

    as_json = newslake("sql", "--json", query, home=demo_home.root).stdout
    as_csv = newslake("sql", "--csv", query, home=demo_home.root).stdout

    assert json.loads(as_json) == [{"source": "danube-ledger", "articles": 13}]
    assert as_csv.splitlines() == ["source,articles", "danube-ledger,13"]


def test_a_shell_answers_one_query_after_the_other_and_survives_a_wrong_one(
    newslake: NewslakeCommand, demo_home: Home
) -> None:
    done = newslake("sql", home=demo_home.root, stdin="SELECT 1 AS one;\nSELECT nothing;\nSELECT 2\nAS two;\n")

    assert [line.strip() for line in done.stdout.splitlines()] == ["one", "───", "1", "two", "───", "2"]
    assert "nothing" in done.stderr


@pytest.mark.parametrize("query", ["DROP TABLE lake.articles", "CREATE TABLE x (y INT)", "DELETE FROM lake.quotes"])
def test_a_query_cannot_change_the_database(newslake: NewslakeCommand, demo_home: Home, query: str) -> None:
    done = newslake("sql", query, home=demo_home.root)

    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert newslake("sql", "SELECT count(*) FROM lake.quotes", home=demo_home.root).returncode == 0


def test_sql_without_a_database_says_what_to_do(newslake: NewslakeCommand, tmp_path: Path) -> None:
    done = newslake("sql", "SELECT 1", home=tmp_path)

    assert done.returncode == 1
    assert "newslake run" in done.stderr
    assert "Traceback" not in done.stderr


def test_run_without_a_registry_says_what_to_do(newslake: NewslakeCommand, tmp_path: Path) -> None:
    done = newslake("run", home=tmp_path)

    assert done.returncode == 2
    assert str(tmp_path / "sources.toml") in done.stderr
    assert "newslake init" in done.stderr


def test_an_unknown_source_is_named_with_those_that_exist(newslake: NewslakeCommand, tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text('[[source]]\nname = "texts"\ntype = "files"\npath = "."\n')

    done = newslake("run", "--source", "txets", home=tmp_path)

    assert done.returncode == 2
    assert "txets" in done.stderr
    assert "texts" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--since", "yesterday"], "'yesterday' is no date"),
        (["--since", "2026-03-03", "--until", "2026-03-02"], "--since 2026-03-03 is not before --until 2026-03-02"),
    ],
)
def test_a_wrong_window_is_refused(
    newslake: NewslakeCommand, tmp_path: Path, arguments: list[str], complaint: str
) -> None:
    done = newslake("run", *arguments, home=tmp_path)

    assert done.returncode == 2
    assert complaint in done.stderr


def test_status_tells_what_the_lake_holds(newslake: NewslakeCommand, demo_home: Home) -> None:
    done = newslake("status", home=demo_home.root)

    assert done.returncode == 0
    [line] = [line for line in done.stdout.splitlines() if line.startswith("danube-ledger")]
    assert line.split()[:4] == ["danube-ledger", "14", "2026-03-16", "00:00"]


def test_init_makes_files_that_sources_check_accepts(newslake: NewslakeCommand, tmp_path: Path) -> None:
    assert newslake("init", home=tmp_path / "new").returncode == 0
    assert newslake("sources", "check", home=tmp_path / "new").returncode == 0


def test_a_run_without_an_enabled_source_says_so(newslake: NewslakeCommand, tmp_path: Path) -> None:
    newslake("init", home=tmp_path)

    done = newslake("run", home=tmp_path)

    assert done.returncode == 2
    assert "no source is enabled" in done.stderr


def test_a_home_that_is_a_file_is_refused(newslake: NewslakeCommand, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    done = newslake("status", home=tmp_path / "file")

    assert done.returncode == 2
    assert "is no folder" in done.stderr


def test_a_preview_shows_every_candidate_and_what_won(newslake: NewslakeCommand, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<html><head><title>Bridge opens | The Example</title>"
        '<meta property="article:published_time" content="2026-03-03T08:00:00+01:00"></head><body><article>'
        "<h1>Bridge opens</h1><time datetime='2026-03-04'>4 March</time>"
        + "<p>The new bridge over the river opened on Tuesday, and hundreds of people crossed it.</p>" * 5
        + "</article></body></html>"
    )

    done = newslake("clean", str(page), home=tmp_path)

    assert done.returncode == 0
    assert "2026-03-03T08:00:00+01:00" in done.stdout
    assert "2026-03-04" in done.stdout
    assert "hundreds of people crossed it" in done.stdout


def test_pages_are_cleaned_line_by_line(newslake: NewslakeCommand, tmp_path: Path) -> None:
    html = (
        "<html><body><article><h1>Ferry returns</h1>" + "<p>The ferry came back on Monday after a week at sea.</p>" * 6
    )
    lines = [
        {"id": "a", "url": "https://www.example.org/a", "html": html},
        {"id": "b", "url": "https://e.org/b", "html": ""},
    ]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    done = newslake("clean", "--jsonl", str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl"), home=tmp_path)

    assert done.returncode == 0, done.stderr
    first, second = (json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines())
    assert (first["id"], first["title"], first["rejected"]) == ("a", "Ferry returns", None)
    assert (second["id"], second["text"], second["rejected"]) == ("b", None, "empty: no content")


def test_texts_are_annotated_line_by_line(newslake: NewslakeCommand, tmp_path: Path) -> None:
    line = {"id": "a", "text": "“We agreed,” said Angela Merkel in Berlin on Tuesday.", "published": "2020-12-03"}

    done = newslake("annotate", "--jsonl", "-", "-", home=tmp_path, stdin=json.dumps(line) + "\n")

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    [quote] = found["quotes"]
    assert quote["speaker"] == "Angela Merkel"
    assert [line["text"][start:end] for start, end in quote["content"]] == ["“We agreed,”"]
    assert [time["value"] for time in found["times"]] == ["2020-12-01"]


def test_a_bad_line_is_named_and_nothing_half_is_written(newslake: NewslakeCommand, tmp_path: Path) -> None:
    good = {"id": "a", "url": "https://www.example.org/a", "html": "<p>Fine.</p>"}
    (tmp_path / "in.jsonl").write_text(json.dumps(good) + "\n{not json\n")

    done = newslake("clean", "--jsonl", str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl"), home=tmp_path)

    assert done.returncode == 1
    assert "line 2 is not JSON" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_a_link_and_a_pipe_stay_what_they_are_when_written_to(newslake: NewslakeCommand, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": "a", "url": "https://www.example.org/a", "html": "<p>Fine.</p>"}\n')
    link, pipe = tmp_path / "link.jsonl", tmp_path / "pipe"
    link.symlink_to("real.jsonl")
    os.mkfifo(pipe)
    received = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        for target in (link, pipe):
            done = newslake("clean", "--jsonl", str(tmp_path / "in.jsonl"), str(target), home=tmp_path)
            assert done.returncode == 0, done.stderr

        assert link.is_symlink()
        assert pipe.is_fifo()
        assert os.read(received, 1 << 16) == (tmp_path / "real.jsonl").read_bytes()
    finally:
        os.close(received)


def test_a_reader_that_stops_early_gets_no_complaint(newslake: NewslakeCommand, demo_home: Home) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [str(newslake.script), "--home", str(demo_home.root), "sql", "SELECT * FROM range(100000)"],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(writing)

    assert done.returncode == 1
    assert done.stderr == ""


def test_a_missing_model_is_an_error_that_says_how_to_install_it(newslake: NewslakeCommand, tmp_path: Path) -> None:
    done = newslake("annotate", "--model", "en_core_web_none", "--jsonl", "-", "-", home=tmp_path, stdin="")

    assert done.returncode == 1
    assert "en_core_web_none" in done.stderr
    assert "install" in done.stderr


def test_help_loads_nothing_heavy(newslake: NewslakeCommand) -> None:
    """What makes ``--help`` answer in a tenth of a second."""
    modules = subprocess.run(
        [newslake.script.with_name("python"), "-c", "import sys, flows.cli; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()

    assert not {"prefect", "spacy", "duckdb", "pyarrow", "trafilatura", "sqlalchemy", "pydantic", "rich"} & set(modules)


def test_raw_pages_are_exported_as_a_warc_file(newslake: NewslakeCommand, demo_home: Home, tmp_path: Path) -> None:
    target = tmp_path / "courier.warc.gz"
    arguments = ("export", "warc", str(target), "--source", "harbour-courier", "--url", "*/2026/*")
    done = newslake(*arguments, home=demo_home.root)
    assert done.returncode == 0
    with target.open("rb") as file:
        records = [
            record.rec_headers["WARC-Target-URI"] for record in ArchiveIterator(file) if record.rec_type == "response"
        ]
    assert done.stdout.startswith(f"{len(records)} pages, ")
    assert len(records) > 5
    assert all("harbour-courier.example/" in str(url) and "/2026/" in str(url) for url in records)
    refused = newslake("export", "warc", str(target), "--source", "nobody", home=demo_home.root)
    assert refused.returncode == 2
    assert "no pages of nobody in the lake" in refused.stderr


def test_a_snapshot_is_taken_cited_and_compared(newslake: NewslakeCommand, demo_home: Home, tmp_path: Path) -> None:
    target = str(tmp_path / "march")
    query = ("--query", "SELECT source, count(*) AS articles FROM articles GROUP BY ALL", "--name", "by-source")
    chosen = ("--table", "quotes", "--since", "2026-03-02", "--until", "2026-03-10", "--source", "danube-ledger")
    done = newslake("export", "snapshot", target, *chosen, *query, home=demo_home.root)
    assert done.returncode == 0, done.stderr
    quotes, by_source, place, citation = done.stdout.splitlines()
    assert quotes.startswith("quotes: ")
    assert (by_source, place) == ("by-source: 4 rows", target)
    assert "sources danube-ledger, days from 2026-03-02 before 2026-03-10" in citation

    same = newslake("export", "verify", target, "--against-warehouse", home=demo_home.root)
    assert same.returncode == 0
    assert "today's warehouse, by-source: same, 4 rows" in same.stdout.splitlines()
    (tmp_path / "march" / "quotes.parquet").unlink()
    damaged = newslake("export", "verify", target, home=demo_home.root)
    assert damaged.returncode == 1
    assert "quotes: quotes.parquet is not there" in damaged.stdout
    assert damaged.stderr.startswith("Error: 1 of what was looked at")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("snapshot", "{}", "--table", "quotes"), "exists, and a snapshot replaces nothing"),
        (("snapshot", "{}/new"), "nothing is chosen"),
        (("snapshot", "{}/new", "--table", "quote"), "there is no table quote"),
        (("snapshot", "{}/new", "--query", "SELECT 1", "--since", "2026-03-01"), "choose rows of tables"),
        (("snapshot", "{}/new", "--query", "SELECT 1", "--name", "a", "--name", "b"), "name each query or none"),
        (("snapshot", "{}/new", "--table", "quotes", "--since", "yesterday"), "is no day such as"),
        (("verify", "{}"), "is no snapshot"),
        (("csv", "{}/there.csv", "SELECT 1"), "--overwrite replaces it"),
    ],
)
def test_wrong_use_of_an_export_is_said_in_a_line(
    newslake: NewslakeCommand, demo_home: Home, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    (tmp_path / "there.csv").touch()
    refused = newslake("export", *(each.format(tmp_path) for each in arguments), home=demo_home.root)
    assert refused.returncode == 2
    assert message in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["there.csv"]


def test_a_query_is_exported_for_spreadsheets(newslake: NewslakeCommand, demo_home: Home, tmp_path: Path) -> None:
    target = tmp_path / "formulas.csv"
    query = "SELECT '=1+1' AS text, -5 AS number, repeat('x', 40000) AS long"
    done = newslake("export", "csv", str(target), query, home=demo_home.root)
    assert done.returncode == 0
    assert done.stdout == f"1 rows in {target}\n"
    assert done.stderr == "Warning: 1 cells are longer than 32,767 characters: Excel cuts them.\n"
    assert target.read_bytes().startswith(b"\xef\xbb\xbftext,number,long\r\n'=1+1,-5,xxx")
    assert newslake("export", "csv", str(target), "SELECT 2 AS two", "--overwrite", home=demo_home.root).returncode == 0
    assert target.read_bytes() == b"\xef\xbb\xbftwo\r\n2\r\n"


def test_sources_check_says_which_cannot_look_back(newslake: NewslakeCommand, tmp_path: Path) -> None:
    entry = '[[source]]\nname = "{0}"\ntype = "{0}"\nurl = "https://news.example/"\n'
    (tmp_path / "sources.toml").write_text(entry.format("feed") + entry.format("sitemap"))
    done = newslake("sources", "check", home=tmp_path)
    assert done.stdout.splitlines() == ["feed: feed, enabled; cannot look back", "sitemap: sitemap, enabled"]
