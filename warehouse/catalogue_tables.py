"""The catalogue's tables, for SQLite and PostgreSQL alike."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    TypeDecorator,
)

SCHEMA_VERSION = 3
"""Raised whenever a release changes these tables. 2: ``discoveries``, ``documents`` and ``archives``; 3:
``tombstones``.
"""

METADATA = MetaData()


class Instant(TypeDecorator[datetime]):
    """An aware datetime in, aware UTC out; SQLite itself keeps no time zone.

    Raises:
        ValueError: a datetime without a time zone is written.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC, so that SQLite's texts sort by time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware, whatever the database gives."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


SCHEMA = Table("catalogue_schema", METADATA, Column("version", Integer, primary_key=True, autoincrement=False))

PARTS = Table(
    "parts",
    METADATA,
    Column("day", Date, nullable=False),
    Column("source", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("generation", Integer, nullable=False),
    PrimaryKeyConstraint("day", "source", "number"),
)
"""``generation`` counts the commits of the part over all its steps."""

STEP_STATES = Table(
    "steps",
    METADATA,
    Column("day", Date, nullable=False),
    Column("source", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("tool", Text),
    Column("finished_at", Instant),
    Column("run_id", Text),
    Column("failures", Integer, nullable=False),
    Column("error", Text),
    PrimaryKeyConstraint("day", "source", "number", "step"),
    ForeignKeyConstraint(
        ["day", "source", "number"], ["parts.day", "parts.source", "parts.number"], ondelete="CASCADE"
    ),
    CheckConstraint("status IN ('done', 'failed')", name="steps_status"),
    Index("steps_by_step", "step", "status"),
)

FILES = Table(
    "files",
    METADATA,
    Column("path", Text, primary_key=True),
    Column("day", Date, nullable=False),
    Column("source", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("table_name", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("tool", Text, nullable=False),
    ForeignKeyConstraint(
        ["day", "source", "number", "step"],
        ["steps.day", "steps.source", "steps.number", "steps.step"],
        ondelete="CASCADE",
    ),
    Index("files_by_part", "day", "source", "number", "step", "table_name", unique=True),
    Index("files_by_table", "table_name"),
)

WINDOWS = Table(
    "windows",
    METADATA,
    Column("window_id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("start", Instant, nullable=False),
    Column("end", Instant, nullable=False),
    Column("status", Text, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("detail", Text),
    Column("run_id", Text),
    CheckConstraint("status IN ('done', 'failed')", name="windows_status"),
    Index("windows_by_source", "source", "day"),
)

KNOWN_URLS = Table(
    "known_urls",
    METADATA,
    Column("url_id", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("page_id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("fetched_at", Instant, nullable=False),
    Index("known_urls_by_source", "source", "fetched_at"),
)
"""By an id made from the URL: a URL can be longer than an index of PostgreSQL takes."""

DISCOVERIES = Table(
    "discoveries",
    METADATA,
    Column("discovery_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("source", Text, nullable=False),
    Column("url_id", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("found_in", Text, nullable=False),
    Column("title", Text),
    Column("published", Text),
    Column("dated", Instant),
    Column("address", Text),
    Column("day", Date, nullable=False),
    Column("found_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", Instant),
    Column("attempts", Integer, nullable=False),
    Column("visits", Integer, nullable=False),
    Column("asked_at", Instant),
    Column("outcome", Text),
    Column("page_id", Text),
    Column("etag", Text),
    Column("last_modified", Text),
    CheckConstraint("state IN ('waiting', 'got', 'refused')", name="discoveries_state"),
    Index("discoveries_by_key", "source", "url_id", unique=True),
    Index("discoveries_by_due", "source", "due_at"),
    Index("discoveries_by_day", "source", "day", "state"),
)
"""Pages that sources name, and what became of them; by source, as two sources may name one page."""

DOCUMENTS = Table(
    "documents",
    METADATA,
    Column("document_id", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("checked_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("fresh_until", Instant),
    Column("covers_from", Instant),
    Column("status", Integer),
    Column("body", LargeBinary),
)

ARCHIVES = Table(
    "archives",
    METADATA,
    Column("source", Text, nullable=False),
    Column("name_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("finished", Boolean, nullable=False),
    PrimaryKeyConstraint("source", "name_id"),
)
"""How far each archive file of each source has been read."""

TOMBSTONES = Table(
    "tombstones",
    METADATA,
    Column("mark", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("erased_at", Instant, nullable=False),
    Column("reason", Text),
    Column("finished_at", Instant),
    CheckConstraint("kind IN ('page', 'host')", name="tombstones_kind"),
)
"""What was erased, by marks that do not tell what it was; not finished where its removal was interrupted."""

RUNS = Table(
    "runs",
    METADATA,
    Column("run_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("report", JSON(none_as_null=True)),
    Index("runs_by_start", "started_at"),
)
