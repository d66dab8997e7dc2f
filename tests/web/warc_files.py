"""WARC files as crawlers write them, by warcio, and what can be wrong with them."""

import gzip
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

HTML = (("Content-Type", "text/html; charset=utf-8"),)


@dataclass(frozen=True, slots=True)
class Answer:
    """A page that a crawler captured."""

    url: str
    body: bytes = b"<p>The harbour ferry runs again.</p>"
    status: str = "200 OK"
    headers: tuple[tuple[str, str], ...] = HTML
    captured_at: str = "2026-03-01T08:00:00Z"
    warc_headers: dict[str, str] = field(default_factory=dict)
    with_request: bool = True
    """Whether the request is recorded in front of it, as most crawlers do."""


def records(answers: Sequence[Answer], *, packed: bool = True) -> list[bytes]:
    """A ``warcinfo`` record and those of the answers, each as it stands in the file, requests in front of answers."""
    written = [_record(lambda writer: writer.create_warcinfo_record("news.warc.gz", {"software": "test"}), packed)]
    for answer in answers:
        before = b""
        if answer.with_request:
            head = StatusAndHeaders("GET / HTTP/1.1", [("Host", "news.example")], is_http_request=True)
            before = _record(
                lambda writer, url=answer.url, head=head: writer.create_warc_record(
                    url, "request", payload=io.BytesIO(b""), http_headers=head
                ),
                packed,
            )
        written.append(before + _response(answer, packed))
    return written


def warc(answers: Sequence[Answer], *, packed: bool = True) -> bytes:
    """A whole file; where it is packed, each record is a gzip member of its own."""
    return b"".join(records(answers, packed=packed))


def in_one_member(answers: Sequence[Answer]) -> bytes:
    """A file that somebody packed as a whole afterwards."""
    return gzip.compress(warc(answers, packed=False), mtime=0)


def members(packed: bytes) -> list[bytes]:
    """The gzip members of a file."""
    found = []
    while packed:
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        unpacker.decompress(packed)
        found.append(packed[: len(packed) - len(unpacker.unused_data)])
        packed = unpacker.unused_data
    return found


def _response(answer: Answer, packed: bool) -> bytes:
    head = StatusAndHeaders(answer.status, list(answer.headers), protocol="HTTP/1.1")
    extra = {"WARC-Date": answer.captured_at, **answer.warc_headers}
    return _record(
        lambda writer: writer.create_warc_record(
            answer.url, "response", payload=io.BytesIO(answer.body), http_headers=head, warc_headers_dict=extra
        ),
        packed,
    )


def _record(make, packed: bool) -> bytes:  # type: ignore[no-untyped-def]  # noqa: ANN001
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=packed)
    record = make(writer)
    writer.write_record(record)
    record.raw_stream.close()  # the temporary file in which warcio computed the digests
    return file.getvalue()
