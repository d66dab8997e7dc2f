"""The rules of the house that can be read off the code: who imports whom, who does what, how long a file is."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("flows", "warehouse", "transforms")
"""Each may import from itself and from those to its right."""

MAXIMUM_LINES = 500
LONGER = {"transforms/schemas.py": 650}
"""A list, not logic: every table is declared in one place."""

EFFECTS = {
    "aiohttp", "asyncio", "duckdb", "ftplib", "glob", "http", "httpcore", "httpx", "multiprocessing", "os", "pathlib",
    "random", "requests", "secrets", "shutil", "smtplib", "socket", "socketserver", "sqlalchemy", "sqlite3",
    "subprocess", "tempfile", "threading", "time", "urllib.request", "urllib3", "uuid",
}  # fmt: skip
"""Modules that reach the network, the disk, the clock or chance: none of them belongs in a transform."""
ALLOWED_EFFECTS = {("transforms/annotate/models.py", "pathlib"), ("transforms/annotate/parse.py", "pathlib")}
"""A language model may be given as a folder."""

NETWORK = {
    "aiohttp", "ftplib", "http.client", "http.server", "requests", "smtplib", "socket", "socketserver",
    "trafilatura.downloads", "urllib.request", "urllib3",
}  # fmt: skip
ALLOWED_NETWORK = {
    "flows/fetch/web/http.py",  # the web
    "flows/fetch/web/connections.py",  # its sockets
    "flows/serve.py",  # asks on loopback whether our own server is up
    "flows/demo/server.py",  # listens on loopback
}
PASSIVE = {"URL", "InvalidURL", "Headers", "TimeoutException", "ConnectError", "LocalProtocolError"}
"""What others than these may use of httpx and httpcore: values and errors that connect to nothing."""

CLOCK = {"now", "today", "utcnow"}


@dataclass(frozen=True)
class Source:
    """A Python file of the project, parsed."""

    path: str
    tree: ast.Module
    lines: int

    @property
    def room(self) -> str:
        return self.path.split("/")[0]

    def imports(self) -> Iterator[tuple[int, str]]:
        """Line and full name of everything imported, inside functions as well."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                above = self.path.removesuffix(".py").split("/")[: -node.level] if node.level else []
                module = ".".join([*above, *([node.module] if node.module else [])])
                yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)

    def attributes(self) -> Iterator[tuple[int, str, str]]:
        """Line, name and attribute of every ``name.attribute``."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                yield node.lineno, node.value.id, node.attr


def parsed(path: str, text: str) -> Source:
    return Source(path, ast.parse(text), text.count("\n"))


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Every Python file below the folders."""
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return tuple(parsed(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in paths)


def is_of(name: str, modules: set[str]) -> bool:
    """Whether an imported name is one of the modules or lies in one."""
    pieces = name.split(".")
    return any(".".join(pieces[:length]) in modules for length in range(1, len(pieces) + 1))


def against_the_direction(source: Source) -> list[str]:
    allowed = ROOMS[ROOMS.index(source.room) :]
    forbidden = (set(ROOMS) - set(allowed)) | {"tests"}
    return [f"{source.path}:{line} imports {name}" for line, name in source.imports() if is_of(name, forbidden)]


def prefect_outside_flows(source: Source) -> list[str]:
    return [f"{source.path}:{line} imports {name}" for line, name in source.imports() if is_of(name, {"prefect"})]


def effects(source: Source) -> list[str]:
    found = [
        f"{source.path}:{line} imports {name}"
        for line, name in source.imports()
        if is_of(name, EFFECTS) and (source.path, name.split(".")[0]) not in ALLOWED_EFFECTS
    ]
    found += [
        f"{source.path}:{node.lineno} calls {_name(node.func)}()"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"open", "hash", "input"}
    ]
    found += [
        f"{source.path}:{line} reads the clock by {name}.{attribute}"
        for line, name, attribute in source.attributes()
        if name in {"datetime", "date"} and attribute in CLOCK
    ]
    return found


def connections(source: Source) -> list[str]:
    if source.path in ALLOWED_NETWORK:
        return []
    found = [f"{source.path}:{line} imports {name}" for line, name in source.imports() if is_of(name, NETWORK)]
    used = [(line, f"{name}.{attribute}") for line, name, attribute in source.attributes()] + list(source.imports())
    for line, name in used:
        library, _, attribute = name.partition(".")
        if library in {"httpx", "httpcore"} and attribute and attribute not in PASSIVE:
            found.append(f"{source.path}:{line} uses {name}")
        if name in {"trafilatura.fetch_url", "trafilatura.fetch_response"}:
            found.append(f"{source.path}:{line} uses {name}")
    return found


def swallowed_errors(source: Source) -> list[str]:
    """Handlers of any exception that do nothing."""
    found = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler) and _is_any(node.type) and all(map(_does_nothing, node.body)):
            found.append(f"{source.path}:{node.lineno} swallows every error")
        if isinstance(node, ast.Call) and _name(node.func) == "suppress" and any(map(_is_any, node.args)):
            found.append(f"{source.path}:{node.lineno} suppresses every error")
    return found


def _is_any(kind: ast.expr | None) -> bool:
    if isinstance(kind, ast.Tuple):
        return any(map(_is_any, kind.elts))
    return kind is None or _name(kind) in {"Exception", "BaseException"}


def _does_nothing(statement: ast.stmt) -> bool:
    constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return constant or isinstance(statement, ast.Pass | ast.Continue | ast.Break)


def _name(expression: ast.expr) -> str:
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return expression.id if isinstance(expression, ast.Name) else ""


def test_imports_run_from_flows_to_warehouse_to_transforms() -> None:
    assert [problem for source in sources(*ROOMS) for problem in against_the_direction(source)] == []


def test_only_flows_know_prefect() -> None:
    assert [problem for source in sources("warehouse", "transforms") for problem in prefect_outside_flows(source)] == []


def test_transforms_are_pure() -> None:
    assert [problem for source in sources("transforms") for problem in effects(source)] == []


def test_one_module_opens_connections_to_the_web() -> None:
    assert [problem for source in sources(*ROOMS) for problem in connections(source)] == []


def test_no_error_is_swallowed() -> None:
    assert [problem for source in sources(*ROOMS, "tests") for problem in swallowed_errors(source)] == []


def test_files_stay_short() -> None:
    long = {source.path: source.lines for source in sources(*ROOMS, "tests")}
    assert {path: lines for path, lines in long.items() if lines > LONGER.get(path, MAXIMUM_LINES)} == {}


def test_every_room_was_looked_at() -> None:
    seen = {source.path for source in sources(*ROOMS)}
    assert {"flows/ingest.py", "warehouse/lake.py", "transforms/schemas.py"} <= seen


@pytest.mark.parametrize(
    ("path", "text", "rule"),
    [
        ("transforms/clean/dates.py", "from warehouse.lake import Lake\n", against_the_direction),
        ("warehouse/lake.py", "def f():\n    import flows.steps\n", against_the_direction),
        ("warehouse/lake.py", "from tests.warehouse import lake_samples\n", against_the_direction),
        ("warehouse/lake.py", "from prefect import flow\n", prefect_outside_flows),
        ("transforms/clean/dates.py", "import time\n", effects),
        ("transforms/clean/dates.py", "from urllib import request\n", effects),
        ("transforms/clean/dates.py", "text = open('x').read()\n", effects),
        ("transforms/clean/dates.py", "day = datetime.now(UTC)\n", effects),
        ("transforms/clean/dates.py", "order = hash('x')\n", effects),
        ("flows/fetch/feeds/feed.py", "import httpx\nhttpx.get('https://a.example')\n", connections),
        ("flows/fetch/feeds/feed.py", "from httpx import Client\n", connections),
        ("flows/fetch/feeds/feed.py", "from http.client import HTTPConnection\n", connections),
        ("transforms/clean/body.py", "from trafilatura import fetch_url\n", connections),
        ("flows/steps.py", "try:\n    f()\nexcept Exception:\n    pass\n", swallowed_errors),
        ("flows/steps.py", "for x in y:\n    try:\n        f()\n    except:\n        continue\n", swallowed_errors),
        ("flows/steps.py", "with contextlib.suppress(ValueError, Exception):\n    f()\n", swallowed_errors),
    ],
)
def test_each_rule_notices_what_it_forbids(path: str, text: str, rule: object) -> None:
    assert callable(rule)
    assert rule(parsed(path, text))


@pytest.mark.parametrize(
    ("path", "text", "rule"),
    [
        ("warehouse/lake.py", "from transforms.schemas import TABLES\n", against_the_direction),
        ("transforms/clean/dates.py", "from urllib.parse import urlsplit\nfrom datetime import date\n", effects),
        ("flows/fetch/feeds/feed.py", "import httpx\nhost = httpx.URL('https://a.example').host\n", connections),
        ("flows/steps.py", "try:\n    f()\nexcept Exception as error:\n    log(error)\n    raise\n", swallowed_errors),
    ],
)
def test_each_rule_lets_pass_what_is_right(path: str, text: str, rule: object) -> None:
    assert callable(rule)
    assert rule(parsed(path, text)) == []
