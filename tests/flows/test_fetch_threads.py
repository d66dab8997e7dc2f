"""One client in many threads: hosts side by side, each of them one request at a time."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from threading import Barrier

import pytest

from flows.fetch.results import Failure, Response
from flows.fetch.web.addresses import Reach
from flows.fetch.web.http import HttpClient
from tests.web.clients import QUICK, client_for, unhindered
from tests.web.server import Raw, Reply, Request, Web, serve

SITES = 6
THREADS = 32


@pytest.fixture
def sites() -> Iterator[list[Web]]:
    with ExitStack() as running:
        yield [running.enter_context(serve(address=f"127.0.0.{number + 1}")) for number in range(SITES)]


def reach_of(sites: list[Web]) -> Reach:
    return Reach(private_hosts=frozenset(site.endpoint.partition(":")[0] for site in sites))


def test_each_thread_gets_its_own_answer(sites: list[Web]) -> None:
    for site in sites:
        for number in range(50):
            site.put(f"/{number}", Reply(f"{site.endpoint} {number}".encode()))
    urls = [f"http://{site.endpoint}/{number}" for number in range(50) for site in sites]
    with client_for(None, reach=reach_of(sites)) as client, ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(lambda url: client.get(url, admission=unhindered), urls))
    assert [answer.body.decode() for answer in answers if isinstance(answer, Response)] == [
        url.removeprefix("http://").replace("/", " ") for url in urls
    ]
    assert [len(site.requests) for site in sites] == [50] * SITES


def test_a_host_is_asked_by_one_thread_at_a_time(sites: list[Web]) -> None:
    under_way: Counter[str] = Counter()
    most: Counter[str] = Counter()
    guard = threading.Lock()
    gathering = Barrier(SITES)

    def answer(request: Request) -> Reply:
        with guard:
            under_way[request.host] += 1
            most[request.host] = max(most[request.host], under_way[request.host])
        gathering.wait(10)  # passed only while all hosts are asked at once
        with guard:
            under_way[request.host] -= 1
        return Reply(b"page")

    for site in sites:
        site.put("/page", answer)
    settings = replace(QUICK, read_timeout=20.0, total_timeout=20.0)
    urls = [f"http://{site.endpoint}/page?{number}" for number in range(5) for site in sites]
    for number in range(5):
        for site in sites:
            site.put(f"/page?{number}", answer)
    with client_for(None, settings, reach=reach_of(sites)) as client, ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(lambda url: client.get(url, admission=unhindered), urls))
    assert all(isinstance(answer, Response) for answer in answers), answers
    assert set(most.values()) == {1}
    assert len(most) == SITES


def test_the_time_of_one_thread_is_not_that_of_another(sites: list[Web]) -> None:
    dripping, *others = sites
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    dripping.put("/page", Raw((head, b"a"), pause=0.02, endless=True))
    for site in others:
        site.put("/page", Reply(b"page"))

    def pages(client: HttpClient, site: Web) -> list[Response | Failure]:
        count = 1 if site is dripping else 100
        return [client.get(f"http://{site.endpoint}/page", admission=unhindered) for _ in range(count)]

    settings = replace(QUICK, total_timeout=0.5)
    with client_for(None, settings, reach=reach_of(sites)) as client, ThreadPoolExecutor(SITES) as threads:
        (cut_off,), *whole = threads.map(lambda site: pages(client, site), sites)
    assert isinstance(cut_off, Failure)
    assert cut_off.kind == "timeout"
    assert {type(answer) for answers in whole for answer in answers} == {Response}
