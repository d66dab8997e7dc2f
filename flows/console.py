"""What a person sees: progress and tables on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from flows.report import RunReport
from flows.run_steps import Outcome


class TerminalProgress:
    """A bar for each step."""

    def __init__(self, console: Console) -> None:
        self._bars = Progress(
            TextColumn("{task.description:<9}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[last]}"),
            console=console,
        )
        self._tasks: dict[str, Any] = {}

    def start(self, step: str, total: int) -> None:
        """Show the step's bar."""
        if not self._tasks:
            self._bars.start()
        self._tasks[step] = self._bars.add_task(step, total=total, last="")

    def advance(self, step: str, outcome: Outcome[Any, Any]) -> None:
        """Move the bar on and name what was finished; failures stay on the screen."""
        if outcome.error:
            self._bars.console.print(f"[red]{step} {outcome.label}: {outcome.error}")
        self._bars.update(self._tasks[step], advance=1, last=outcome.label)

    def finish(self, step: str) -> None:
        """Clear the name of the last item."""
        self._bars.update(self._tasks[step], last="")

    def close(self) -> None:
        """Leave the bars as they are."""
        self._bars.stop()


class PlainProgress:
    """A line for each source or part, for logs and pipes."""

    def start(self, step: str, total: int) -> None:
        """Say how much there is to do."""
        print(f"{step}: {total} to do" if total else f"{step}: nothing to do", flush=True)  # noqa: T201

    def advance(self, step: str, outcome: Outcome[Any, Any]) -> None:
        """Say what was done."""
        print(f"{step} {outcome.label}: {outcome.error or outcome.result}", flush=True)  # noqa: T201

    def finish(self, step: str) -> None:
        """Nothing more to say."""

    def close(self) -> None:
        """Nothing is open."""


def progress_for(console: Console) -> TerminalProgress | PlainProgress:
    """Bars where a person watches, lines elsewhere."""
    return TerminalProgress(console) if console.is_terminal else PlainProgress()


def print_report(console: Console, report: RunReport) -> None:
    """The run report: a line of summary, counts by source, rejects by reason, seconds by step, failures."""
    console.print()
    console.print(report.summary, style="bold", soft_wrap=True)
    if report.sources:
        console.print(grid(*report.table()))
    if report.rejects:
        console.print("Rejects: " + ", ".join(f"{reason} {count}" for reason, count in report.rejects.items()))
    console.print("Seconds: " + ", ".join(f"{step} {seconds:.1f}" for step, seconds in report.seconds.items()))
    for failure in report.failure_lines():
        console.print(f"FAILED {failure}", style="red", markup=False, soft_wrap=True)


def grid(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table in which columns of figures are aligned to the right."""
    table = Table(box=None, header_style="dim", pad_edge=False)
    for position, name in enumerate(header):
        figures = all(row[position].isdigit() for row in rows)
        table.add_column(name, justify="right" if figures else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def standard_console() -> Console:
    """Standard output, as wide as the terminal; lines are not cut where it goes to a file."""
    return Console() if sys.stdout.isatty() else Console(width=200, soft_wrap=True)
