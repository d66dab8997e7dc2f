"""What the README says is true: its commands, its options, its SQL, its picture of the structure."""

import re
import shlex
import tomllib
from pathlib import Path

import click
import duckdb
import pytest

from flows.cli import newslake
from flows.sources import load_sources
from warehouse.home import Home
from warehouse.query import format_table, open_read_only, run_query

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def commands(group: click.Group, prefix: str = "") -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found |= commands(command, f"{prefix}{name} ")
        else:
            found[prefix + name] = command
    return found


def options(command: click.Command) -> set[str]:
    return {name for option in command.params if isinstance(option, click.Option) for name in option.opts}


def command_table() -> dict[str, set[str]]:
    """Command → options named for it in the README's table of commands."""
    table: dict[str, set[str]] = {}
    for line in README.splitlines():
        if row := re.match(r"\| `newslake ([a-z ]*[a-z])([^`]*)`", line):
            table.setdefault(row[1], set()).update(re.findall(r"--[a-z-]+", row[2]))
    return table


def test_the_table_of_commands_is_complete_and_names_every_option() -> None:
    told = command_table()

    assert told.keys() == commands(newslake).keys()
    for name, command in commands(newslake).items():
        assert told[name] == options(command) - {"--model"}, name


def test_every_command_in_a_code_block_exists() -> None:
    known = commands(newslake)
    for line in "\n".join(blocks("sh")).splitlines():
        words = shlex.split(line, comments=True)
        if words and words[0].endswith("newslake"):
            used = [word for word in words[1:] if not word.startswith("-")]
            assert used[0] in known or " ".join(used[:2]) in known, line


def test_every_make_target_in_a_code_block_exists() -> None:
    for target in re.findall(r"^make (\w+)", "\n".join(blocks("sh")), flags=re.MULTILINE):
        assert re.search(rf"^{target}:", MAKEFILE, flags=re.MULTILINE)


def test_what_stands_there_for_those_without_make_is_what_make_does() -> None:
    told = "\n".join(blocks("sh"))
    for recipe in re.findall(r"^\t\$\(BIN\)/(.+)$", MAKEFILE, flags=re.MULTILINE):
        words = recipe.replace("--quiet ", "").split(" --cov-report")[0]
        assert f".venv/bin/{words}" in told, words


def test_ci_calls_exactly_the_test_command() -> None:
    assert "\nmake test\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_example_registry_is_valid(tmp_path: Path) -> None:
    [registry] = blocks("toml")
    (tmp_path / "archive").mkdir()
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "sources.toml").write_text(registry)

    assert [source.type for source in load_sources(tmp_path / "home" / "sources.toml")] == ["feed", "files"]


@pytest.mark.parametrize("query", blocks("sql"))
def test_every_query_runs_and_has_an_answer(demo_home: Home, query: str) -> None:
    with duckdb.connect(str(demo_home.database), read_only=True) as connection:
        for statement in duckdb.extract_statements(query):
            assert connection.execute(statement).fetchall()


@pytest.mark.parametrize(
    ("query", "answer"), re.findall(r"^```sql\n([^`]*)^```\n\n```text\n([^`]*)^```", README, re.MULTILINE)
)
def test_an_answer_shown_is_the_demo_s(demo_home: Home, query: str, answer: str) -> None:
    with open_read_only(demo_home) as connection:
        assert format_table(run_query(connection, query), width=118).rstrip() == answer.rstrip()


def test_the_picture_of_the_structure_names_every_module() -> None:
    [picture] = [block for block in blocks("text") if "ingest.py" in block]
    for package in ("flows", "warehouse", "transforms"):
        for path in (ROOT / package).rglob("*.py"):
            place = path.relative_to(ROOT)
            if path.name == "__init__.py" or "demo" in place.parts[:-1]:
                continue
            assert path.name in picture or f"{path.parent.name}/" in picture, place
    for name in re.findall(r"[a-z_]+\.py", picture):
        assert list(ROOT.rglob(name)), name


def test_no_lock_file_and_no_code_names_a_registry() -> None:
    for path in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        assert "://" not in (ROOT / path).read_text(encoding="utf-8"), path


def test_every_dependency_has_its_reason() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    project = tomllib.loads("\n".join(lines))
    for dependency in project["project"]["dependencies"]:
        position = next(number for number, line in enumerate(lines) if f'"{dependency}"' in line)
        assert lines[position - 1].strip().startswith("#"), dependency
