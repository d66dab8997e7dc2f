"""What the schema of a table promises, as questions to the parts that changed."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from transforms.schemas import ARTICLES, Column, Table
from warehouse.ddl import literal, quoted


@dataclass(frozen=True, slots=True)
class SchemaCheck:
    """Rows of ``relation`` that meet ``condition`` break the promise; checks of one relation are asked together."""

    name: str
    doc: str
    relation: str
    condition: str
    columns: str


def schema_checks(table: Table) -> Iterator[SchemaCheck]:
    """Row counts, keys, required values, closed lists, pages and spans of one table."""
    yield _as_many_rows_as_the_files(table)
    yield _keys(table)
    key = [name for name in table.key if name != "part"]
    relation = _changed_rows(table)
    for name, doc, condition, shown in _rules(table):
        columns = ", ".join(f"held.{quoted(column)}" for column in dict.fromkeys(["part", *key, *shown]))
        yield SchemaCheck(f"{table.name}.{name}", doc, relation, condition, columns)


def _as_many_rows_as_the_files(table: Table) -> SchemaCheck:
    changed = "part IN (SELECT part FROM changed_parts)"
    return SchemaCheck(
        f"{table.name}.rows",
        f"Parts of {table.name} that have not as many rows as their file.",
        f"""(SELECT coalesce(file.part, held.part) AS part, file.rows AS expected, held.rows AS found
        FROM (SELECT part, rows FROM lake.loaded_parts WHERE table_name = {literal(table.name)} AND {changed}) AS file
        FULL JOIN (SELECT part, count(*) AS rows FROM lake.{quoted(table.name)} WHERE {changed} GROUP BY part) AS held
            ON held.part = file.part)""",
        "coalesce(expected, 0) <> coalesce(found, 0)",
        "*",
    )


def _keys(table: Table) -> SchemaCheck:
    key = ", ".join(quoted(name) for name in table.key)
    return SchemaCheck(
        f"{table.name}.key",
        f"Rows of {table.name} that share {', '.join(table.key)} within a part.",
        # Across parts a page may be there twice: fetched twice without a change. Views show one of them.
        f"""(SELECT part, {key}, count(*) AS times FROM lake.{quoted(table.name)}
        WHERE part IN (SELECT part FROM changed_parts) GROUP BY ALL)""",
        "times > 1",
        "*",
    )


def _changed_rows(table: Table) -> str:
    """Rows of the changed parts as ``held``, with the article of their page beside them where they are about one."""
    changed = f"(SELECT * FROM lake.{quoted(table.name)} WHERE part IN (SELECT part FROM changed_parts)) AS held"
    if not _is_about_articles(table):
        return changed
    return f"""{changed} LEFT JOIN (
            SELECT page_id, part, text FROM lake.articles WHERE part IN (SELECT part FROM changed_parts)
        ) AS article ON article.page_id = held.page_id AND article.part = held.part"""


def _rules(table: Table) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Name, sentence and condition of what offends, and the columns that show it."""
    if required := [column.name for column in table.columns if column.required]:
        missing = " OR ".join(f"held.{quoted(name)} IS NULL" for name in required)
        yield "required", f"Rows of {table.name} that lack a required value.", missing, ()
    for column in table.columns:
        if column.values:
            allowed = ", ".join(literal(value) for value in column.values)
            doc = f"Rows of {table.name} whose {column.name} is not one of its values."
            yield column.name, doc, f"held.{quoted(column.name)} NOT IN ({allowed})", (column.name,)
    if _is_about_articles(table):
        doc = f"Rows of {table.name} whose page has no article in the same part."
        yield "page_id", doc, "article.page_id IS NULL", ()
    text = "held.text" if table is ARTICLES else "article.text"
    for column in table.columns:
        if column.span_of is not None:
            end = column.name.removesuffix("start") + "end"
            doc = f"Rows of {table.name} whose {column.span_of} is not the text at {column.name}."
            condition = _is_elsewhere(text, *(f"held.{quoted(name)}" for name in (column.name, end, column.span_of)))
            yield column.name, doc, condition, (column.name, end, column.span_of)
        elif fields := _span_fields(column):
            surface = "span.text" if "text" in fields else None
            doc = f"Rows of {table.name} in which a span of {column.name} is not in the text."
            outside = _is_elsewhere(text, "span.start", "span.end", surface)
            condition = f"len(list_filter(held.{quoted(column.name)}, lambda span: {outside})) > 0"
            yield column.name, doc, condition, (column.name,)


def _is_about_articles(table: Table) -> bool:
    return table.step == "annotate"


def _is_elsewhere(text: str, start: str, end: str, surface: str | None) -> str:
    """Condition that a span is given and is outside the text, or that other characters than the surface are there."""
    wrong = f"{start} < 0 OR {end} IS NULL OR {end} < {start} OR {end} > length({text})"
    if surface is not None:
        wrong += f" OR substr({text}, {start} + 1, {end} - {start}) IS DISTINCT FROM {surface}"
    return f"{text} IS NOT NULL AND {start} IS NOT NULL AND ({wrong})"


def _span_fields(column: Column) -> frozenset[str]:
    """Fields of the column's items, where they are spans."""
    if not pa.types.is_list(column.type) or not pa.types.is_struct(column.type.value_type):
        return frozenset()
    fields = frozenset(field.name for field in column.type.value_type)
    return fields if {"start", "end"} <= fields else frozenset()
