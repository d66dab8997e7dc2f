"""The page in a WARC response record: the HTTP message of it, read without trusting it."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from flows.fetch.results import Failure, Response
from flows.fetch.web.answers import received_headers, status_problem, type_problem
from flows.fetch.web.decoding import decode
from flows.fetch.web.fetcher import PAGE_TYPES

_STATUS_LINE = re.compile(rb"HTTP/[0-9](?:\.[0-9])? ([0-9]{3})(?:[ \r\n]|$)")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r\n")
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class PageLimits:
    """Bounds of one page, as for pages from the web; sizes in bytes."""

    url: int
    headers: int
    transfer: int
    body: int


def archived_page(
    block: bytes, url: str, *, captured_at: datetime, archived_at: str, started_at: datetime, limits: PageLimits
) -> Response | Failure:
    """The page of a record's block: an HTTP message with status 200 and a media type that articles come as.

    Archives differ in whether they keep a body as it was sent: one that states a transfer or content coding and
    evidently is without it already is taken as it is.
    """
    end = _HEAD_END.search(block, 0, limits.headers)
    status_line = _STATUS_LINE.match(block)
    if status_line is None:
        return Failure("damaged", "the record is no HTTP answer")
    if end is None and len(block) > limits.headers:
        return Failure("too-large", f"more than {limits.headers} bytes of headers")
    status = int(status_line[1])
    headers = _headers(block[: end.start() if end else len(block)])
    problem = status_problem(status, headers, captured_at) or type_problem(headers, PAGE_TYPES)
    if problem is not None:
        return replace(problem, retryable=False, retry_after=None)
    body = _decoded(block[end.end() if end else len(block) :], headers, limits)
    if isinstance(body, Failure):
        return replace(body, status=status, retryable=False)
    return Response(
        url, url, status, body, headers, started_at=started_at, captured_at=captured_at, archived_at=archived_at
    )


def matches_digest(block: bytes, stated: str | None) -> bool:
    """Whether the block has the digest that its record states, where that is one of a kind that can be computed.

    WARC writes ``sha1:`` and the digest in base 32, some tools in hexadecimal digits (ISO 28500:2017, 5.8).
    """
    name, _, value = (stated or "").partition(":")
    if name.lower() not in {"sha1", "sha256"} or not value.isascii():
        return True
    digest = hashlib.new(name.lower(), block, usedforsecurity=False).digest()
    try:
        said = bytes.fromhex(value) if len(value) == 2 * len(digest) else base64.b32decode(value.upper())
    except ValueError:
        return True
    return said == digest


def _headers(head: bytes) -> dict[str, str]:
    lines = _FOLD.sub(b" ", head).split(b"\n")[1:]
    pairs = (line.rstrip(b"\r").partition(b":") for line in lines)
    return received_headers([(name.strip(), value.strip()) for name, colon, value in pairs if colon and name.strip()])


def _decoded(body: bytes, headers: Mapping[str, str], limits: PageLimits) -> bytes | Failure:
    """The body without transfer and content coding."""
    chunked = headers.get("transfer-encoding", "").strip().lower().endswith("chunked")
    sent = _joined_chunks(body) if chunked else body
    if isinstance(sent, Failure):
        return sent
    encodings = headers.get("content-encoding", "").split(",")
    plain = decode(sent, encodings, limits.body)
    if isinstance(plain, Failure) and plain.kind == "protocol" and _is_text(sent):
        plain = sent
    if isinstance(plain, bytes) and len(plain) > limits.body:
        return Failure("too-large", f"{len(plain)} bytes, {limits.body} allowed")
    return plain


def _joined_chunks(body: bytes) -> bytes | Failure:
    """The content of a chunked body (RFC 9112, 7.1); a body that does not begin with a chunk as it is."""
    joined = bytearray()
    offset = 0
    while (chunk := _CHUNK.match(body, offset)) is not None:
        size = int(chunk[1], 16)
        if size == 0:
            return bytes(joined)
        end = chunk.end() + size
        if body[end : end + 2] != b"\r\n":
            break
        joined += body[chunk.end() : end]
        offset = end + 2
    if offset == 0:
        return body
    return Failure("protocol", f"the chunked body breaks off after {len(joined)} bytes")


def _is_text(body: bytes) -> bool:
    """Whether the body is evidently not packed."""
    if body.removeprefix(_MARK).lstrip()[:1] == b"<":
        return True
    try:
        return "\0" not in body.decode()
    except UnicodeDecodeError:
        return False
