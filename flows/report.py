"""The run report: what a pass did, for the console, the log and Prefect's UI."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from flows.fetch.source import SourceReport
from flows.run_steps import StepOutcome
from flows.steps import PartReport
from transforms.schemas import TABLES
from warehouse.parts import Part
from warehouse.publish import Publication

Status = Literal["completed", "completed with failures", "failed"]
"""With failures: some sources or parts failed and are named; failed: nothing could be done."""

COUNTED_TABLES = ("articles", "rejects", "entities", "quotes", "events")
"""The tables that the report counts by source; the rest follow from them."""

LABELS_SHOWN = 3
"""Parts named of a failure that hit more of them."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source's share of a pass."""

    source: str
    found: int = 0
    known: int = 0
    pages: int = 0
    failures: Mapping[str, int] = field(default_factory=dict)
    """Fetches that failed, by kind."""
    rows: Mapping[str, int] = field(default_factory=dict)
    """Rows written, by table."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """What one pass did."""

    run_id: str
    status: Status
    started_at: datetime
    finished_at: datetime
    sources: tuple[SourceLine, ...]
    rejects: Mapping[str, int]
    """Refused pages, by reason."""
    seconds: Mapping[str, float]
    """Wall-clock time, by step."""
    failures: tuple[tuple[str, str, str], ...]
    """Step, source or part, and what went wrong."""
    published: bool
    """Whether readers now see a new state."""

    @classmethod
    def of(
        cls,
        run_id: str,
        started_at: datetime,
        finished_at: datetime,
        fetched: StepOutcome[Any, SourceReport],
        parts: tuple[StepOutcome[Part, PartReport], ...],
        loaded: StepOutcome[Any, Publication],
    ) -> "RunReport":
        """The report on these steps."""
        rows: dict[str, Counter[str]] = {}
        rejects: Counter[str] = Counter()
        for report in (report for step in parts for report in step.results):
            rows.setdefault(report.part.source, Counter()).update(report.rows)
            rejects.update(report.rejects)
        fetches = {report.source: report for report in fetched.results}
        lines = tuple(
            _source_line(source, fetches.get(source), rows.get(source, Counter()))
            for source in sorted(fetches.keys() | rows.keys())
        )
        steps: tuple[StepOutcome[Any, Any], ...] = (fetched, *parts, loaded)
        failures = [(step.step, failed.label, failed.error or "") for step in steps for failed in step.failures]
        failures += [("fetch", report.source, report.error) for report in fetched.results if report.error]
        failures += [("load", "check", problem) for result in loaded.results for problem in result.problems]
        worked = [report for report in fetched.results if not report.error] or rows
        return cls(
            run_id,
            ("completed with failures" if worked else "failed") if failures else "completed",
            started_at,
            finished_at,
            lines,
            dict(sorted(rejects.items())),
            {step.step: round(step.seconds, 3) for step in steps},
            tuple(failures),
            any(result.published for result in loaded.results),
        )

    @property
    def pages(self) -> int:
        """New pages stored."""
        return sum(line.pages for line in self.sources)

    @property
    def rows(self) -> dict[str, int]:
        """Rows written, by table, in the order of the schema; tables without new rows are left out."""
        totals: Counter[str] = Counter()
        for line in self.sources:
            totals.update(line.rows)
        return {table: totals[table] for table in TABLES if totals[table]}

    def as_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            **asdict(self),
            "started_at": self.started_at.isoformat(),
            "finished_at": self.finished_at.isoformat(),
        }

    def as_markdown(self) -> str:
        """The report as a page of Markdown, for Prefect's artifacts."""
        header = ("source", "found", "known", "pages", *COUNTED_TABLES, "failed fetches")
        lines = [
            f"**{self.summary}**",
            "",
            f"| {' | '.join(header)} |",
            f"|{'---|' * len(header)}",
            *(f"| {' | '.join(_cells(line))} |" for line in self.sources),
            "",
            "Rejects: " + (_counts(self.rejects) or "none") + ".",
            "",
            "Seconds: " + ", ".join(f"{step} {seconds:.1f}" for step, seconds in self.seconds.items()) + ".",
        ]
        if self.failures:
            lines += ["", "Failures:", "", *(f"- {failure}" for failure in self.failure_lines())]
        return "\n".join(lines)

    @property
    def summary(self) -> str:
        """One line for the log."""
        if not self.pages and not self.rows and not self.failures:
            return f"Nothing new in {len(self.sources)} sources; the database is up to date."
        rows = ", ".join(f"{self.rows.get(table, 0)} {table}" for table in COUNTED_TABLES)
        return f"{self.status.capitalize()}: {self.pages} new pages, {rows}."

    def failure_lines(self) -> list[str]:
        """One line for each kind of failure: a cause that hits many parts is told once."""
        labels: dict[tuple[str, str], list[str]] = {}
        for step, label, error in self.failures:
            labels.setdefault((step, error), []).append(label)
        return [
            f"{step} {', '.join(items[:LABELS_SHOWN])}"
            + (f" and {len(items) - LABELS_SHOWN} more" if len(items) > LABELS_SHOWN else "")
            + f": {error}"
            for (step, error), items in labels.items()
        ]

    def table(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Header and one line per source, as texts."""
        header = ("source", "found", "known", "pages", *COUNTED_TABLES, "failed fetches")
        return header, [_cells(line) for line in self.sources]


def _source_line(source: str, fetched: SourceReport | None, rows: Mapping[str, int]) -> SourceLine:
    if fetched is None:
        return SourceLine(source, rows=dict(rows))
    return SourceLine(source, fetched.found, fetched.known, fetched.pages, dict(fetched.failures), dict(rows))


def _cells(line: SourceLine) -> tuple[str, ...]:
    counts = (line.found, line.known, line.pages, *(line.rows.get(table, 0) for table in COUNTED_TABLES))
    return (line.source, *map(str, counts), _counts(line.failures) or "–")


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
