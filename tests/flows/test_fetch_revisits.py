"""When a page is asked for again."""

from datetime import timedelta

import pytest

from flows.fetch.results import Failure, FailureKind
from flows.fetch.revisits import MISSING_WAITS, ROBOTS_WAITS, SOFT_WAITS, after_failure, after_success
from tests.web.clients import NOON

HOUR = timedelta(hours=1)


def test_a_failure_that_may_pass_is_tried_by_the_next_run_and_then_ever_more_rarely() -> None:
    failure = Failure("timeout", "no answer", retryable=True)
    waits = [after_failure(failure, attempts, NOON) for attempts in range(1, len(SOFT_WAITS) + 2)]
    assert waits[0] == NOON
    known = [wait for wait in waits if wait is not None]
    assert known == sorted(known)
    assert waits[-1] is None


def test_pages_that_are_not_there_yet_and_robots_get_their_chance() -> None:
    missing = Failure("http-4xx", "status 404", status=404)
    assert after_failure(missing, 1, NOON) == NOON + HOUR
    assert after_failure(missing, len(MISSING_WAITS) + 1, NOON) is None
    robots = Failure("robots", "not allowed", asked=False)
    assert after_failure(robots, 1, NOON) == NOON + ROBOTS_WAITS[0]


@pytest.mark.parametrize(
    ("kind", "status"), [("http-4xx", 410), ("wrong-type", 200), ("too-large", 200), ("wall", 402)]
)
def test_what_will_not_change_is_not_tried_again(kind: FailureKind, status: int) -> None:
    assert after_failure(Failure(kind, "no", status=status), 1, NOON) is None


def test_revisits_follow_the_plan_from_the_first_visit() -> None:
    plan = (1.0, 6.0, 24.0, 168.0)
    moment, hours = NOON, []
    for visits in range(1, 5):
        due = after_success(visits, plan, moment)
        assert due is not None
        moment = due
        hours.append((moment - NOON) / HOUR)
    assert hours == list(plan)
    assert after_success(5, plan, moment) is None
    assert after_success(1, (), NOON) is None
