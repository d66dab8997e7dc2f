"""Captures of a site in the Wayback Machine, or in another archive with its two interfaces: index and replay.

An index lists a capture hours or days after it was made, so that this source is one for days past.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode, urlsplit

from flows.fetch.captures.captures import Capture, IndexPage, instant_of_timestamp, read_index_page
from flows.fetch.items import Finding, Item
from flows.fetch.results import Attempt, Failure, Response, Visit
from flows.fetch.urls import parsed_url
from flows.fetch.web.decoding import decode
from flows.fetch.web.fetcher import PAGE_TYPES, Fetcher
from flows.fetch.web.http_settings import HttpSettings
from flows.fetch.web.opt_outs import opt_outs
from flows.fetch.window import Window
from flows.sources import WaybackSource
from transforms.addresses import known_key

ROWS_A_PAGE = 5000
FEWEST_ROWS = 50
"""Asked for at last where the index's answers are too large; by a tenth each time."""
LARGEST_SHIFT = timedelta(days=1)
"""How far from the capture asked for an archive may lead that cannot replay it; what lies farther is another page."""
_FILTERS = ("statuscode:200", "!mimetype:(image|audio|video|font)/.*|text/css|.*javascript")
"""A regular expression over the whole field, which every engine reads; pywb takes it for a text to look for, and so
filters nothing by it: which captures are of pages is therefore decided here again.
"""
_SECOND = timedelta(seconds=1)
_REPLAY = re.compile(r"(?P<timestamp>[0-9]{14})id_/(?P<original>.+)", re.DOTALL)
_ORIGINAL_HEADER = "x-archive-orig-"
_ORIGINAL_UNMARKED = (
    "content-type",
    "content-language",
    "last-modified",
    "x-robots-tag",
    "tdm-reservation",
    "tdm-policy",
)
"""What speaks of the page itself in an answer that does not mark which headers are the site's, as pywb's."""
_OF_THE_TRANSFER = frozenset({"content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive"})
"""They describe how the site sent the body, which is not how we hold it."""
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class _Query:
    """What is still to be asked of the index."""

    start: datetime
    end: datetime
    limit: int = ROWS_A_PAGE
    resume_key: str | None = None


class WaybackReader:
    """Captures of the pages whose URL begins with the source's, by the instant at which they were made.

    A capture is known by its URL and the digest of its content: one with the content of an earlier one is no new page.
    For many threads at once.
    """

    def __init__(self, source: WaybackSource, fetcher: Fetcher, settings: HttpSettings) -> None:
        self._source = source
        self._fetcher = fetcher
        self._settings = settings
        self._host = urlsplit(source.url).hostname or ""
        self._replay = source.replay_url.rstrip("/") + "/"

    def discover(self, window: Window) -> Iterator[Finding]:
        """One finding for each page of the index; the last has a failure if the index could not be read to its end."""
        queries = [_Query(window.start.astimezone(UTC).replace(microsecond=0), window.end.astimezone(UTC))]
        resumed: set[str] = set()
        for _ in range(self._settings.max_index_pages):
            if not queries:
                return
            query = queries.pop()
            visit, page = self._ask(query)
            following = self._following(query, page, resumed)
            if isinstance(following, Failure):
                yield self._finding(visit, replace(page, failure=following), window)
                return
            queries += following
            # What is asked for again, in halves or in smaller pages, names its captures then.
            again = bool(following) and page.resume_key is None
            yield Finding(attempts=visit.attempts) if again else self._finding(visit, page, window)
        if queries:
            yield Finding(
                failure=Failure("too-large", f"more than {self._settings.max_index_pages} pages of the index")
            )

    def load(self, item: Item) -> Visit:
        """The page as captured, with the headers that the site sent; its URLs are the site's, not the archive's."""
        visit = self._fetcher.visit(item.asked_at, "page", accepted=PAGE_TYPES)
        if isinstance(visit.result, Failure):
            return visit
        page = self._captured(visit.result, item)
        attempts = _with_outcome(visit.attempts, page) if isinstance(page, Failure) else visit.attempts
        return Visit(page, attempts)

    def keys(self, item: Item, page: Response) -> tuple[str, ...]:  # noqa: ARG002 - other sources know pages by more
        """The capture's own; what the page's URL is known by stays free for sources that ask the site itself."""
        return (item.key,)

    def delay_of(self, host: str) -> float:
        """Seconds between two requests to the host."""
        return self._fetcher.delay_of(host)

    def _ask(self, query: _Query) -> tuple[Visit, IndexPage]:
        """One page of the index, as read."""
        visit = self._fetcher.visit(self._address(query), "discovery")
        answer = visit.result
        if isinstance(answer, Failure):
            return visit, IndexPage(failure=answer)
        page = read_index_page(
            answer.body.decode("utf-8", "replace"),
            host=self._host,
            max_rows=query.limit,
            max_url_length=self._settings.max_url_length,
        )
        return visit, page

    def _address(self, query: _Query) -> str:
        parameters = [
            ("url", self._source.url),
            ("matchType", "prefix"),
            ("from", _timestamp(query.start)),
            # Ends are inclusive, to the second.
            ("to", _timestamp(query.end - timedelta(microseconds=1))),
            ("output", "json"),
            *(("filter", text) for text in _FILTERS),
            ("collapse", "digest"),
            ("limit", str(query.limit)),
            # No "fl": without the column urlkey, the Internet Archive goes on at the wrong place
            # (https://github.com/internetarchive/wayback/issues/121), and pywb has other names.
            ("showResumeKey", "true"),
        ]
        if query.resume_key is not None:
            parameters.append(("resumeKey", query.resume_key))
        joint = "&" if urlsplit(self._source.cdx_url).query else "?"
        return f"{self._source.cdx_url}{joint}{urlencode(parameters)}"

    def _following(self, query: _Query, page: IndexPage, resumed: set[str]) -> list[_Query] | Failure:
        """What else to ask, the next thing last; or why the rest cannot be asked for."""
        if page.failure is not None:
            smaller = replace(query, limit=max(FEWEST_ROWS, query.limit // 10))
            return [smaller] if page.failure.kind == "too-large" and smaller != query else page.failure
        if page.resume_key is not None:
            if page.resume_key in resumed:
                return Failure("protocol", "the index leads back to a page already read")
            resumed.add(page.resume_key)
            return [replace(query, resume_key=page.resume_key)]
        if page.rows < query.limit or query.resume_key is not None:
            return []
        # Full, and no key to go on with: the archive has none, or these were just all.
        half = query.start + ((query.end - query.start) / 2 // _SECOND) * _SECOND
        if not query.start < half < query.end:
            return Failure("too-large", f"more than {query.limit} captures at {query.start.isoformat()}")
        return [replace(query, start=half), replace(query, end=half)]

    def _finding(self, visit: Visit, page: IndexPage, window: Window) -> Finding:
        attempts = visit.attempts
        if page.failure is not None and isinstance(visit.result, Response):
            attempts = _with_outcome(attempts, page.failure)
        if page.bad_rows:
            told = Failure("bad-url", f"{page.bad_rows} of {page.rows} rows of the index: {page.first_bad}")
            attempts = (*attempts, *_with_outcome(attempts[-1:], told))
        items = tuple(self._item(capture) for capture in page.captures if capture.at in window)
        return Finding(items, attempts, failure=page.failure)

    def _item(self, capture: Capture) -> Item:
        return Item(
            capture.url,
            f"{known_key(capture.url)}#capture={capture.digest or capture.timestamp}",
            found_in=self._source.cdx_url,
            dated=capture.at,
            address=f"{self._replay}{capture.timestamp}id_/{capture.url}",
        )

    def _captured(self, answer: Response, item: Item) -> Response | Failure:
        """The site's own answer as the archive replays it, or why this is none."""
        replayed = self._replayed(answer.final_url)
        if replayed is None:
            return Failure("wrong-type", f"the archive led to {answer.final_url[:300]}, which is no replay")
        captured_at, original = replayed
        marked = {
            name.removeprefix(_ORIGINAL_HEADER): value
            for name, value in answer.headers.items()
            if name.startswith(_ORIGINAL_HEADER)
        }
        stated_at = _memento_datetime(answer.headers)
        if stated_at is None and not marked:
            return Failure("wrong-type", "a page of the archive's own: it does not say that it replays a capture")
        captured_at = stated_at or captured_at
        if item.dated is not None and abs(captured_at - item.dated) > LARGEST_SHIFT:
            return Failure("wrong-type", f"the archive replays a capture of {captured_at.isoformat()} instead")
        body = self._body(answer, marked)
        if isinstance(body, Failure):
            return body
        passed = dict.fromkeys(found[1] for url in answer.redirects if (found := self._replayed(url)) is not None)
        passed.pop(original, None)
        headers = _headers_of_the_site(answer.headers, marked)
        # The fetcher has looked at what the archive says; the site's own words are read only now.
        said = opt_outs(headers, body, product=self._settings.product)
        if said and self._source.opt_outs == "respect":
            return Failure("opted-out", f"the page says {', '.join(said)}", status=answer.status)
        return replace(
            answer,
            url=item.url,
            final_url=original,
            body=body,
            headers=headers,
            opt_outs=said,
            redirects=tuple(passed),
            captured_at=captured_at,
            archived_at=answer.final_url,
        )

    def _replayed(self, address: str) -> tuple[datetime, str] | None:
        """Instant and URL of the capture that is replayed there, unchanged (``id_``)."""
        if urlsplit(address).hostname != urlsplit(self._replay).hostname:
            return None
        match = _REPLAY.search(address)
        at = None if match is None else instant_of_timestamp(match["timestamp"])
        if match is None or at is None:
            return None
        original = parsed_url(match["original"], max_length=self._settings.max_url_length)
        return None if isinstance(original, Failure) else (at, str(original))

    def _body(self, answer: Response, marked: Mapping[str, str]) -> bytes | Failure:
        """The body without the encoding in which the site sent it: some captures are replayed in it, others not."""
        packed = answer.body.startswith(_GZIP)
        encodings = marked.get("content-encoding", "gzip" if packed else "").split(",")
        if answer.headers.get("content-encoding"):
            return answer.body
        plain = decode(answer.body, encodings, self._settings.max_body_bytes)
        return answer.body if isinstance(plain, Failure) and not packed else plain


def _headers_of_the_site(headers: Mapping[str, str], marked: Mapping[str, str]) -> dict[str, str]:
    """What the site sent, as far as the archive tells it from what is its own."""
    if not marked:
        return {name: headers[name] for name in _ORIGINAL_UNMARKED if name in headers}
    found = {name: value for name, value in marked.items() if name not in _OF_THE_TRANSFER}
    if "content-type" in headers:
        found.setdefault("content-type", headers["content-type"])
    return found


def _memento_datetime(headers: Mapping[str, str]) -> datetime | None:
    """When the page was captured (RFC 7089, 2.1.1)."""
    try:
        stated = parsedate_to_datetime(headers.get("memento-datetime", ""))
        return None if stated.tzinfo is None else stated.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _with_outcome(attempts: Sequence[Attempt], failure: Failure) -> tuple[Attempt, ...]:
    """The attempts, of which the last got an answer that turned out to be of no use."""
    changed = (
        replace(last, outcome=failure.kind, detail=failure.detail, soft=failure.retryable) for last in attempts[-1:]
    )
    return (*attempts[:-1], *changed)


def _timestamp(instant: datetime) -> str:
    return instant.strftime("%Y%m%d%H%M%S")
