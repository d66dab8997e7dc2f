"""Raw pages as a WARC file (ISO 28500:2017, WARC 1.1), which every web archive's tools read.

Written by hand, as it takes few lines and the libraries do other than is wanted here: warcio draws record ids at
random, takes dates from the clock and percent-encodes header values that are not ASCII.
"""

import hashlib
import re
import uuid
import zlib
from base64 import b32encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

from warehouse.durable_files import written_aside
from warehouse.lake import Lake
from warehouse.parts import PartFile

ROWS_AT_ONCE = 16
"""As many bodies as one page of the Parquet file has: fewer save no memory."""
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:newslake:warc-record")
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A header's name (RFC 9110, 5.6.2)."""
_NOT_IN_A_VALUE = re.compile(r"[\x00\r\n]")
_NOT_IN_A_URI = re.compile(r"[^!-~]")
_OF_THE_TRANSFER = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""They describe the body as it was sent; the lake keeps it unpacked."""


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What became of an export."""

    records: int
    """Pages written."""
    bytes: int
    """Size of the file."""
    without_body: int
    """Wanted pages that are not in the file, as their bodies were removed when the time for keeping them was over."""


def export_warc(
    lake: Lake,
    files: Sequence[PartFile],
    target: Path,
    *,
    wanted: Callable[[Mapping[str, Any]], bool],
    software: str,
    now: datetime,
) -> ExportReport:
    """Write pages into one file, each a member of its own; equal pages and arguments give equal bytes.

    A page from the web is a ``response`` record at its final URL, with a ``metadata`` record that names the URL asked
    for where that is another; a local file is a ``resource`` record. The file appears when it is complete, in place of
    one of that name.

    Args:
        lake: Where the files lie.
        files: Files of ``raw_pages``, in the order in which their pages are written.
        target: Where to write; its name should end in ``.warc.gz``.
        wanted: Told each row but for its body, decides whether it is written.
        software: Name and version of what writes it, for the first record.
        now: When it is written.

    Raises:
        ValueError: a file is not of ``raw_pages``.
        OSError: the target cannot be written.
    """
    if strangers := [file.path for file in files if file.table != "raw_pages"]:
        raise ValueError(f"{strangers[0]} is not of raw_pages")
    with written_aside(target) as output:
        counts = _write(output, lake, files, target.name, wanted, software, now)
        size = output.tell()
    return ExportReport(records=counts[0], bytes=size, without_body=counts[1])


def _write(
    output: BinaryIO,
    lake: Lake,
    files: Sequence[PartFile],
    name: str,
    wanted: Callable[[Mapping[str, Any]], bool],
    software: str,
    now: datetime,
) -> tuple[int, int]:
    """Pages written, and pages whose bodies are gone."""
    about = f"software: {_value(software)}\r\nformat: WARC File Format 1.1\r\n".encode()
    head = [("WARC-Type", "warcinfo"), ("WARC-Date", _date(now)), ("WARC-Filename", _value(name))]
    info_id = _record_id("warcinfo", name, software, _date(now))
    output.write(_member([*head, ("Content-Type", "application/warc-fields")], info_id, about))
    written = without_body = 0
    for file in files:
        for batch in lake.batches(file, rows=ROWS_AT_ONCE):
            about_pages = batch.drop_columns(["body"]).to_pylist()
            for row, body in zip(about_pages, batch.column("body"), strict=True):
                if not wanted(row):
                    continue
                if row["body_removed_at"] is not None:
                    without_body += 1
                    continue
                output.writelines(_page(row, body.as_py(), info_id))
                written += 1
    return written, without_body


def _page(row: Mapping[str, Any], body: bytes, info_id: str) -> Iterator[bytes]:
    uri = _uri(row["final_url"])
    # The same page may have been seen again, by another source.
    page_id = _record_id("page", row["page_id"], _date(row["observed_at"]))
    common = [("WARC-Date", _date(row["observed_at"])), ("WARC-Warcinfo-ID", info_id)]
    head = [("WARC-Target-URI", uri), *common, ("WARC-Payload-Digest", _digest(body))]
    if row["status"] is None:
        head = [("WARC-Type", "resource"), *head]
        head.append(("Content-Type", _value(row["content_type"] or "application/octet-stream")))
        yield _member(head, page_id, body)
        return
    head = [("WARC-Type", "response"), *head, ("Content-Type", "application/http; msgtype=response")]
    yield _member(head, page_id, _http_head(row, len(body)) + body)
    asked = _uri(row["url"])
    if asked != uri:
        about = "".join(f"via: {url}\r\n" for url in dict.fromkeys([asked, *map(_uri, row["redirects"] or ())]))
        head = [("WARC-Type", "metadata"), ("WARC-Target-URI", uri), *common, ("WARC-Concurrent-To", page_id)]
        head.append(("Content-Type", "application/warc-fields"))
        yield _member(head, _record_id("metadata", page_id), about.encode())


def _http_head(row: Mapping[str, Any], length: int) -> bytes:
    """Status line and headers, as sent but for what described the transfer."""
    status = row["status"]
    lines = [f"HTTP/1.1 {status} {_PHRASES.get(status, '')}"]
    for name, value in row["headers"] or ():
        if _TOKEN.fullmatch(name) and name.lower() not in _OF_THE_TRANSFER:
            lines.append(f"{name}: {_value(value)}")
    lines.append(f"content-length: {length}")
    # What is no Latin-1 did not come from a header as received.
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _member(fields: Sequence[tuple[str, str]], record_id: str, block: bytes) -> bytes:
    """One record, packed by itself so that readers can begin at it."""
    named = [*fields[:1], ("WARC-Record-ID", record_id), *fields[1:]]
    named += [("WARC-Block-Digest", _digest(block)), ("Content-Length", str(len(block)))]
    head = "WARC/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in named) + "\r\n"
    # gzip with no time and no name, which would make equal records differ.
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return packer.compress(head.encode() + block + b"\r\n\r\n") + packer.flush()


def _record_id(kind: str, *parts: str) -> str:
    return f"<urn:uuid:{uuid.uuid5(_NAMESPACE, repr((kind, *parts)))}>"


def _digest(content: bytes) -> str:
    """SHA-1 in base 32, as the indexes of web archives have it."""
    return "sha1:" + b32encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()


def _date(instant: datetime) -> str:
    """W3C date in UTC (ISO 28500, 5.4), with fractions only where there are any."""
    written = instant.astimezone(UTC).replace(tzinfo=None)
    return written.isoformat(timespec="microseconds" if written.microsecond else "seconds") + "Z"


def _value(text: str) -> str:
    """The text as a header's value: no line break, so that no value becomes a header of its own."""
    return _NOT_IN_A_VALUE.sub(" ", text).strip()


def _uri(url: str) -> str:
    return _NOT_IN_A_URI.sub(lambda match: quote(match[0]), url)
