"""The entries of a sitemap in XML as they stand there, whole or broken, within bounds.

libxml2 goes on behind most errors, but it makes another URL of one with a bare ampersand, it stops at a bare bracket,
and a few lines with entities can stand for gigabytes. So neither document types nor entities reach it: it is given what
follows the prolog, in UTF-8, with every ampersand escaped that begins none of XML's own five entities, and every
bracket that begins no tag. It builds no tree.
"""

import codecs
import html
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from typing import Literal, cast

from lxml import etree

from flows.fetch.results import Failure

Kind = Literal["url", "sitemap"]
"""An entry is about a page or, in an index, about a sitemap."""

MAX_EVENTS = 4_000_000
"""Elements and pieces of text: eighty for each of the entries that a sitemap may have; a news sitemap needs thirty."""
MAX_NAMES = 500
"""Different names of elements, attributes and namespaces; the protocol and all extensions of it have fewer than 100."""
MAX_DEPTH = 100
"""Elements within each other; sitemaps have 5."""
MAX_PROLOG = 200
"""Comments and instructions before the first element."""
LONGEST_FIELD = 20_000
"""Characters kept of an address, a title, a date."""
LONGEST_STRETCH = 1024 * 1024
"""Bytes in which nothing begins or ends: one tag, one comment, one text."""
_PIECE = 64 * 1024
_LONGEST_REASON = 200
_TOO_LONG = f"more than {LONGEST_STRETCH} bytes in which nothing begins or ends"

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_DECLARED = re.compile(rb"""\s*<\?xml\b[^>]{0,100}?encoding\s*=\s*["']([\w.:-]{2,40})["']""", re.IGNORECASE)
_CHARSET = re.compile(
    r"iso-?8859-?\d{1,2}|latin-?\d|windows-?\d{3,4}|cp-?\d{3,4}|koi8-[ru]|macintosh|shift_?jis|euc-?(?:jp|kr)"
    r"|gb2312|gbk|gb18030|big5(?:-?hkscs)?",
    re.IGNORECASE,
)
"""Character sets that a document may declare; Python knows others that take quadratic time."""
_FIRST_BYTES = 4096
_OPENING = re.compile(rb"<\?xml\b|<(?:[\w.-]{1,40}:)?(?:urlset|sitemapindex|rss|feed|rdf)\b", re.IGNORECASE)
_ROOTS = frozenset({b"urlset", b"sitemapindex", b"rss", b"feed", b"rdf", b"html"})
_SPACE = re.compile(rb"\s*")
_ROOT = re.compile(rb"<(?:[\w.-]{1,100}:)?([A-Za-z_][\w.-]{0,100})(?=[\s/>])")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
_BRACKET = re.compile(r"<(?![A-Za-z_:?]|/[A-Za-z_:]|!--|!\[CDATA\[)")
_KINDS: Mapping[str, Kind] = {"url": "url", "sitemap": "sitemap"}
_FIELDS: Mapping[str, frozenset[str]] = {
    "loc": frozenset(_KINDS),
    "lastmod": frozenset(_KINDS),
    "publication_date": frozenset({"news"}),
    "title": frozenset({"news"}),
}
"""What is read, and in which elements: pictures and films have addresses, dates and titles too."""


@dataclass(frozen=True, slots=True)
class Root:
    """Where a document's first element begins."""

    start: int
    name: str
    """Local, in lower case."""


@dataclass(frozen=True, slots=True)
class RawEntry:
    """One entry, nothing of it checked."""

    kind: Kind
    fields: Mapping[str, str]


@dataclass(slots=True)
class Content:
    """What was read."""

    entries: list[RawEntry] = field(default_factory=list)
    left_out: int = 0
    """Entries behind the limit."""
    problem: str | None = None
    """What is broken; then entries may be missing."""


def as_utf8(body: bytes) -> bytes:
    """The document in UTF-8, without a byte order mark.

    By the mark, else what is valid UTF-8 as that, else by the XML declaration.
    """
    for mark, charset in _MARKS:
        if body.startswith(mark):
            text = body if charset == "utf-8" else body.decode(charset, "replace").encode("utf-8", "replace")
            return text.removeprefix(codecs.BOM_UTF8)
    declared = _DECLARED.match(body[:_FIRST_BYTES])
    name = "" if declared is None else declared[1].decode("ascii")
    if not _CHARSET.fullmatch(name):
        return body
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return body.decode(name, "replace").encode("utf-8")
        except LookupError:
            return body
    return body


def root_of(body: bytes) -> Root | Failure | None:
    """The first element; None where the document is no XML at all.

    What stands before the XML, as a warning of the site's own software, is passed over. A document type is too, but
    one that declares something is refused: no sitemap does.
    """
    position = _space_from(body, 0)
    if body[position : position + 1] != b"<":
        opening = _OPENING.search(body[:_FIRST_BYTES])
        if opening is None:
            return None
        position = opening.start()
    for _ in range(MAX_PROLOG):
        if body.startswith(b"<?", position):
            mark = b"?>"
        elif body.startswith(b"<!--", position):
            mark = b"-->"
        elif body[position : position + 9].upper() == b"<!DOCTYPE":
            mark = b">"
            if b"[" in body[position : body.find(b">", position) + 1]:
                return Failure("wrong-type", "the document type declares something, as in no sitemap")
        else:
            root = _ROOT.match(body, position)
            if root is None:
                return Failure("wrong-type", "XML without an element")
            opening = None if root[1].lower() in _ROOTS else _OPENING.search(body[:_FIRST_BYTES], position + 1)
            if opening is None:
                return Root(root.start(), root[1].decode("ascii").lower())
            position = opening.start()
            continue
        end = body.find(mark, position)
        if end < 0:
            return Failure("wrong-type", "XML that ends in its prolog")
        position = _space_from(body, end + len(mark))
    return Failure("wrong-type", f"more than {MAX_PROLOG} comments before the first element")


def read_xml(body: bytes, start: int, *, max_entries: int) -> Content:
    """Entries of the element that begins there, in their order.

    In a thread of its own: lxml keeps every name that it has seen as long as the thread lives, which a site could fill
    the memory with.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="sitemap") as thread:
        return thread.submit(_read, body, start, max_entries).result()


def _read(body: bytes, start: int, max_entries: int) -> Content:
    target = _Target(max_entries)
    # lxml-stubs wants bytes as tags, which lxml never gives. The options are said although there is no document type
    # left that they could apply to.
    parser = etree.XMLParser(
        target=cast("etree.ParserTarget", target),
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
    )
    stretch = 0
    try:
        # A parser that is not closed keeps its names when its thread has ended: megabytes for one hostile document.
        with closing(parser):
            for piece in _pieces(body, start, target.content):
                before = target.events
                parser.feed(piece)
                stretch = stretch + len(piece) if target.events == before else 0
                if stretch > LONGEST_STRETCH:
                    target.content.problem = _TOO_LONG
                if target.content.problem is not None:
                    break
    except etree.XMLSyntaxError as error:
        target.content.problem = target.content.problem or f"broken XML: {error}"[:_LONGEST_REASON]
    fatal = next((entry for entry in parser.feed_error_log if entry.level == etree.ErrorLevels.FATAL), None)
    if fatal is not None and target.content.problem is None:
        target.content.problem = f"broken XML in line {fatal.line}: {fatal.message}"[:_LONGEST_REASON]
    return target.content


def _pieces(body: bytes, start: int, content: Content) -> Iterator[bytes]:
    """The document from there on, cut behind tags, up to its last one: so that a cut-off URL is never taken for one."""
    last = body.rfind(b">") + 1
    in_cdata = False
    while start < last:
        end = body.find(b">", min(start + _PIECE, last - 1)) + 1
        if end - start > LONGEST_STRETCH:
            content.problem = _TOO_LONG
            return
        text = _NO_XML.sub("", body[start:end].decode("utf-8", "replace"))
        escaped, in_cdata = _escaped(text, in_cdata=in_cdata)
        yield escaped.encode("utf-8")
        start = end


def _escaped(text: str, *, in_cdata: bool) -> tuple[str, bool]:
    """The text with its bare ampersands and brackets escaped outside of CDATA, and whether it ends inside of one."""
    parts: list[str] = []
    position = 0
    while True:
        mark = "]]>" if in_cdata else "<![CDATA["
        found = text.find(mark, position)
        stretch = text[position:] if found < 0 else text[position:found]
        parts.append(stretch if in_cdata else _BRACKET.sub("&lt;", _AMPERSAND.sub("&amp;", stretch)))
        if found < 0:
            return "".join(parts), in_cdata
        parts.append(mark)
        position = found + len(mark)
        in_cdata = not in_cdata


def _space_from(body: bytes, position: int) -> int:
    match = _SPACE.match(body, position)
    return position if match is None else match.end()


class _Target:
    """Gathers entries from the parser's events (lxml's parser target interface)."""

    def __init__(self, max_entries: int) -> None:
        self.content = Content()
        self._max_entries = max_entries
        self.events = 0
        self._names: dict[str, str] = {}
        self._attributes: set[str] = set()
        self._namespaces: set[tuple[str | None, str]] = set()
        self._open: list[str] = []
        self._kind: Kind | None = None
        self._entry_depth = 0
        self._fields: dict[str, str] = {}
        self._field: str | None = None
        self._pieces: list[str] = []
        self._length = 0

    def start(self, tag: str, attributes: Mapping[str, str], namespaces: Mapping[str | None, str]) -> None:
        self.events += 1
        name = self._local(tag)
        parent = self._open[-1] if self._open else ""
        self._open.append(name)
        if attributes:
            self._attributes.update(attributes)
        if namespaces:
            self._namespaces.update(namespaces.items())
        self._check()
        # An element within a field means that the field's end is missing: what was read of it is no address.
        self._field = None
        kind = _KINDS.get(name)
        if kind is not None:
            self._finish()
            self._kind, self._entry_depth, self._fields = kind, len(self._open), {}
        elif self._kind is not None and parent in _FIELDS.get(name, ()):
            self._field, self._pieces, self._length = name, [], 0

    def data(self, text: str) -> None:
        self.events += 1
        if self.events > MAX_EVENTS:
            self._check()
        if self._field is not None and self._length <= LONGEST_FIELD:
            self._pieces.append(text)
            self._length += len(text)

    def end(self, tag: str) -> None:  # noqa: ARG002 - in broken XML it closes whatever is open
        self.events += 1
        if self._open:
            self._open.pop()
        if self._field is not None and self._length <= LONGEST_FIELD:
            text = "".join(self._pieces)
            self._fields.setdefault(self._field, html.unescape(text) if self._field == "title" else text)
        self._field = None
        if len(self._open) < self._entry_depth:
            self._finish()

    def close(self) -> None:
        """An entry that is still open is not whole."""

    def _finish(self) -> None:
        if self._kind is None:
            return
        if len(self.content.entries) < self._max_entries:
            self.content.entries.append(RawEntry(self._kind, self._fields))
        else:
            self.content.left_out += 1
        self._kind, self._entry_depth, self._fields = None, 0, {}

    def _local(self, tag: str) -> str:
        known = self._names.get(tag)
        if known is None:
            known = self._names[tag] = tag.rpartition("}")[2].rpartition(":")[2].lower()
        return known

    def _check(self) -> None:
        """The piece that is being read is read to its end, the next one is not; the first problem is told."""
        if self.content.problem is not None:
            return
        if self.events > MAX_EVENTS:
            self.content.problem = f"more than {MAX_EVENTS} elements and pieces of text"
        elif len(self._names) + len(self._attributes) + len(self._namespaces) > MAX_NAMES:
            self.content.problem = f"more than {MAX_NAMES} different names of elements, attributes and namespaces"
        elif len(self._open) > MAX_DEPTH:
            self.content.problem = f"more than {MAX_DEPTH} elements within each other"
