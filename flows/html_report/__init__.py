"""One self-contained page about some days of the lake: no script, nothing loaded from anywhere."""

from flows.html_report.write import write_report

__all__ = ["write_report"]
