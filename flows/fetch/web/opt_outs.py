"""What a site forbids beside its robots.txt: archiving, and mining for texts and data.

Pages say it by a header or a ``meta`` element; a site says it for many pages by one file (TDM Reservation Protocol,
W3C Final Community Group Report of 10 May 2024, TDMRep below). All of it comes from a hostile web: what makes no sense
says nothing, and no input takes more than a bounded time.
"""

import codecs
import html
import json
import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote

READ_BYTES = 256 * 1024
"""Of a body: ``meta`` elements stand at its beginning."""
MAX_ELEMENTS = 500
"""``meta`` elements that are read of one page."""
MAX_ELEMENT_BYTES = 4096
MAX_RULES = 1000
"""Rules that are read of one ``tdmrep.json``."""
MAX_PATH_LENGTH = 8192
"""Of a path that a rule is compared with; the rest of a longer one is not looked at."""

RESERVATION = "tdm-reservation"
_MEANT = {
    "noarchive": "noarchive",  # https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag
    "nocache": "noarchive",  # Bing's word for it
    "noai": "noai",  # https://www.deviantart.com/team/journal/UPDATE-All-Deviations-Are-Opted-Out-of-AI-Datasets-934500371
}
"""Words of robots directives that forbid what an archive of texts does. Others are about search results (noindex,
nofollow) or pictures (noimageai).
"""
_VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
"""Directives that a colon and a value follow, which therefore look like the name of a crawler."""
_NAME = re.compile(r"([a-z0-9_-]+|\*)(?:/[0-9.]+)?")
_UNRESERVED = frozenset(string.ascii_letters + string.digits + "-._~")
"""RFC 3986, 2.3."""
_ENCODED = re.compile(r"%([0-9a-fA-F]{2})")
_HEADED = re.compile(rb"<(?:(!--)|(script|style|title|textarea)(?=[\s/>])|(meta)(?=[\s/]))")
_ATTRIBUTE = re.compile(rb"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+)))?|(>)""")


def opt_outs(headers: Mapping[str, str], body: bytes, *, product: str) -> tuple[str, ...]:
    """What the answer forbids: some of ``noarchive``, ``noai`` and ``tdm-reservation``, in this order.

    Rules for other crawlers do not count. A policy without a reservation (``tdm-policy``) forbids nothing, and where a
    page and its header disagree about the reservation, the page holds, as it is the more specific one (TDMRep).

    Args:
        headers: By lower-case name, repeated ones joined by a comma.
        body: Of any type; only markup is looked at.
        product: The crawler's name.
    """
    said = set(_robots_words(headers.get("x-robots-tag", ""), product))
    reserved = _first_digit(headers.get(RESERVATION, ""))
    if _may_be_markup(headers.get("content-type", "")):
        for name, content in _metas(body):
            if name in {"robots", product.lower()}:
                said.update(_meanings(re.split(r"[\s,]+", content)))
            elif name == RESERVATION:
                reserved = _first_digit(content) or reserved
    if reserved == "1":
        said.add(RESERVATION)
    return tuple(word for word in ("noarchive", "noai", RESERVATION) if word in said)


def _robots_words(value: str, product: str) -> Iterator[str]:
    """Meanings of the directives in X-Robots-Tag that are for everybody or for that crawler.

    A name holds until the next one: once several such headers are joined, nobody can tell where one of them ended.
    """
    ours = True
    for part in value.lower().split(","):
        directive = part.strip()
        name, colon, rest = directive.partition(":")
        named = _NAME.fullmatch(name.strip()) if colon else None
        if named is not None and named[1] not in _VALUED:
            ours = named[1] in {"*", product.lower()}
            directive = rest.strip()
        if ours:
            yield from _meanings([directive])


def _meanings(words: list[str]) -> Iterator[str]:
    return (_MEANT[word] for word in words if word in _MEANT)


def _first_digit(value: str) -> str:
    """``0`` or ``1``, or nothing where the value is neither; of several the stricter one."""
    values = {piece.strip() for piece in value.split(",")}
    return "1" if "1" in values else "0" if "0" in values else ""


def _may_be_markup(content_type: str) -> bool:
    media_type = content_type.partition(";")[0].lower()
    return not media_type.strip() or "html" in media_type or "xml" in media_type


def _metas(body: bytes) -> Iterator[tuple[str, str]]:
    """Name and content of the page's ``meta`` elements, in lower case; those in comments and scripts are none."""
    text = body[:READ_BYTES]
    if text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = text.decode("utf-16", "replace").encode()
    text = text.lower()
    position = elements = 0
    while elements < MAX_ELEMENTS and (found := _HEADED.search(text, position)) is not None:
        comment, raw, _ = found.groups()
        if comment is not None or raw is not None:
            end = b"-->" if comment is not None else b"</" + raw
            position = text.find(end, found.end() - (2 if comment is not None else 0))
            if position < 0:
                return
            continue
        elements += 1
        position = found.end()
        attributes = _attributes(text[position : position + MAX_ELEMENT_BYTES])
        if "name" in attributes and "content" in attributes:
            yield attributes["name"].strip(), attributes["content"]


def _attributes(text: bytes) -> dict[str, str]:
    """Attributes up to the end of the element; of a repeated one the first, as browsers have it."""
    attributes: dict[str, str] = {}
    for found in _ATTRIBUTE.finditer(text):
        name, double, single, bare, end = found.groups()
        if end is not None:
            break
        value = double or single or bare or b""
        attributes.setdefault(name.decode("latin-1"), html.unescape(value.decode("utf-8", "replace")).lower())
    return attributes


@dataclass(frozen=True, slots=True)
class TdmRules:
    """The rules of one site's ``tdmrep.json``: patterns of paths, and whether what matches is reserved."""

    rules: tuple[tuple[str, bool], ...] = ()

    def reserved(self, path_and_query: str) -> bool:
        """Whether the rights of text and data mining are reserved for that path.

        The first rule that matches says so ("the most specific match is the first in sequence").
        """
        path = _written_alike(path_and_query, special="")
        return next((reserved for pattern, reserved in self.rules if _matches(pattern, path)), False)


def tdmrep_rules(body: bytes) -> TdmRules:
    """Rules of a ``tdmrep.json``; none where it is no such file. What is no rule in it is passed over."""
    try:
        entries = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return TdmRules()
    return TdmRules(tuple(islice(_rules(entries), MAX_RULES)) if isinstance(entries, list) else ())


def _rules(entries: list[object]) -> Iterator[tuple[str, bool]]:
    for entry in entries:
        if isinstance(entry, dict) and isinstance(location := entry.get("location"), str) and location:
            value = entry.get(RESERVATION)
            # Any other value counts as unset, which is not reserved: yet the rule stands and hides those behind it.
            yield _written_alike(location, special="*$"), value is not True and value in (1, "1")


def _written_alike(path: str, *, special: str) -> str:
    """The path with the same characters percent-encoded, and in the same case, as any other one written alike.

    Encoded unreserved characters are decoded before comparison (TDMRep, 6.1, after RFC 9309, 2.2.2); a star or
    dollar sign that means itself stays encoded.
    """
    path = quote(path[:MAX_PATH_LENGTH], safe=f"/?#[]@!&'()+,;=:%{special}", errors="replace")
    return _ENCODED.sub(_decoded, path)


def _decoded(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else found[0].upper()


def _matches(pattern: str, path: str) -> bool:
    """Whether the pattern, in which ``*`` and a final ``$`` mean what they do in robots.txt, matches the path.

    Pieces between the stars are looked for one after the other, each as early as possible: no backtracking, so the
    time is bounded by the lengths.
    """
    anchored = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    first = first if first.startswith("/") or (others and not first) else f"/{first}"
    if not path.startswith(first):
        return False
    if not others:
        return not anchored or path == first
    position = len(first)
    *middle, last = others
    for piece in middle:
        position = path.find(piece, position)
        if position < 0:
            return False
        position += len(piece)
    if anchored:
        return path.endswith(last) and len(path) - len(last) >= position
    return path.find(last, position) >= 0
