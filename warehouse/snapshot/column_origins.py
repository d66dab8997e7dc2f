"""Which known column a column of a query is, as far as the query itself says it without doubt."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb

from warehouse.slots import NAME

Relation = tuple[str, str]
"""Schema and name."""
Columns = Mapping[str, tuple[str, str | None]]
"""Type and sentence by name, in the order of the columns."""


def known_columns(connection: duckdb.DuckDBPyConnection) -> Mapping[Relation, Columns]:
    """Every view and table of the published database with its columns."""
    found = connection.execute(
        "SELECT schema_name, table_name, column_name, data_type, comment FROM duckdb_columns() "
        "WHERE database_name = $database AND NOT internal ORDER BY schema_name, table_name, column_index",
        {"database": NAME},
    ).fetchall()
    relations: dict[Relation, dict[str, tuple[str, str | None]]] = {}
    for schema, table, column, type_, comment in found:
        relations.setdefault((schema, table), {})[column] = (type_, comment)
    return relations


def column_docs(connection: duckdb.DuckDBPyConnection, query: str) -> Mapping[str, str]:
    """Sentences for the columns of a query that are columns of views and tables as they are, renamed or not.

    What is computed, comes from a subquery or a macro, or could be one of two has none.

    Args:
        connection: From ``warehouse.query.open_read_only``.
        query: A SELECT that DuckDB accepts.
    """
    [(serialized,)] = connection.execute("SELECT json_serialize_sql($query)", {"query": query}).fetchall()
    parsed = json.loads(serialized)
    if parsed["error"] or len(parsed["statements"]) != 1:
        return {}
    node = parsed["statements"][0]["node"]
    if node["type"] != "SELECT_NODE":
        return {}
    named = {entry["key"] for entry in node["cte_map"]["map"]}
    known = known_columns(connection)
    tables = dict(_tables(node["from_table"]))
    relations = {
        alias: known.get(relation, {}) if relation and relation[1] not in named else None
        for alias, relation in tables.items()
    }
    docs: dict[str, str] = {}
    for item in node["select_list"]:
        if item["type"] == "STAR" and not item["replace_list"] and not item["rename_list"] and not item["expr"]:
            chosen = item["relation_name"]
            columns = {name for alias, each in relations.items() if chosen in {"", alias} for name in each or ()}
            docs |= {name: doc for name in columns if (doc := _doc(relations, chosen, name))}
        elif item["type"] == "COLUMN_REF":
            *qualifiers, name = item["column_names"]
            if doc := _doc(relations, qualifiers[-1] if qualifiers else "", name):
                docs[item["alias"] or name] = doc
    return docs


def _doc(relations: Mapping[str, Columns | None], alias: str, name: str) -> str | None:
    """The sentence of the only column that the name can stand for."""
    reachable = [each for key, each in relations.items() if alias in {"", key}]
    if any(each is None for each in reachable):
        return None
    docs = {each[name][1] for each in reachable if each and name in each}
    return docs.pop() if len(docs) == 1 else None


def _tables(source: Mapping[str, Any]) -> Iterator[tuple[str, Relation | None]]:
    """What a FROM clause names: alias and relation; None for what is no relation of the database."""
    if source["type"] == "JOIN":
        yield from _tables(source["left"])
        yield from _tables(source["right"])
    elif source["type"] == "BASE_TABLE":
        relation = (source["schema_name"] or "main", source["table_name"])
        yield source["alias"] or source["table_name"], relation
    elif source["type"] != "EMPTY":
        yield source["alias"] or "", None
