"""Steps over many items: one failure is a value, the others go on."""

from typing import Any

from flows.run_steps import Outcome, PlainRunner


class RememberedProgress:
    def __init__(self) -> None:
        self.said: list[str] = []

    def start(self, step: str, total: int) -> None:
        self.said.append(f"{step} 0/{total}")

    def advance(self, step: str, outcome: Outcome[Any, Any]) -> None:
        self.said.append(f"{step} {outcome.label} {'failed' if outcome.error else 'done'}")

    def finish(self, step: str) -> None:
        self.said.append(f"{step} finished")


def halve(number: int) -> int:
    if number % 2:
        raise ValueError(f"{number} is odd")
    return number // 2


def test_outcomes_are_in_the_items_order_and_name_what_failed() -> None:
    step = PlainRunner(RememberedProgress(), concurrency=4).each("halve", halve, [2, 3, 4], label=str)

    assert step.results == [1, 2]
    assert [(failed.label, failed.error) for failed in step.failures] == [("3", "ValueError: 3 is odd")]
    assert [outcome.item for outcome in step.outcomes] == [2, 3, 4]


def test_every_item_is_shown_when_it_is_finished() -> None:
    progress = RememberedProgress()

    PlainRunner(progress, concurrency=1).each("halve", halve, [2, 3], label=str)

    assert progress.said == ["halve 0/2", "halve 2 done", "halve 3 failed", "halve finished"]


def test_a_step_with_nothing_to_do_is_shown_too() -> None:
    progress = RememberedProgress()

    assert PlainRunner(progress, concurrency=1).each("halve", halve, [], label=str).outcomes == ()
    assert progress.said == ["halve 0/0", "halve finished"]
