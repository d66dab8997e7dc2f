"""Bytes to text: which character set a page is in, and whether it is text at all."""

import codecs
import re
from dataclasses import dataclass
from email.message import Message
from typing import Literal

import charset_normalizer

from transforms.clean.records import Reject

MAX_BYTES = 10_000_000
"""Far above any news page (the largest of 954 measured pages has 2.2 MB); a bound on time and memory."""
DETECTION_SAMPLE = 50_000
"""Bytes given to statistical detection, whose time grows with length."""

CharsetOrigin = Literal["bom", "utf-8", "header", "meta", "detection"]
Kind = Literal["html", "text"]

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# https://encoding.spec.whatwg.org/#names-and-labels: what browsers take these labels for
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "tis-620": "cp874",
}
# Codecs whose text is pure ASCII in bytes, so that trying UTF-8 first would be wrong
_SEVEN_BIT = frozenset({"iso2022_jp", "iso2022_kr", "hz"})
_BINARY_OPENINGS = (
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"RIFF",
    b"\x7fELF",
    b"ID3",
    b"OggS",
    b"\x00\x00\x01\x00",
    b"7z\xbc\xaf",
    b"Rar!",
    b"BZh",
    b"{\\rtf",
    b"\xd0\xcf\x11\xe0",
)
_META_CHARSET = re.compile(rb"""<meta\b[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"""^\s*<\?xml\b[^>]{0,100}?encoding\s*=\s*["']([\w.:-]{2,40})["']""", re.IGNORECASE)
_HTML_OPENING = re.compile(
    r"^\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)*"
    r"<(?:!doctype\s+html|html|head|body|meta|title|script|link|style|div|article|section|header|main|nav|p|h[1-6])\b",
    re.IGNORECASE | re.DOTALL,
)
_XML_OPENING = re.compile(r"^\s*<(?:\?xml|rss|feed|urlset|sitemapindex|svg)\b", re.IGNORECASE)
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_UNCERTAIN_TYPES = frozenset(
    {"", "text/plain", "text/xml", "application/xml", "application/octet-stream", "unknown/unknown", "text/markdown"}
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page's text, what it is, and which evidence decided its character set."""

    text: str
    kind: Kind
    charset: str
    origin: CharsetOrigin


def decode(body: bytes, content_type: str | None) -> Decoded | Reject:
    """The page as text, or why it is none.

    Evidence in this order: byte order mark, valid UTF-8 (text in another set is practically never valid UTF-8), HTTP
    header, the page's own declaration, detection. A declaration that does not fit the bytes is passed over.
    """
    media_type, header_charset = _media_type(content_type)
    if refused := _refused(body, media_type):
        return refused
    decoded = _decode_text(body, header_charset)
    if decoded is None:
        return Reject("wrong-type", "no character set fits the content")
    text, charset, origin = decoded
    kind = _kind(text, media_type)
    if kind is None:
        return Reject("wrong-type", "XML that is not a page")
    return Decoded(text, kind, charset, origin)


def _refused(body: bytes, media_type: str) -> Reject | None:
    if len(body) > MAX_BYTES:
        return Reject("too-large", f"{len(body)} bytes, at most {MAX_BYTES}")
    if not body.strip():
        return Reject("empty", "no content")
    if media_type not in _HTML_TYPES and media_type not in _UNCERTAIN_TYPES:
        return Reject("wrong-type", media_type)
    binary = _looks_binary(body)
    return Reject("wrong-type", binary) if binary else None


def _media_type(content_type: str | None) -> tuple[str, str | None]:
    if not content_type:
        return "", None
    message = Message()
    message["content-type"] = content_type.replace("\n", " ").replace("\r", " ")
    charset = message.get_param("charset")
    return content_type.split(";")[0].strip().lower(), charset if isinstance(charset, str) else None


def _looks_binary(body: bytes) -> str | None:
    for opening in _BINARY_OPENINGS:
        if body.startswith(opening):
            return f"binary content beginning with {opening!r}"
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)):
        return None
    sample = body[:4096]
    zeros = sample.count(0)
    if zeros * 10 > len(sample) and zeros * 10 < len(sample) * 4:
        return "binary content"
    controls = sum(sample.count(byte) for byte in range(1, 32) if byte not in {9, 10, 12, 13, 27})
    return "binary content" if controls * 20 > len(sample) else None


def _decode_text(body: bytes, header_charset: str | None) -> tuple[str, str, CharsetOrigin] | None:
    for mark, charset in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(charset, "replace"), charset, "bom"
    declared: list[tuple[str, CharsetOrigin]] = []
    if header := _codec(header_charset):
        declared.append((header, "header"))
    head = body[:4096]
    found = _XML_CHARSET.search(head) or _META_CHARSET.search(head)
    if found and (meta := _codec(found[1].decode("ascii", "replace"))):
        declared.append((meta, "meta"))
    if not (declared and declared[0][0] in _SEVEN_BIT):
        text = _nearly_utf8(body)
        if text is not None:
            return text, "utf-8", "utf-8"
    for charset, origin in declared:
        try:
            return body.decode(charset), charset, origin
        except UnicodeError:
            continue
    best = charset_normalizer.from_bytes(body[:DETECTION_SAMPLE]).best()
    detected = _codec(best.encoding) if best is not None else None
    if detected and _readable(guessed := body.decode(detected, "replace")):
        return guessed, detected, "detection"
    if declared and _readable(forced := body.decode(declared[0][0], "replace")):
        return forced, declared[0][0], declared[0][1]
    return None


def _nearly_utf8(body: bytes) -> str | None:
    """UTF-8, with at most one broken character to twenty good ones that are not ASCII: a cut end, a pasted byte."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        wide = sum(1 for character in text if character > "\x7f")
        return text if broken * 20 <= wide and wide > 20 else None
    return None if "\x00" in text[:4096] else text


def _codec(label: str | None) -> str | None:
    if not label:
        return None
    try:
        name = codecs.lookup(label.strip().strip("\"'").lower()).name
    except (LookupError, ValueError):
        return None
    name = _SUPERSETS.get(name, name)
    try:
        # bytes-to-bytes codecs (base64, zlib) and dangerous or odd ones are no character sets
        return name if isinstance("a".encode(name), bytes) and name not in {"idna", "punycode", "utf-7"} else None
    except (LookupError, TypeError, ValueError):
        return None


def _readable(text: str) -> bool:
    sample = text[:DETECTION_SAMPLE]
    bad = sample.count("\ufffd") + sum(1 for character in sample if character < " " and character not in "\t\n\r\f\x1b")
    return bad * 50 <= len(sample)


def _kind(text: str, media_type: str) -> Kind | None:
    opening = text[:4096].lstrip("\ufeff")
    if media_type in _HTML_TYPES:
        return None if _XML_OPENING.match(opening) and "<html" not in opening.lower() else "html"
    if _HTML_OPENING.match(opening):
        return "html"
    if _XML_OPENING.match(opening):
        return "html" if "<html" in opening.lower() else None
    if media_type in {"text/xml", "application/xml"}:
        return None
    return "text"
