"""``newslake sql``: questions to the published database, read-only."""

import shutil
import sys
from collections.abc import Iterator

from warehouse.home import Home
from warehouse.query import QueryError, QueryResult, format_json, format_table, open_read_only, run_query, stream_query
from warehouse.spreadsheet import write_csv

PROMPT = "newslake> "
CONTINUED = "      ... "


def print_query(home: Home, query: str, style: str | None) -> None:
    """Print the rows of one query as a table, or as ``json`` or ``csv``.

    Raises:
        QueryError: the query is wrong; DuckDB's message says where.
    """
    with open_read_only(home) as connection:
        if style == "csv":
            write_csv(*stream_query(connection, query), sys.stdout)
        else:
            _print(run_query(connection, query), style)


def shell(home: Home, style: str | None) -> None:
    """Read queries that end with a semicolon until the input ends; each is asked of the newest published state."""
    interactive = sys.stdin.isatty()
    if interactive:
        import readline  # noqa: F401 - importing it gives the prompt line editing and a history

        print("Queries end with ; and Ctrl-D leaves. SHOW TABLES; lists what is there.")  # noqa: T201
    for query in _queries(interactive=interactive):
        try:
            print_query(home, query, style)
        except QueryError as error:
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
    else:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        sys.stdout.write(format_table(result, width=width))
