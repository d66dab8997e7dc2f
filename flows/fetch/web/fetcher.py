"""Asking politely: what the site allows, the host's turn, tries that may help, and a record of every attempt."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock

from flows.fetch.results import Attempt, Failure, Purpose, Response, Visit
from flows.fetch.urls import host_of
from flows.fetch.web.http import HttpClient, HttpSettings
from flows.fetch.web.opt_outs import opt_outs
from flows.fetch.web.pace import Pace
from flows.fetch.web.robots import ROBOTS_PATH, Robots, of_site
from flows.fetch.web.streams import ByteStream
from warehouse.document_memory import DocumentMemory
from warehouse.records import Validators

PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml"})
"""Media types that an article may come as."""
ACCEPT: Mapping[Purpose, str] = {
    "robots": "text/plain, application/json;q=0.5, */*;q=0.1",
    "discovery": (
        "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, "
        "*/*;q=0.1"
    ),
    "page": "text/html, application/xhtml+xml, application/xml;q=0.9, text/plain;q=0.8, */*;q=0.1",
}
"""What a server with several forms of a document is asked for."""
_NO_ANSWER = frozenset({"dns", "refused", "timeout", "tls", "protocol"})


@dataclass(slots=True)
class _Host:
    """How a host behaved in this run."""

    silent: int = 0
    """URLs in a row without any answer."""
    last: Failure | None = None
    delay: float = 0.0
    """Seconds between requests that were asked for last."""


@dataclass(frozen=True, slots=True)
class _Request:
    """What every attempt of one visit asks for."""

    purpose: Purpose
    accepted: frozenset[str] | None = None
    validators: Validators | None = None
    attempts: list[Attempt] = field(default_factory=list)
    """The record of the whole visit, its site's documents included."""


class Fetcher:
    """Visits URLs for one source in one run. Safe in many threads.

    Args:
        client: Makes the requests.
        settings: Tries and waits.
        pace: The pace that the client keeps.
        delay: Seconds between two requests to a host; robots.txt may ask for more.
        clock: Tells the time, in UTC, for the record.
        memory: Keeps the sites' rules between runs; without it every run asks for them.
        respect_opt_outs: Whether a page that forbids archiving or data mining is a failure; else it only says so.
    """

    def __init__(
        self,
        client: HttpClient,
        settings: HttpSettings,
        *,
        pace: Pace,
        delay: float,
        clock: Callable[[], datetime],
        memory: DocumentMemory | None = None,
        respect_opt_outs: bool = True,
    ) -> None:
        self._client = client
        self._settings = settings
        self._pace = pace
        self._delay = delay
        self._clock = clock
        self._robots = Robots(settings.product, memory, clock=clock)
        self._respect_opt_outs = respect_opt_outs
        self._hosts: defaultdict[str, _Host] = defaultdict(_Host)
        self._guard = Lock()

    def visit(
        self,
        url: str,
        purpose: Purpose,
        *,
        accepted: frozenset[str] | None = None,
        validators: Validators | None = None,
    ) -> Visit:
        """Ask for the URL, more than once if that may help, and for its site's rules before."""
        request = _Request(purpose, accepted, validators)
        result = self._persist(url, request, lambda target: self._admit(target, request))
        if purpose == "page" and isinstance(result, Response) and not result.not_modified:
            result = self._judged(result, request)
        return Visit(result, tuple(request.attempts))

    def sitemaps(self, site_url: str) -> tuple[tuple[str, ...], tuple[Attempt, ...]]:
        """Sitemaps that the robots.txt of the URL's site names, in its order; and the attempts that it took."""
        request = _Request("robots")
        rules = self._robots.rules(site_url, lambda url, held: self._site_document(url, held, request))
        return rules.sitemaps, tuple(request.attempts)

    @contextmanager
    def open_stream(
        self, url: str, start: int, *, max_bytes: int, attempts: list[Attempt]
    ) -> Iterator[ByteStream | Failure]:
        """The bytes of an archive from some position on, if its site allows it; not tried again where that fails.

        Args:
            url: Of the archive.
            start: Where to begin.
            max_bytes: Most bytes from there on.
            attempts: Is added those for the site's rules.
        """
        request = _Request("discovery", attempts=attempts)
        with self._client.open_stream(
            url, admission=lambda target: self._admit(target, request), start=start, max_bytes=max_bytes
        ) as stream:
            if isinstance(stream, Failure) and stream.retry_after:
                self._pace.hold(host_of(stream.url or url), stream.retry_after)
            yield stream

    def delay_of(self, host: str) -> float:
        """Seconds between two requests to the host, as far as they are known."""
        with self._guard:
            known = self._hosts.get(host)
        return max(self._delay, known.delay if known is not None else 0.0)

    def _persist(self, url: str, request: _Request, admission: Callable[[str], Failure | float]) -> Response | Failure:
        """Attempts with growing waits, which are kept by the host's turns, until one is final."""
        number = 0
        while True:
            number += 1
            result = self._attempt(url, request, admission, number)
            if isinstance(result, Response):
                self._host(result.final_url).silent = 0
                return result
            name = host_of(result.url or url)
            if not result.asked or not result.retryable:
                break
            self._host(result.url or url).last = result
            wait = max(self._settings.first_retry_wait * 2 ** (number - 1), result.retry_after or 0.0)
            enough = number >= self._settings.attempts
            if result.retry_after or not enough:
                self._pace.hold(name, wait)
            if enough or wait > self._settings.longest_wait:
                break
        if result.asked:
            host = self._host(result.url or url)
            host.silent = host.silent + 1 if result.kind in _NO_ANSWER else 0
        return result

    def _attempt(
        self, url: str, request: _Request, admission: Callable[[str], Failure | float], number: int
    ) -> Response | Failure:
        result = self._client.get(
            url,
            admission=admission,
            accepted=request.accepted,
            validators=request.validators,
            accept=ACCEPT[request.purpose],
            max_bytes=self._settings.max_document_bytes if request.purpose == "discovery" else None,
        )
        started_at, duration = result.started_at or self._clock(), result.duration
        if isinstance(result, Failure):
            attempt = Attempt(
                url,
                request.purpose,
                started_at,
                duration,
                result.kind,
                result.detail,
                result.status,
                number=number,
                soft=result.retryable,
            )
        else:
            outcome = "not-modified" if result.not_modified else "ok"
            attempt = Attempt(
                url,
                request.purpose,
                started_at,
                duration,
                outcome,
                status=result.status,
                size=len(result.body),
                number=number,
                from_cache=result.not_modified,
            )
        request.attempts.append(attempt)
        return result

    def _admit(self, url: str, request: _Request) -> Failure | float:
        problem = self._left_alone(url)
        if problem is not None:
            return problem

        def ask(document: str, held: Validators | None) -> Response | Failure:
            return self._site_document(document, held, request)

        wanted = self._robots.admit(url, ask)
        if isinstance(wanted, Failure):
            return wanted
        if (
            request.purpose == "page"
            and self._respect_opt_outs
            and url != of_site(url, ROBOTS_PATH)
            and self._robots.is_reserved(url, ask)
        ):
            return Failure("opted-out", f"the site's tdmrep.json reserves {url} against data mining", asked=False)
        delay = max(self._delay, min(wanted, self._settings.longest_crawl_delay))
        self._host(url).delay = delay
        return delay

    def _site_document(self, url: str, held: Validators | None, request: _Request) -> Response | Failure:
        """A robots.txt or tdmrep.json; its attempts are part of the visit that needs it."""
        own = _Request("robots", validators=held, attempts=request.attempts)
        return self._persist(url, own, lambda _: self._delay)

    def _judged(self, page: Response, request: _Request) -> Response | Failure:
        """The page with what it forbids; or a failure, where that is respected."""
        said = opt_outs(page.headers, page.body, product=self._settings.product)
        if not said:
            return page
        if not self._respect_opt_outs:
            return replace(page, opt_outs=said)
        failure = Failure("opted-out", f"the page says {', '.join(said)}", status=page.status)
        request.attempts[-1] = replace(request.attempts[-1], outcome=failure.kind, detail=failure.detail)
        return failure

    def _left_alone(self, url: str) -> Failure | None:
        """Why a host is not asked again in this run."""
        name, host = host_of(url), self._host(url)
        held = self._pace.held(name)
        if held > self._settings.longest_wait:
            reason = f"{name} wants to be left alone for {held:.0f} s"
        elif host.silent >= self._settings.silent_after:
            reason = f"{name} gave no answer to {host.silent} URLs in a row"
        else:
            return None
        kind = "http-4xx" if host.last is None else host.last.kind
        return Failure(kind, f"not asked: {reason}", retryable=True, asked=False)

    def _host(self, url: str) -> _Host:
        with self._guard:
            return self._hosts[host_of(url)]
