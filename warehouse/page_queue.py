"""Pages that sources name and that are to be asked for: found once, asked for until they are got or refused."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Text, and_, bindparam, func, or_, select, update

from transforms.erasure import withheld
from transforms.identity import stable_id
from warehouse.catalogue_database import insert_missing
from warehouse.catalogue_tables import DISCOVERIES, KNOWN_URLS
from warehouse.records import Arrived, FoundPage, PageCounts, QueuedPage, Validators, Visited

ROWS_PER_STATEMENT = 500
"""SQLite before 3.32 takes 999 values in one statement."""


class PageQueue:
    """The queue of one catalogue; every method is one transaction. Safe in many threads and processes."""

    def __init__(self, reading: Engine, writing: Engine) -> None:
        self._reading = reading
        self._writing = writing

    def add(self, source: str, pages: Sequence[FoundPage], *, found_at: datetime) -> int:
        """Queue those that the source has not named before; return how many of those are to be asked for.

        What the lake already has by the same key, from whatever source, counts as got at once.
        """
        rows = {url_id(page.key): page for page in pages}
        ids = list(rows)
        added = 0
        with self._writing.begin() as connection:
            for first in range(0, len(ids), ROWS_PER_STATEMENT):
                some = ids[first : first + ROWS_PER_STATEMENT]
                known = _known_pages(connection, some)
                found = [_found_row(source, key, rows[key], found_at, known.get(key)) for key in some]
                before = _named(connection, source, some)
                insert_missing(connection, DISCOVERIES, found, unique=("source", "url_id"))
                added += len(set(some) - before - known.keys())
        return added

    def refuse(self, source: str, pages: Sequence[FoundPage], *, outcome: str, found_at: datetime) -> list[FoundPage]:
        """Enter pages that are never to be asked for, their addresses withheld; return those that were not there."""
        rows = {url_id(page.key): page for page in pages}
        ids = list(rows)
        refused: list[FoundPage] = []
        with self._writing.begin() as connection:
            for first in range(0, len(ids), ROWS_PER_STATEMENT):
                some = ids[first : first + ROWS_PER_STATEMENT]
                fresh = [key for key in some if key not in _named(connection, source, some)]
                told = {"state": "refused", "due_at": None, "outcome": outcome}
                found = [_found_row(source, key, _nameless(rows[key]), found_at, None) | told for key in fresh]
                insert_missing(connection, DISCOVERIES, found, unique=("source", "url_id"))
                refused += [rows[key] for key in fresh]
        return refused

    def withhold(self, source: str, key: str) -> None:
        """Keep the row of the page, but not what it is called."""
        own = and_(DISCOVERIES.c.source == source, DISCOVERIES.c.url_id == url_id(key))
        with self._writing.begin() as connection:
            for row in connection.execute(select(DISCOVERIES).where(own)).all():
                page = _nameless(_queued(row).page)
                values = {"url": page.url, "key": page.key, "title": None, "published": None, "address": None}
                connection.execute(update(DISCOVERIES).where(own).values(values))

    def due(
        self, source: str, *, now: datetime, dated_before: datetime, limit: int, after: QueuedPage | None = None
    ) -> list[QueuedPage]:
        """Pages to ask for now, by day and then in the order in which they were found.

        Args:
            source: The source that named them.
            now: What is due later is left out.
            dated_before: Pages dated from then on are left to a later window.
            limit: At most so many.
            after: The page to go on behind.
        """
        query = (
            select(DISCOVERIES)
            .where(
                DISCOVERIES.c.source == source,
                DISCOVERIES.c.due_at <= now,
                or_(DISCOVERIES.c.dated.is_(None), DISCOVERIES.c.dated < dated_before, DISCOVERIES.c.dated > now),
            )
            .order_by(DISCOVERIES.c.day, DISCOVERIES.c.discovery_id)
            .limit(limit)
        )
        if after is not None:
            day = DISCOVERIES.c.day
            later_that_day = and_(day == after.page.day, DISCOVERIES.c.discovery_id > after.id)
            query = query.where(or_(day > after.page.day, later_that_day))
        with self._reading.begin() as connection:
            return [_queued(row) for row in connection.execute(query)]

    def waiting(self) -> Mapping[str, int]:
        """Pages that are still to be asked for, by source; sources without any are left out."""
        query = (
            select(DISCOVERIES.c.source, func.count().label("pages"))
            .where(DISCOVERIES.c.state == "waiting")
            .group_by(DISCOVERIES.c.source)
            .order_by(DISCOVERIES.c.source)
        )
        with self._reading.begin() as connection:
            return {row.source: row.pages for row in connection.execute(query)}

    def has(self, source: str, key: str) -> bool:
        """Whether the source has named the page of that key."""
        query = select(DISCOVERIES.c.discovery_id)
        query = query.where(DISCOVERIES.c.source == source, DISCOVERIES.c.url_id == url_id(key))
        with self._reading.begin() as connection:
            return connection.execute(query).first() is not None

    def counts(self, source: str, first: date, last: date) -> Mapping[date, PageCounts]:
        """What became of the pages of every day from ``first`` to ``last`` inclusive; days without any are left out."""
        query = (
            select(DISCOVERIES.c.day, DISCOVERIES.c.state, func.count().label("pages"))
            .where(DISCOVERIES.c.source == source, DISCOVERIES.c.day.between(first, last))
            .group_by(DISCOVERIES.c.day, DISCOVERIES.c.state)
        )
        states: dict[date, dict[str, int]] = {}
        with self._reading.begin() as connection:
            for row in connection.execute(query):
                states.setdefault(row.day, {})[row.state] = row.pages
        return {day: PageCounts(found=sum(counts.values()), **counts) for day, counts in states.items()}


def url_id(url: str) -> str:
    """Id of a URL or key: one can be longer than an index of PostgreSQL takes."""
    return stable_id("url", url)


def record_visits(connection: Connection, visits: Sequence[Visited]) -> None:
    """Enter what asking for queued pages came to, inside the transaction of the caller."""
    if not visits:
        return
    # One statement for all of them: to build one for each costs more than to run it.
    change = (
        update(DISCOVERIES)
        .where(DISCOVERIES.c.discovery_id == bindparam("visited_id"))
        .values(
            state=bindparam("new_state"),
            outcome=bindparam("new_outcome"),
            asked_at=bindparam("new_asked_at"),
            attempts=bindparam("new_attempts"),
            visits=bindparam("new_visits"),
            due_at=bindparam("new_due_at"),
            page_id=func.coalesce(bindparam("new_page_id", type_=Text), DISCOVERIES.c.page_id),
            etag=bindparam("new_etag"),
            last_modified=bindparam("new_last_modified"),
        )
    )
    connection.execute(
        change,
        [
            {
                "visited_id": visit.id,
                "new_state": visit.state,
                "new_outcome": visit.outcome,
                "new_asked_at": visit.asked_at,
                "new_attempts": visit.attempts,
                "new_visits": visit.visits,
                "new_due_at": visit.due_at,
                "new_page_id": visit.page_id,
                "new_etag": visit.validators.etag,
                "new_last_modified": visit.validators.last_modified,
            }
            for visit in visits
        ],
    )


def record_arrivals(connection: Connection, source: str, arrivals: Sequence[Arrived]) -> None:
    """Enter pages that were found and got, or refused, at once, inside the transaction of the caller."""
    rows = [
        _found_row(source, url_id(arrived.page.key), arrived.page, arrived.at, arrived.page_id)
        | {"state": arrived.state, "outcome": arrived.outcome, "asked_at": arrived.at, "due_at": None}
        for arrived in arrivals
    ]
    insert_missing(connection, DISCOVERIES, rows, unique=("source", "url_id"))


def _known_pages(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    query = select(KNOWN_URLS.c.url_id, KNOWN_URLS.c.page_id).where(KNOWN_URLS.c.url_id.in_(ids))
    return {row.url_id: row.page_id for row in connection.execute(query)}


def _named(connection: Connection, source: str, ids: Sequence[str]) -> set[str]:
    query = select(DISCOVERIES.c.url_id).where(DISCOVERIES.c.source == source, DISCOVERIES.c.url_id.in_(ids))
    return set(connection.execute(query).scalars())


def _found_row(source: str, key_id: str, page: FoundPage, found_at: datetime, page_id: str | None) -> dict[str, Any]:
    known = page_id is not None
    return {
        "source": source,
        "url_id": key_id,
        "url": page.url,
        "key": page.key,
        "found_in": page.found_in,
        "title": page.title,
        "published": page.published,
        "dated": page.dated,
        "address": page.address,
        "day": page.day,
        "found_at": found_at,
        "state": "got" if known else "waiting",
        "due_at": None if known else found_at,
        "attempts": 0,
        "visits": 0,
        "outcome": "known" if known else None,
        "page_id": page_id,
        "asked_at": None,
    }


def _nameless(page: FoundPage) -> FoundPage:
    return replace(page, url=withheld(page.url), key=withheld(page.key), title=None, published=None, address=None)


def _queued(row: Row[Any]) -> QueuedPage:
    page = FoundPage(row.url, row.key, row.found_in, row.day, row.title, row.published, row.dated, row.address)
    return QueuedPage(
        id=row.discovery_id,
        source=row.source,
        page=page,
        found_at=row.found_at,
        attempts=row.attempts,
        visits=row.visits,
        asked=row.asked_at is not None,
        validators=Validators(row.etag, row.last_modified),
    )
