"""Cleaning and annotating JSON lines: for evaluation, and for people who bring their own pages and texts."""

import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from flows.clean_pages import PageCleaner, page_cleaner
from transforms.clean.decode import MAX_BYTES

BATCH = 32
"""Texts annotated together: memory stays bounded, and larger batches are no faster."""


class BadLineError(ValueError):
    """A line of input is not what it should be; the message gives its number and what is wrong."""


def clean_lines(
    lines: Iterable[str], write: Callable[[str], object], *, base: Path, cleaner: PageCleaner | None = None
) -> int:
    """One cleaned article, or the reason why there is none, for each line; returns their number.

    A page that hangs or crashes the parser is rejected like others that give no article.

    Args:
        lines: JSON objects with id, url and either html (a text) or file (a path; ``.gz`` is unpacked).
        write: Gets one JSON object a line: id, title, authors, published, language, text, rejected, …
        base: Folder that relative files are looked up in.
        cleaner: What cleans; by default this process's own.

    Raises:
        BadLineError: a line is no JSON object or lacks a field.
    """
    from transforms.clean import Article, Page

    cleaner = cleaner or page_cleaner()
    count = 0
    for count, record in enumerate(_records(lines, ("id", "url"), ("item_title", "item_published")), 1):
        body = _body(record, base, count)
        page = Page(
            url=record["url"],
            final_url=record["url"],
            body=body,
            content_type="text/html; charset=utf-8" if "html" in record else "text/html",
            headers={},
            item_title=record.get("item_title"),
            item_published=record.get("item_published"),
        )
        cleaned = cleaner.clean(page)
        if isinstance(cleaned, Article):
            result: dict[str, Any] = {
                "id": record["id"],
                "title": cleaned.title,
                "authors": list(cleaned.authors or ()),
                "published": cleaned.published,
                "published_origin": cleaned.published_origin,
                "language": cleaned.language,
                "canonical_url": cleaned.canonical_url,
                "text": cleaned.text,
                "rejected": None,
            }
        else:
            reason = cleaned.reason if cleaned.detail is None else f"{cleaned.reason}: {cleaned.detail}"
            result = {"id": record["id"], "title": None, "authors": [], "published": None, "language": None}
            result |= {"text": None, "rejected": reason}
        write(_line(result))
    return count


def annotate_lines(lines: Iterable[str], write: Callable[[str], object], *, model: str) -> int:
    """Entities, quotes, events and times for each line; returns their number.

    Args:
        lines: JSON objects with id and text, and optionally published, language and title.
        write: Gets one JSON object a line; offsets are code points of the text as given.
        model: spaCy pipeline, a package's name or a folder.

    Raises:
        BadLineError: a line is no JSON object, lacks a field, or its date is none.
    """
    from transforms.annotate import Annotator, Document
    from transforms.annotate.exchange import as_json

    annotator = Annotator(model)
    count = 0
    for batch in _batches(_records(lines, ("id", "text"), ("title", "language")), BATCH):
        documents = [
            Document(record["text"], record.get("title"), _day(record, count + position), record.get("language"))
            for position, record in enumerate(batch, 1)
        ]
        for record, annotations in zip(batch, annotator.annotate(documents), strict=True):
            write(_line({"id": record["id"], **as_json(annotations)}))
        count += len(batch)
    return count


def _line(result: Mapping[str, Any]) -> str:
    """One line of JSON; lone surrogates, which no encoding can write, stay escaped."""
    line = json.dumps(result, ensure_ascii=False)
    return (line if line.isascii() or _is_encodable(line) else json.dumps(result)) + "\n"


def _is_encodable(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _records(lines: Iterable[str], required: tuple[str, ...], optional: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadLineError(f"line {number} is not JSON: {error}") from error
        if not isinstance(record, dict):
            raise BadLineError(f"line {number} is not a JSON object")
        if missing := [name for name in required if not isinstance(record.get(name), str)]:
            raise BadLineError(f"line {number} has no text in {', '.join(missing)}")
        if wrong := [name for name in optional if not isinstance(record.get(name), str | None)]:
            raise BadLineError(f"line {number} has something other than a text in {', '.join(wrong)}")
        yield record


def _batches(records: Iterator[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    while batch := list(islice(records, size)):
        yield batch


def _body(record: dict[str, Any], base: Path, number: int) -> bytes:
    html, file = record.get("html"), record.get("file")
    if isinstance(html, str):
        return html.encode("utf-8", "surrogatepass")
    if not isinstance(file, str):
        raise BadLineError(f"line {number} has neither html nor file")
    path = base / file
    with gzip.open(path) if file.endswith(".gz") else path.open("rb") as content:
        return content.read(MAX_BYTES + 1)  # one more than cleaning takes, so that it says so itself


def _day(record: dict[str, Any], number: int) -> date | None:
    published = record.get("published")
    if not published:
        return None
    try:
        return date.fromisoformat(str(published)[:10])
    except ValueError as error:
        raise BadLineError(f"line {number}: published is no ISO 8601 date: {published!r}") from error
