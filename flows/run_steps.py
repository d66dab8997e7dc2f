"""How steps are run: over many sources or parts at once, where the failure of one is a value and not the end."""

import logging
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")

logger = logging.getLogger("newslake")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T, R]):
    """What became of one item of a step: its result, or the error that ended it."""

    item: T
    label: str
    result: R | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class StepOutcome(Generic[T, R]):
    """What became of all items of a step."""

    step: str
    outcomes: tuple[Outcome[T, R], ...]
    seconds: float
    """From the first item's start to the last one's end."""

    @property
    def results(self) -> list[R]:
        """Results of the items that succeeded, in order."""
        return [outcome.result for outcome in self.outcomes if outcome.result is not None]

    @property
    def failures(self) -> list[Outcome[T, R]]:
        """The items that did not."""
        return [outcome for outcome in self.outcomes if outcome.error is not None]


class StepRunner(Protocol):
    """Runs one step over its items and tells somebody how it goes."""

    def each(
        self, step: str, action: Callable[[T], R], items: Sequence[T], *, label: Callable[[T], str]
    ) -> StepOutcome[T, R]:
        """Call the action once for every item, several at a time; outcomes are in the items' order."""
        ...


def attempt(step: str, action: Callable[[T], R], item: T, label: str) -> Outcome[T, R]:
    """Outcome of one call.

    An unexpected error is logged with its traceback and ends this item only: the other sources and parts must not wait
    for it, and the run's report and state say that it failed.
    """
    try:
        result = action(item)
    except Exception as error:  # noqa: BLE001 - the boundary of a run: logged here, reported, and the state is failed
        logger.error("%s %s failed: %s", step, label, error)  # noqa: TRY400 - the traceback is for --debug
        logger.debug("%s", traceback.format_exc())
        return Outcome(item, label, None, f"{type(error).__name__}: {error}")
    return Outcome(item, label, result)


CONCURRENCY = 8
"""Items of a step at once: threads that wait for hosts or for worker processes, and do no work of their own."""


class Progress(Protocol):
    """Shows a person how far a step has come."""

    def start(self, step: str, total: int) -> None:
        """A step with that many items begins."""

    def advance(self, step: str, outcome: Outcome[T, R]) -> None:
        """One of them is finished."""

    def finish(self, step: str) -> None:
        """All of them are."""


class PlainRunner:
    """Runs steps in threads of this process: no server is needed."""

    def __init__(self, progress: Progress, *, concurrency: int = CONCURRENCY) -> None:
        self._progress = progress
        self._concurrency = concurrency

    def each(
        self, step: str, action: Callable[[T], R], items: Sequence[T], *, label: Callable[[T], str]
    ) -> StepOutcome[T, R]:
        """Call the action once for every item; outcomes are in the items' order."""
        started = time.monotonic()
        self._progress.start(step, len(items))

        def one(item: T) -> Outcome[T, R]:
            outcome = attempt(step, action, item, label(item))
            self._progress.advance(step, outcome)
            return outcome

        with ThreadPoolExecutor(self._concurrency, thread_name_prefix=step) as threads:
            outcomes = tuple(threads.map(one, items))
        self._progress.finish(step)
        return StepOutcome(step, outcomes, time.monotonic() - started)
