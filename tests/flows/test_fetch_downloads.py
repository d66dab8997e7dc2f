"""Many hosts side by side: in which order pages are asked for, and in which they are handed on."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.fetch.downloads import Ahead, Downloads, in_turns
from tests.web.clients import ToldTime

Page = tuple[str, int]


def downloads(
    visit: Callable[[Page], str],
    *,
    needed: Callable[[Page], bool] = lambda _: True,
    at_once: int = 8,
    ahead: Ahead | None = None,
    delay: float = 0.0,
) -> Downloads[Page, str]:
    return Downloads(
        visit,
        host_of=lambda page: page[0],
        size_of=len,
        pace=ToldTime().pace(),
        delay_of=lambda _: delay,
        needed=needed,
        at_once=at_once,
        ahead=ahead,
    )


def pages(**counts: int) -> list[Page]:
    return [(host, number) for host, count in counts.items() for number in range(count)]


@given(st.lists(st.sampled_from("abcd"), max_size=60))
def test_hosts_take_turns_and_keep_their_own_order(hosts: list[str]) -> None:
    order = in_turns(hosts)
    assert sorted(order) == list(range(len(hosts)))
    for host in set(hosts):
        own = [index for index in order if hosts[index] == host]
        assert own == sorted(own)
    ranks = [hosts[:index].count(hosts[index]) for index in order]
    assert ranks == sorted(ranks)


def test_everything_is_handed_on_once_in_turns() -> None:
    asked = pages(a=3, b=1, c=2)
    handed = list(downloads(lambda page: f"{page[0]}{page[1]}").of(asked))
    assert [text for _, text in handed] == ["a0", "b0", "c0", "a1", "c1", "a2"]
    assert all(text == f"{host}{number}" for (host, number), text in handed)


def test_one_host_is_asked_one_page_at_a_time_and_many_hosts_at_once() -> None:
    guard, inside, most = threading.Lock(), Counter[str](), Counter[str]()
    together = threading.Barrier(4, timeout=20)

    def visit(page: Page) -> str:
        host, number = page
        with guard:
            inside[host] += 1
            most[host] = max(most[host], inside[host])
        if number == 0:
            together.wait()  # passes only if all four hosts are under way
        with guard:
            inside[host] -= 1
        return host

    assert len(list(downloads(visit).of(pages(a=5, b=5, c=5, d=5)))) == 20
    assert set(most.values()) == {1}


def test_a_host_that_hangs_holds_up_nobody() -> None:
    released = threading.Event()

    def visit(page: Page) -> str:
        if page[0] == "slow":
            assert released.wait(20)
        return page[0]

    handed = downloads(visit, ahead=Ahead(pages=5)).of(pages(slow=1, quick=50))
    early = [next(handed)[1] for _ in range(44)]
    assert set(early) == {"quick"}
    released.set()
    assert sorted(host for _, host in handed) == ["quick"] * 6 + ["slow"]


def test_what_lies_ready_out_of_order_is_bounded_by_size_too() -> None:
    released = threading.Event()

    def visit(page: Page) -> str:
        if page[0] == "slow":
            assert released.wait(20)
        return "x" * 100

    handed = downloads(visit, ahead=Ahead(pages=1000, bytes=350)).of(pages(slow=1, quick=10))
    for _ in range(7):
        assert next(handed)[0][0] == "quick"
    released.set()
    assert len(list(handed)) == 4


def test_pages_that_are_not_needed_any_more_are_passed_over() -> None:
    seen: set[int] = set()
    run = downloads(lambda page: str(page[1]), needed=lambda page: page[1] not in seen)
    handed = []
    for page, _ in run.of([("a", 1), ("a", 2), ("a", 2), ("a", 3)]):
        seen.add(page[1])
        handed.append(page[1])
    assert handed == [1, 2, 3]


def test_an_error_that_nobody_expected_is_raised() -> None:
    def visit(page: Page) -> str:
        if page[0] == "broken":
            raise RuntimeError("no such luck")
        return ""

    with pytest.raises(RuntimeError, match="no such luck"):
        list(downloads(visit).of(pages(broken=1, fine=9)))


def test_nothing_is_nothing() -> None:
    assert list(downloads(lambda _: "").of([])) == []


def test_pauses_are_slept_where_nobody_else_has_a_turn() -> None:
    time = ToldTime()
    pace = time.pace()

    def visit(page: Page) -> str:
        with pace.turn(page[0], 5.0):
            return page[0]

    run: Downloads[Page, str] = Downloads(
        visit,
        host_of=lambda page: page[0],
        size_of=len,
        pace=pace,
        delay_of=lambda _: 5.0,
        needed=lambda _: True,
    )
    assert len(list(run.of(pages(a=3)))) == 3
    assert sum(time.slept) == 10.0
