"""``datapackage.json``: a snapshot as a Data Package (datapackage.org, version 2), which other tools read.

What the standard has no word for is under ``newslake``, of the package and of each resource.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from warehouse.snapshot.content_hash import METHOD, Content
from warehouse.snapshot.origin import Extent, Origin
from warehouse.snapshot.parquet_files import WrittenFile
from warehouse.snapshot.selection import Resource, ResourceColumn, Rows

FILE = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
LAYOUT = 1
"""Of what is under ``newslake``; another one is refused by ``verify``."""

_FIELD_TYPES = {
    "BOOLEAN": "boolean",
    "FLOAT": "number",
    "DOUBLE": "number",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "datetime",
    "VARCHAR": "string",
    "BLOB": "string",
}


@dataclass(frozen=True, slots=True)
class Written:
    """A resource as it was written."""

    resource: Resource
    files: tuple[WrittenFile, ...]
    content: Content
    """Of the rows in the files."""
    extent: Extent
    repeatable: bool
    """Whether the query gave the same rows when it was asked again."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All there is to say about one."""

    name: str
    written: tuple[Written, ...]
    rows: Rows
    origin: Origin
    software: str
    created_at: datetime

    @property
    def id(self) -> str:
        """Equal for equal rows of equal names, whenever and from whatever state they were taken."""
        return snapshot_id({each.resource.name: each.content for each in self.written})

    @property
    def choice(self) -> str:
        """Which rows were chosen, for a person."""
        queries = sum(each.resource.query is not None for each in self.written)
        if queries == len(self.written):
            return "chosen by queries"
        return f"{self.rows.told()}{' of the tables, the rest by queries' if queries else ''}"

    @property
    def citation(self) -> str:
        """How to name it as a source."""
        tables = f"{len(self.written)} {'table' if len(self.written) == 1 else 'tables'}"
        count = sum(each.content.rows for each in self.written)
        return (
            f"{self.name} [data set], {self.created_at.astimezone(UTC):%Y-%m-%d}. {tables}, {count:,} rows; "
            f"{self.choice}. Taken with {self.software} from the state published "
            f"{self.origin.published_at:%Y-%m-%d %H:%M:%S} UTC. {self.id}"
        )


def snapshot_id(contents: Mapping[str, Content]) -> str:
    """``sha256:`` and the hash of the resources' names, numbers of rows and content hashes."""
    lines = sorted(f"{name} {content.rows} {content.digest}\n" for name, content in contents.items())
    return f"sha256:{hashlib.sha256(''.join(lines).encode()).hexdigest()}"


def descriptor(snapshot: Snapshot, documents: Mapping[str, bytes]) -> str:
    """The file's text.

    Args:
        snapshot: What it describes.
        documents: Other files of the folder, by name.
    """
    origin = asdict(snapshot.origin)
    package = {
        "$schema": PROFILE,
        "name": _standard_name(snapshot.name),
        "id": snapshot.id,
        "title": snapshot.name,
        "description": snapshot.citation,
        "created": f"{snapshot.created_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "sources": [{"title": each.source} for each in snapshot.origin.coverage],
        "resources": [_resource(each) for each in snapshot.written],
        "newslake": {
            "layout": LAYOUT,
            "software": snapshot.software,
            "citation": snapshot.citation,
            "selection": {
                "since": snapshot.rows.since,
                "until": snapshot.rows.until,
                "sources": snapshot.rows.sources,
            },
            "content_hash_method": METHOD,
            "state": {key: origin[key] for key in ("published_at", "definitions", "state", "tools", "models")},
            "coverage": origin["coverage"],
            "rights": origin["rights"],
            "documents": [
                {"path": name, "bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}
                for name, content in documents.items()
            ],
        },
    }
    # An empty list of sources is against the standard.
    kept = {key: value for key, value in package.items() if value or key != "sources"}
    return json.dumps(kept, ensure_ascii=False, indent=2, default=_as_text) + "\n"


def _resource(written: Written) -> dict[str, Any]:
    resource, files = written.resource, written.files
    single = files[0] if len(files) == 1 else None
    return {
        "name": resource.name,
        "path": single.name if single else [file.name for file in files],
        "type": "table",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "description": resource.doc,
        "bytes": sum(file.bytes for file in files),
        **({"hash": f"sha256:{single.sha256}"} if single else {}),
        "schema": {"fields": [_field(column) for column in resource.columns]},
        "newslake": {
            "sql": resource.sql,
            "query": resource.query,
            "rows": written.content.rows,
            "content_hash": written.content.digest,
            "repeatable": written.repeatable,
            "files": [
                {"path": file.name, "rows": file.rows, "bytes": file.bytes, "hash": f"sha256:{file.sha256}"}
                for file in files
            ],
            **asdict(written.extent),
        },
    }


def _field(column: ResourceColumn) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": field_type(column.type)}
    if column.doc:
        field["description"] = column.doc
    return {**field, "newslake:type": column.type}


def field_type(type_: str) -> str:
    """Table Schema's type for a type of DuckDB; the standard has no narrower ones."""
    if type_.endswith("]"):
        return "array"
    if type_.startswith(("STRUCT(", "MAP(")):
        return "object"
    if type_.startswith("DECIMAL"):
        return "number"
    if type_.startswith("TIMESTAMP"):
        return "datetime"
    return _FIELD_TYPES.get(type_, "integer" if type_.endswith(("INT", "INTEGER")) else "any")


def _standard_name(name: str) -> str:
    """The name in the letters that the standard allows."""
    kept = "".join(character if character.isascii() and character.isalnum() else "-" for character in name.lower())
    return kept.strip("-") or "snapshot"


def _as_text(value: object) -> str:
    """Days and instants; the latter are UTC without a zone in the database."""
    if isinstance(value, datetime):
        return f"{value.isoformat()}Z"
    return str(value)


def total_bytes(files: Sequence[WrittenFile]) -> int:
    """Size of some files together."""
    return sum(file.bytes for file in files)
