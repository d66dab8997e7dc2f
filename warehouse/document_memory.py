"""What is remembered of documents and archives between runs: versions, times, positions."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from transforms.identity import stable_id
from warehouse.catalogue_database import upsert
from warehouse.catalogue_tables import ARCHIVES, DOCUMENTS
from warehouse.records import ArchivePosition, DocumentState, Validators


class DocumentMemory:
    """The memory of one catalogue; every method is one transaction. Safe in many threads and processes."""

    def __init__(self, reading: Engine, writing: Engine) -> None:
        self._reading = reading
        self._writing = writing

    def recall(self, key: str) -> DocumentState | None:
        """What is remembered of that document."""
        query = select(DOCUMENTS).where(DOCUMENTS.c.document_id == _document_id(key))
        with self._reading.begin() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return DocumentState(
            row.key,
            row.checked_at,
            row.changed_at,
            Validators(row.etag, row.last_modified),
            row.fresh_until,
            row.covers_from,
            row.status,
            row.body,
        )

    def remember(self, state: DocumentState) -> None:
        """Keep this in place of what was remembered before."""
        with self._writing.begin() as connection:
            upsert(connection, DOCUMENTS, [_document_row(state)])

    def still_the_same(self, key: str, *, checked_at: datetime, fresh_until: datetime | None) -> None:
        """Note that the server says that the version seen last still holds."""
        change = update(DOCUMENTS).where(DOCUMENTS.c.document_id == _document_id(key))
        with self._writing.begin() as connection:
            connection.execute(change.values(checked_at=checked_at, fresh_until=fresh_until))

    def position(self, source: str, name: str) -> ArchivePosition | None:
        """How far the source has read the archive of that name."""
        query = select(ARCHIVES).where(ARCHIVES.c.source == source, ARCHIVES.c.name_id == _archive_id(name))
        with self._reading.begin() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else ArchivePosition(row.name, row.version, row.offset, row.finished)

    def reach(self, source: str, position: ArchivePosition) -> None:
        """Note how far the source has read, where nothing of it had to be stored."""
        with self._writing.begin() as connection:
            record_position(connection, source, position)


def record_position(connection: Connection, source: str, position: ArchivePosition) -> None:
    """Enter how far the source has read, inside the transaction of the caller."""
    row = {
        "source": source,
        "name_id": _archive_id(position.name),
        "name": position.name,
        "version": position.version,
        "offset": position.offset,
        "finished": position.finished,
    }
    upsert(connection, ARCHIVES, [row])


def _document_row(state: DocumentState) -> dict[str, Any]:
    return {
        "document_id": _document_id(state.key),
        "key": state.key,
        "checked_at": state.checked_at,
        "changed_at": state.changed_at,
        "etag": state.validators.etag,
        "last_modified": state.validators.last_modified,
        "fresh_until": state.fresh_until,
        "covers_from": state.covers_from,
        "status": state.status,
        "body": state.body,
    }


def _document_id(key: str) -> str:
    return stable_id("document", key)


def _archive_id(name: str) -> str:
    return stable_id("archive", name)
