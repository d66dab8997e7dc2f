"""Erased pages leave the catalogue: queue, known URLs, remembered documents, and whatever text names them."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Column, Connection, Engine, Table, delete, select, update

from transforms.erasure import ERASED, Tombstones, withheld
from warehouse.catalogue_tables import ARCHIVES, DISCOVERIES, DOCUMENTS, KNOWN_URLS, RUNS, STEP_STATES, WINDOWS

ROWS_AT_ONCE = 500
"""SQLite before 3.32 takes 999 values in one statement."""


def erase_names(reading: Engine, writing: Engine, tombstones: Tombstones, pages: Collection[str]) -> int:
    """Do it; return the rows changed. Read first and written then, as hashing many addresses takes its time."""
    with reading.begin() as connection:
        changes = [
            *_queue(connection, tombstones, frozenset(pages)),
            *_known(connection, tombstones, frozenset(pages)),
            *_documents(connection, tombstones),
            *_texts(connection, tombstones),
        ]
    with writing.begin() as connection:
        for change in changes:
            connection.execute(change)
    return len(changes)


def compact(engine: Engine) -> None:
    """Write the file anew and empty its log: deleted rows linger in free pages of both until then."""
    if engine.dialect.name != "sqlite":
        return
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        # Outside of any transaction: VACUUM is none itself.
        cursor.execute("VACUUM")
        [busy, *_] = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.close()
        if busy:
            raise RuntimeError(
                "the catalogue's log still holds erased rows, as another process reads it: stop that one and try again"
            )
    finally:
        raw.close()


def _queue(connection: Connection, tombstones: Tombstones, pages: frozenset[str]) -> Iterator[Any]:
    columns = ("discovery_id", "url", "key", "address", "found_in", "page_id", "title", "state")
    for row in connection.execute(select(*(DISCOVERIES.c[name] for name in columns))):
        own = update(DISCOVERIES).where(DISCOVERIES.c.discovery_id == row.discovery_id)
        if row.page_id in pages or tombstones.bar(row.url, row.key, row.address):
            nothing = dict.fromkeys(("title", "published", "address", "etag", "last_modified", "due_at"))
            told = {"url": withheld(row.url), "key": withheld(row.key), "state": "refused", "outcome": ERASED}
            if (row.state, row.title, row.url, row.key) != ("refused", None, told["url"], told["key"]):
                yield own.values(**nothing, **told)
        if tombstones.bar(row.found_in):
            yield own.values(found_in=withheld(row.found_in))


def _known(connection: Connection, tombstones: Tombstones, pages: frozenset[str]) -> Iterator[Any]:
    rows = connection.execute(select(KNOWN_URLS.c.url_id, KNOWN_URLS.c.url, KNOWN_URLS.c.page_id))
    ids = [row.url_id for row in rows if row.page_id in pages or tombstones.bar(row.url)]
    for first in range(0, len(ids), ROWS_AT_ONCE):
        yield delete(KNOWN_URLS).where(KNOWN_URLS.c.url_id.in_(ids[first : first + ROWS_AT_ONCE]))


def _documents(connection: Connection, tombstones: Tombstones) -> Iterator[Any]:
    """What is forgotten of a document is read once more, and no harm done."""
    for row in connection.execute(select(DOCUMENTS.c.document_id, DOCUMENTS.c.key, DOCUMENTS.c.body)):
        body = (row.body or b"").decode("utf-8", "replace")
        if tombstones.without_names(row.key) != row.key or tombstones.without_names(body) != body:
            yield delete(DOCUMENTS).where(DOCUMENTS.c.document_id == row.document_id)
    for row in connection.execute(select(ARCHIVES.c.source, ARCHIVES.c.name_id, ARCHIVES.c.name)):
        if tombstones.bar(row.name):
            yield delete(ARCHIVES).where(ARCHIVES.c.source == row.source, ARCHIVES.c.name_id == row.name_id)


def _texts(connection: Connection, tombstones: Tombstones) -> Iterator[Any]:
    for table, column in ((WINDOWS, WINDOWS.c.detail), (STEP_STATES, STEP_STATES.c.error)):
        for row in connection.execute(select(*_keys(table), column).where(column.is_not(None))):
            *keys, text = row
            if (told := tombstones.without_names(text)) != text:
                conditions = (key == value for key, value in zip(_keys(table), keys, strict=True))
                yield update(table).where(*conditions).values({column.name: told})
    for row in connection.execute(select(RUNS.c.run_id, RUNS.c.report).where(RUNS.c.report.is_not(None))):
        told = _without_names(row.report, tombstones)
        if told != row.report:
            yield update(RUNS).where(RUNS.c.run_id == row.run_id).values(report=told)


def _without_names(value: Any, tombstones: Tombstones) -> Any:  # noqa: ANN401 - whatever JSON can say
    if isinstance(value, str):
        return tombstones.without_names(value)
    if isinstance(value, list):
        return [_without_names(item, tombstones) for item in value]
    if isinstance(value, dict):
        return {key: _without_names(item, tombstones) for key, item in value.items()}
    return value


def _keys(table: Table) -> list[Column[Any]]:
    return list(table.primary_key.columns)
