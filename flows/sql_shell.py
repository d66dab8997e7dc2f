"""``newslake sql``: questions to the published database, read-only."""

import sys
from collections.abc import Iterator

import duckdb
from warehouse.query import QueryResult, format_csv, format_json, open_read_only, run_query

from flows.console import grid, standard_console
from warehouse.home import Home

PROMPT = "newslake> "
CONTINUED = "      ... "


def print_query(home: Home, query: str, style: str | None) -> None:
    """Print the rows of one query as a table, or as ``json`` or ``csv``.

    Raises:
        ValueError: the query is wrong; DuckDB's message says where.
    """
    with open_read_only(home) as connection:
        try:
            _print(run_query(connection, query), style)
        except duckdb.Error as error:
            raise ValueError(str(error)) from error


def shell(home: Home, style: str | None) -> None:
    """Read queries that end with a semicolon until the input ends; each is asked of the newest published state."""
    interactive = sys.stdin.isatty()
    if interactive:
        import readline  # noqa: F401 - importing it gives the prompt line editing and a history

        print("Queries end with ; and Ctrl-D leaves. SHOW TABLES; lists what is there.")  # noqa: T201
    for query in _queries(interactive=interactive):
        try:
            print_query(home, query, style)
        except ValueError as error:
            print(error, file=sys.stderr)  # noqa: T201


def _queries(*, interactive: bool) -> Iterator[str]:
    pending: list[str] = []
    while True:
        try:
            line = input((CONTINUED if pending else PROMPT) if interactive else "")
        except EOFError:
            break
        pending.append(line)
        if line.rstrip().endswith(";"):
            yield "\n".join(pending)
            pending = []
    if "".join(pending).strip():
        yield "\n".join(pending)


def _print(result: QueryResult, style: str | None) -> None:
    if style == "json":
        sys.stdout.write(format_json(result))
    elif style == "csv":
        sys.stdout.write(format_csv(result))
    else:
        rows = [["" if value is None else str(value) for value in row] for row in result.rows]
        standard_console().print(grid(result.columns, rows), markup=False)
