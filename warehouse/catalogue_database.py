"""Opening the catalogue's database: SQLite with settings that survive kills and power cuts, or another by its URL."""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import ConnectionPoolEntry

from warehouse.catalogue_tables import METADATA, SCHEMA, SCHEMA_VERSION

BUSY_MILLISECONDS = 60_000
"""How long a writer waits for another: many times what any of our transactions takes."""

_SQLITE = "sqlite:///"
_WRITES = {"newslake_writes": True}


class CatalogueTooNewError(RuntimeError):
    """The catalogue was written by a newer release."""


def open_engine(url: str) -> Engine:
    """Engine on the database, with folder, file and tables created where they are missing.

    Raises:
        CatalogueTooNewError: a newer release wrote it.
    """
    if url.startswith(_SQLITE):
        # Taken as it stands: a folder's name may hold "?" or "%", which mean something in a URL.
        path = Path(url.removeprefix(_SQLITE))
        path.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(URL.create("sqlite", database=str(path)), max_overflow=-1)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(make_url(url), max_overflow=-1)
    try:
        _ensure_tables(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def writing(engine: Engine) -> Engine:
    """The same database for transactions that write: SQLite takes the write lock at their beginning.

    A transaction that reads first and writes later can fail in SQLite without waiting, when another wrote meanwhile.
    """
    return engine.execution_options(**_WRITES)


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows, or replace the whole row where its primary key exists."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key.columns]
    others = [column.name for column in table.columns if not column.primary_key]
    statement: postgresql.Insert | sqlite.Insert
    statement = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    replacement = {name: statement.excluded[name] for name in others}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=replacement), list(rows))


def insert_missing(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, unique: Sequence[str]
) -> int:
    """Insert the rows whose unique columns are not there yet; return how many those were."""
    if not rows:
        return 0
    statement: postgresql.Insert | sqlite.Insert
    statement = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    inserted = connection.execute(statement.on_conflict_do_nothing(index_elements=list(unique)), list(rows))
    return max(inserted.rowcount, 0)


def _set_up_sqlite(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver begins no transactions: _begin_sqlite does
    for pragma in (
        f"busy_timeout = {BUSY_MILLISECONDS}",
        "journal_mode = WAL",
        # NORMAL would lose the last commits in a power cut, and with them pages that their site may no longer have.
        # FULL costs one flush a commit, that is a part of hundreds of pages.
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().keys() & _WRITES.keys()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _ensure_tables(engine: Engine) -> None:
    with writing(engine).begin() as connection:
        if not engine.dialect.has_table(connection, SCHEMA.name):
            METADATA.create_all(connection)
            connection.execute(SCHEMA.insert().values(version=SCHEMA_VERSION))
            return
        version = connection.execute(select(SCHEMA.c.version)).scalar_one()
        if version > SCHEMA_VERSION:
            raise CatalogueTooNewError(
                f"the catalogue has schema version {version}, this release knows {SCHEMA_VERSION}: "
                "use the newer release that wrote it"
            )
        if version < SCHEMA_VERSION:
            # So far releases have only added tables.
            METADATA.create_all(connection)
            connection.execute(SCHEMA.update().values(version=SCHEMA_VERSION))
