"""Asking politely: robots.txt first, the host's turn, tries that may help, and a record of every attempt."""

from collections.abc import Callable, Mapping
from datetime import datetime

import httpx

from flows.fetch.http import HttpClient, HttpSettings
from flows.fetch.pace import Pace
from flows.fetch.results import Attempt, Failure, Purpose, Response, Visit
from flows.fetch.robots import Robots
from warehouse.records import Validators

PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml"})
"""Media types that an article may come as."""
ACCEPT: Mapping[Purpose, str] = {
    "robots": "text/plain, */*;q=0.1",
    "discovery": (
        "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, "
        "*/*;q=0.1"
    ),
    "page": "text/html, application/xhtml+xml, application/xml;q=0.9, text/plain;q=0.8, */*;q=0.1",
}
"""What a server with several forms of a document is asked for."""
_NO_ANSWER = frozenset({"dns", "refused", "timeout", "tls", "protocol"})


class Fetcher:
    """Visits URLs for one source in one run. For one thread at a time.

    Args:
        client: Makes the requests.
        settings: Tries and waits.
        pace: The pace that the client keeps.
        delay: Seconds between two requests to a host; robots.txt may ask for more.
        clock: Tells the time, for the record.
    """

    def __init__(
        self, client: HttpClient, settings: HttpSettings, *, pace: Pace, delay: float, clock: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._settings = settings
        self._pace = pace
        self._delay = delay
        self._clock = clock
        self._robots = Robots(self._fetch_robots, settings.product)
        self._attempts: list[Attempt] = []
        self._silent: dict[str, int] = {}
        self._last: dict[str, Failure] = {}

    def visit(
        self,
        url: str,
        purpose: Purpose,
        *,
        accepted: frozenset[str] | None = None,
        validators: Validators | None = None,
    ) -> Visit:
        """Ask for the URL, more than once if that may help, and for its site's robots.txt before."""
        self._attempts = []
        result = self._persist(url, purpose, self._admit, accepted, validators)
        return Visit(result, tuple(self._attempts))

    def _persist(
        self,
        url: str,
        purpose: Purpose,
        admission: Callable[[str], Failure | float],
        accepted: frozenset[str] | None = None,
        validators: Validators | None = None,
    ) -> Response | Failure:
        """Attempts with growing waits, which are kept by the host's turns, until one is final."""
        number = 0
        while True:
            number += 1
            result = self._attempt(url, purpose, admission, accepted, validators)
            if isinstance(result, Response):
                self._silent[_host(result.final_url)] = 0
                return result
            host = _host(result.url or url)
            if not result.asked or not result.retryable:
                break
            self._last[host] = result
            wait = max(self._settings.first_retry_wait * 2 ** (number - 1), result.retry_after or 0.0)
            enough = number >= self._settings.attempts
            if result.retry_after or not enough:
                self._pace.hold(host, wait)
            if enough or wait > self._settings.longest_wait:
                break
        if result.asked:
            self._silent[host] = self._silent.get(host, 0) + 1 if result.kind in _NO_ANSWER else 0
        return result

    def _attempt(
        self,
        url: str,
        purpose: Purpose,
        admission: Callable[[str], Failure | float],
        accepted: frozenset[str] | None,
        validators: Validators | None,
    ) -> Response | Failure:
        result = self._client.get(
            url, admission=admission, accepted=accepted, validators=validators, accept=ACCEPT[purpose]
        )
        started_at, duration = result.started_at or self._clock(), result.duration
        if isinstance(result, Failure):
            attempt = Attempt(url, purpose, started_at, duration, result.kind, result.detail, result.status)
        else:
            outcome = "not-modified" if result.not_modified else "ok"
            size = len(result.body)
            attempt = Attempt(url, purpose, started_at, duration, outcome, status=result.status, size=size)
        self._attempts.append(attempt)
        return result

    def _admit(self, url: str) -> Failure | float:
        problem = self._left_alone(_host(url))
        if problem is not None:
            return problem
        wanted = self._robots.admit(url)
        if isinstance(wanted, Failure):
            return wanted
        return max(self._delay, min(wanted, self._settings.longest_crawl_delay))

    def _fetch_robots(self, url: str) -> Response | Failure:
        return self._persist(url, "robots", lambda _: self._delay)

    def _left_alone(self, host: str) -> Failure | None:
        """Why a host is not asked again in this run."""
        last = self._last.get(host)
        held = self._pace.held(host)
        if held > self._settings.longest_wait:
            reason = f"{host} wants to be left alone for {held:.0f} s"
        elif (count := self._silent.get(host, 0)) >= self._settings.silent_after:
            reason = f"{host} gave no answer to {count} URLs in a row"
        else:
            return None
        return Failure("http-4xx" if last is None else last.kind, f"not asked: {reason}", retryable=True, asked=False)


def _host(url: str) -> str:
    try:
        return httpx.URL(url).host
    except (httpx.InvalidURL, UnicodeError, ValueError, TypeError):
        return ""
