"""The passes as Prefect flows: run names, tasks, artifacts, and the parameters that the UI's form shows."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.runtime import flow_run
from prefect.states import Completed, Failed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.ingest import ingest
from flows.plain_run import choose_sources, now
from flows.report import RunReport
from flows.run_steps import CONCURRENCY, Outcome, StepOutcome
from flows.settings import load_settings, resolve_home
from flows.sources import load_sources

T = TypeVar("T")
R = TypeVar("R")

RETRY_SECONDS = 2
THREADS = cast("TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner(max_workers=CONCURRENCY))


class PrefectRunner:
    """Runs each item of a step as a task, so that the UI shows it with its log, duration and failure."""

    def each(
        self, step: str, action: Callable[[T], R], items: Sequence[T], *, label: Callable[[T], str]
    ) -> StepOutcome[T, R]:
        """Call the action once for every item, as tasks named after step and item."""
        started = time.monotonic()
        logger = get_run_logger()
        created = create_progress_artifact(0.0, key=f"{step}-progress", description=f"{step}: {len(items)} to do")
        progress = cast("UUID", created)  # the function is asynchronous only where a loop is running
        futures = [self._submit(step, action, item, label(item)) for item in items]
        outcomes = []
        for done, (item, future) in enumerate(zip(items, futures, strict=True), 1):
            outcome = _outcome(item, label(item), future)
            outcomes.append(outcome)
            logger.info("%s %s: %s", step, outcome.label, outcome.error or outcome.result)
            update_progress_artifact(progress, 100.0 * done / len(items))
        if not items:
            update_progress_artifact(progress, 100.0)
        return StepOutcome(step, tuple(outcomes), time.monotonic() - started)

    @staticmethod
    def _submit(step: str, action: Callable[[T], R], item: T, label: str) -> PrefectFuture[R]:
        run_item = task(
            name=step,
            task_run_name=f"{step} {label}",
            cache_policy=NO_CACHE,
            persist_result=False,
            retries=1,
            retry_delay_seconds=RETRY_SECONDS,
        )(lambda: action(item))
        return run_item.submit()


def _outcome(item: T, label: str, future: PrefectFuture[R]) -> Outcome[T, R]:
    result: Any = future.result(raise_on_failure=False)
    if isinstance(result, BaseException):
        return Outcome(item, label, None, f"{type(result).__name__}: {result}")
    if isinstance(result, State):
        return Outcome(item, label, None, result.message or result.name)
    return Outcome(item, label, result)


def _run_name() -> str:
    """Such as ``ingest 2026-11-23 08:00``: the time for which the run was scheduled, in UTC."""
    scheduled = flow_run.scheduled_start_time or datetime.now(UTC)
    return f"ingest {scheduled.astimezone(UTC):%Y-%m-%d %H:%M}"


@flow(
    name="ingest",
    flow_run_name=_run_name,
    task_runner=THREADS,
    persist_result=False,
)
def scheduled_ingest(sources: list[str] | None = None) -> State[Any]:
    """Fetch what is new since the last success, clean and annotate it, and publish the database.

    Args:
        sources: Names of sources from sources.toml; all enabled ones when left empty.
    """
    home = resolve_home()
    chosen = choose_sources(load_sources(home.sources_file), sources or ())
    report = ingest(home, load_settings(home), chosen, runner=PrefectRunner(), clock=now)
    return tell(report)


def tell(report: RunReport) -> State[Any]:
    """Publish the report as an artifact and turn its status into the run's final state."""
    create_markdown_artifact(report.as_markdown(), key="run-report", description=report.summary)
    get_run_logger().info(report.summary)
    if report.status == "failed":
        return Failed(message=report.summary)
    name = "Completed" if report.status == "completed" else "Completed with failures"
    return Completed(name=name, message=report.summary)
