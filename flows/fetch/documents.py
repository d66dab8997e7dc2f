"""Documents that name pages, asked for again and again: only when they may have changed, and only for what changed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from flows.fetch.items import Memo
from flows.fetch.results import Response, Visit
from flows.fetch.web.answers import fresh_seconds
from flows.fetch.web.fetcher import Fetcher
from warehouse.document_memory import DocumentMemory
from warehouse.records import DocumentState, Validators

LARGEST_KEPT = 1024 * 1024
"""Bytes of an index that is kept; a larger one is asked for in full each time."""
LONGEST_FRESHNESS = timedelta(hours=1)
"""A server's word that a document will not change is trusted that long: news feeds drop what nobody fetched in time."""
QUIET_SHARE = 4
"""A document that has not changed for some time is asked for again after this fraction of that time."""
SHORTEST_QUIET = timedelta(hours=1)
"""Before that long without a change a document is asked for whenever somebody wants to know."""
LONGEST_QUIET = timedelta(hours=6)
"""It is never left alone longer than this."""


class Documents:
    """The documents of one source.

    Args:
        source: Its name: two sources may read one document, and each must see it.
        fetcher: Asks for them.
        memory: What is remembered of them.
        clock: Tells the time, in UTC.
    """

    def __init__(self, source: str, fetcher: Fetcher, memory: DocumentMemory, *, clock: Callable[[], datetime]) -> None:
        self._source = source
        self._fetcher = fetcher
        self._memory = memory
        self._clock = clock

    def put_off(self, url: str) -> str | None:
        """Why the document need not be asked for yet; None where it may have changed.

        It is fresh by its server's word (RFC 9111, 4.2), or has been quiet for so long that it rarely changes.
        """
        state = self._memory.recall(self._key(url))
        if state is None:
            return None
        now = self._clock()
        if state.fresh_until is not None and now < state.fresh_until:
            return f"its server says that it will not change before {state.fresh_until:%Y-%m-%d %H:%M} UTC"
        quiet = state.checked_at - state.changed_at
        next_time = state.checked_at + min(quiet / QUIET_SHARE, LONGEST_QUIET)
        if quiet >= SHORTEST_QUIET and now < next_time:
            return f"it has not changed since {state.changed_at:%Y-%m-%d %H:%M} UTC; next asked after {next_time:%H:%M}"
        return None

    def read(self, url: str, *, since: datetime | None, accepted: frozenset[str] | None = None) -> Visit:
        """Ask for the document, in full unless it is known to hold nothing new.

        Args:
            url: Its address.
            since: Start of the time whose pages the caller records; None where it records all.
            accepted: Media types to take; None takes all.

        Returns:
            The answer; ``not_modified`` where every page that the caller may want is recorded already. An index that
            was kept comes back as it was, as what it names may have changed.
        """
        key = self._key(url)
        state = self._memory.recall(key)
        covered = state is not None and (
            state.covers_from is None or (since is not None and state.covers_from <= since)
        )
        kept = None if state is None else state.body
        validators = state.validators if state is not None and (covered or kept is not None) else None
        if validators == Validators():
            validators = None
        visit = self._fetcher.visit(url, "discovery", accepted=accepted, validators=validators)
        if isinstance(visit.result, Response) and visit.result.not_modified:
            now = self._clock()
            self._memory.still_the_same(key, checked_at=now, fresh_until=self._fresh_until(visit.result, now))
            if kept is not None:
                return Visit(replace(visit.result, status=200, body=kept), visit.attempts)
        return visit

    def memo(self, url: str, answer: Response, *, since: datetime | None, is_index: bool = False) -> Memo | None:
        """What to remember of a document that was read, once its pages are recorded; None for one that was not.

        An index is kept itself, if it is not large: it names documents that may change while it does not.
        """
        if answer.not_modified:
            return None
        validators = Validators(answer.headers.get("etag"), answer.headers.get("last-modified"))
        if is_index and (len(answer.body) > LARGEST_KEPT or validators == Validators()):
            return None
        fresh_until = None if is_index else self._fresh_until(answer, self._clock())
        return Memo(self._key(url), validators, fresh_until, since, answer.body if is_index else None)

    def keep(self, memo: Memo) -> None:
        """Remember it: everything that it names is recorded."""
        now = self._clock()
        before = self._memory.recall(memo.key)
        same = before is not None and memo.validators != Validators() and before.validators == memo.validators
        changed_at = before.changed_at if before is not None and same else now
        self._memory.remember(
            DocumentState(
                memo.key, now, changed_at, memo.validators, memo.fresh_until, memo.covers_from, body=memo.body
            )
        )

    def _key(self, url: str) -> str:
        return f"{self._source} {url}"

    @staticmethod
    def _fresh_until(answer: Response, now: datetime) -> datetime | None:
        seconds = fresh_seconds(answer.headers, now)
        return now + timedelta(seconds=min(seconds, LONGEST_FRESHNESS.total_seconds())) if seconds else None
