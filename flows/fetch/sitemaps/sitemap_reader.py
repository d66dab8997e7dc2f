"""The pages that a site's sitemaps list for a window, found by a walk through those that can have some."""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from courlan import extract_domain

from flows.fetch.documents import Documents
from flows.fetch.items import Finding, Item, Memo
from flows.fetch.results import Attempt, Failure, Response
from flows.fetch.sitemaps.sitemap import Entry, Sitemap, read_sitemap, web_address
from flows.fetch.sitemaps.sitemap_names import spans_in_names
from flows.fetch.sitemaps.spans import Span
from flows.fetch.web.fetcher import Fetcher
from flows.fetch.web.http_settings import HttpSettings
from flows.fetch.web.pages import WebPages
from flows.fetch.window import Window
from flows.sources import SitemapSource
from transforms.addresses import known_key

MAX_DEPTH = 5
"""Indexes on the way to a sitemap; by the protocol an index names no further one, but many do."""
HOSTS_NAMED = 3
"""Foreign hosts that a report names."""
ROBOTS_PATH = "/robots.txt"
USUAL_PATH = "/sitemap.xml"
"""Where a site has its sitemap that names none in its robots.txt."""


class SitemapReader(WebPages):
    """The pages that a site's sitemaps list; its sitemaps look back as far as the site does.

    By the protocol a sitemap lists pages of its own host only. Other hosts of the same registrable domain are let pass
    too, as many sites have several; what robots.txt names may lie anywhere ("Sitemaps & Cross Submits"). Everything
    else is left out and counted in the record of the request.
    """

    def __init__(self, source: SitemapSource, fetcher: Fetcher, documents: Documents, settings: HttpSettings) -> None:
        self._source = source
        super().__init__(fetcher)
        self._documents = documents
        self._settings = settings
        self._site = _site_of(source.url)

    def discover(self, window: Window) -> Iterator[Finding]:
        """A finding for each sitemap that may list pages of the window.

        An index is asked for in full every time: that it has not changed does not say that its sitemaps have not.
        """
        walk = _Walk(self._settings.max_sitemaps)
        yield from self._begin(walk, window)
        while (step := walk.next()) is not None:
            yield self._read(step, walk, window)
        failure = walk.failure()
        if failure is not None:
            yield Finding(failure=failure)

    def _begin(self, walk: "_Walk", window: Window) -> Iterator[Finding]:
        """The source's own sitemap; or those that robots.txt names, where the source is a site."""
        url = self._source.url
        parts = urlsplit(url)
        if parts.query or parts.path not in {"", "/", ROBOTS_PATH}:
            walk.add(url, depth=0)
            return
        named, attempts = self._fetcher.sitemaps(url)
        addresses = [web_address(url, name, max_length=self._settings.max_url_length) for name in named]
        urls = [address for address in addresses if address is not None]
        if attempts:
            yield Finding(attempts=_recorded(attempts, None, _Told(unreadable=len(named) - len(urls))))
        wanted = _newest_first([Entry(address) for address in dict.fromkeys(urls)], window)
        for entry in wanted:
            walk.add(entry.url, depth=0)
        if not urls:
            walk.add(urljoin(url, USUAL_PATH), depth=0)

    def _read(self, step: "_Step", walk: "_Walk", window: Window) -> Finding:
        visit = self._documents.read(step.url, since=window.start)
        answer = visit.result
        if isinstance(answer, Failure):
            return Finding(attempts=visit.attempts, failure=answer)
        if answer.not_modified:
            return Finding(attempts=visit.attempts, unchanged=True)
        sitemap = read_sitemap(answer, self._settings)
        told = _Told(unreadable=sitemap.unreadable)
        self._follow(sitemap, step, walk, window, told)
        items = tuple(self._items(sitemap, step, window, told))
        if step.depth == 0 and told.foreign_pages.total() == len(sitemap.pages) > 0 and sitemap.failure is None:
            sitemap = replace(sitemap, failure=Failure("wrong-type", f"it lists no page of {self._site}"))
        memo = self._memo(step, answer, sitemap, window, told)
        return Finding(items, _recorded(visit.attempts, sitemap.failure, told), memo, sitemap.failure)

    def _follow(self, sitemap: Sitemap, step: "_Step", walk: "_Walk", window: Window, told: "_Told") -> None:
        """Put the index's sitemaps on the way, if they can have pages of the window."""
        allowed = []
        for entry in sitemap.sitemaps:
            if _host(entry.url) == _host(step.url) or _site_of(entry.url) == self._site:
                allowed.append(entry)
            else:
                told.foreign_sitemaps[_host(entry.url)] += 1
        for entry in _newest_first(allowed, window):
            walk.add(entry.url, depth=step.depth + 1)

    def _items(self, sitemap: Sitemap, step: "_Step", window: Window, told: "_Told") -> Iterator[Item]:
        for entry in sitemap.pages:
            if _site_of(entry.url) != self._site:
                told.foreign_pages[_host(entry.url)] += 1
                continue
            span = None if entry.dated is None else Span.of(entry.dated)
            if span is None:
                if self._source.undated == "skip":
                    told.undated += 1
                    continue
            elif not span.meets(window):
                told.later += span.start >= window.end
                continue
            # A day that began before the window is filed under the share of it that lies in the window.
            dated = None if span is None else max(span.start, window.start)
            yield Item(entry.url, known_key(entry.url), step.url, entry.title, entry.published, dated)

    def _memo(self, step: "_Step", answer: Response, sitemap: Sitemap, window: Window, told: "_Told") -> Memo | None:
        """None where the document named anything from the window's start on that is not among the items."""
        # Nor where pages were left out for want of a date: the source may be told to fetch them one day.
        if sitemap.failure is not None or told.later or told.undated:
            return None
        return self._documents.memo(step.url, answer, since=window.start, is_index=bool(sitemap.sitemaps))


@dataclass(frozen=True, slots=True)
class _Step:
    url: str
    depth: int


class _Walk:
    """Sitemaps still to be read, each once, and how many there are not for."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._queue: deque[_Step] = deque()
        self._seen: set[str] = set()
        self._too_many = 0
        self._too_deep = 0

    def add(self, url: str, *, depth: int) -> None:
        if url in self._seen:
            return
        if depth > MAX_DEPTH:
            self._too_deep += 1
        elif len(self._seen) >= self._limit:
            self._too_many += 1
        else:
            self._seen.add(url)
            self._queue.append(_Step(url, depth))

    def next(self) -> _Step | None:
        return self._queue.popleft() if self._queue else None

    def failure(self) -> Failure | None:
        """What was left out at the end."""
        reasons = []
        if self._too_many:
            reasons.append(f"sitemaps left out: {self._too_many}, as at most {self._limit} are read in one walk")
        if self._too_deep:
            reasons.append(f"sitemaps left out: {self._too_deep} below more than {MAX_DEPTH} indexes")
        return Failure("too-large", "; ".join(reasons), asked=False) if reasons else None


@dataclass(slots=True)
class _Told:
    """What of a sitemap is not among the items."""

    unreadable: int = 0
    undated: int = 0
    later: int = 0
    """Pages dated after the window."""
    foreign_pages: Counter[str] = field(default_factory=Counter)
    foreign_sitemaps: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        told = [_foreign("pages", self.foreign_pages), _foreign("sitemaps", self.foreign_sitemaps)]
        told.append(f"entries without a web address: {self.unreadable}" if self.unreadable else "")
        told.append(f"pages without a date: {self.undated}" if self.undated else "")
        left_out = ", ".join(filter(None, told))
        return f"left out – {left_out}" if left_out else ""


def _foreign(what: str, hosts: Counter[str]) -> str:
    if not hosts:
        return ""
    named = [host[:80] for host, _ in hosts.most_common(HOSTS_NAMED)]
    more = ", …" if len(hosts) > HOSTS_NAMED else ""
    return f"{what} of other sites: {hosts.total()} ({', '.join(named)}{more})"


def _recorded(attempts: tuple[Attempt, ...], failure: Failure | None, told: _Told) -> tuple[Attempt, ...]:
    """The attempts, of which the last one says what is wrong with the document or left out of it."""
    note = str(told)
    if not attempts or (failure is None and not note):
        return attempts
    *before, last = attempts
    details = [*([failure.detail] if failure else []), *([note] if note else [])]
    return (*before, replace(last, outcome=failure.kind if failure else last.outcome, detail="; ".join(details)))


def _newest_first(entries: Sequence[Entry], window: Window) -> list[Entry]:
    """Those of an index's sitemaps that can list pages of the window.

    One that was last changed before the window has none; one whose name states a time has those of that time. Those of
    which neither is known come first.
    """
    named = spans_in_names(entry.url for entry in entries)
    wanted: list[tuple[datetime | None, Entry]] = []
    for entry in entries:
        changed = None if entry.dated is None else Span.of(entry.dated)
        about = named.get(entry.url)
        if (changed is not None and changed.before(window.start)) or (about is not None and not about.may_meet(window)):
            continue
        newest = about or changed
        wanted.append((None if newest is None else newest.end, entry))
    dated = sorted(((end, entry) for end, entry in wanted if end is not None), key=lambda pair: pair[0], reverse=True)
    return [*(entry for end, entry in wanted if end is None), *(entry for _, entry in dated)]


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _site_of(url: str) -> str:
    return _domain(_host(url))


@lru_cache(maxsize=10_000)
def _domain(host: str) -> str:
    """Registrable domain; the host without www where it has none, as an address or a name of a local network."""
    return str(extract_domain(f"http://{host}/") or host.removeprefix("www."))
