"""JSON-LD as news pages really write it, and which of its nodes is the page's article."""

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from transforms.clean.wording import letters, squeeze

Node = Mapping[str, Any]

MAX_CHARACTERS = 3_000_000
MAX_NODES = 20_000
MAX_DEPTH = 24
"""Bounds on time and recursion, far above what 954 measured pages hold."""

# https://schema.org/Article and its sub-types, with the forms that outlets use beside them
ARTICLE_TYPES = frozenset(
    {
        "article",
        "newsarticle",
        "analysisnewsarticle",
        "askpublicnewsarticle",
        "backgroundnewsarticle",
        "opinionnewsarticle",
        "reportagenewsarticle",
        "reviewnewsarticle",
        "advertisercontentarticle",
        "satiricalarticle",
        "report",
        "blogposting",
        "liveblogposting",
        "socialmediaposting",
        "techarticle",
        "scholarlyarticle",
        "medicalscholarlyarticle",
    }
)
_NESTING = frozenset(
    {
        "itemlistelement",
        "haspart",
        "liveblogupdate",
        "ispartof",
        "relatedlink",
        "citation",
        "mentions",
        "about",
        "comment",
        "subjectof",
        "item",
        "isbasedon",
    }
)
_WRAPPERS = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>)\s*$"
)
_TRAILING_COMMA = re.compile(r",\s*([}\]])")
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrtu])')
_BREAKING_TAG = re.compile(r"<(?:br|/p|/div|/li|/h[1-6])\b[^<>]{0,200}>", re.IGNORECASE)
_ANY_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,2000}>")


@dataclass(frozen=True, slots=True)
class JsonLd:
    """The nodes of all scripts in a page, those about the article first."""

    nodes: tuple[Node, ...]
    articles: tuple[Node, ...]
    """Nodes of an article type, the page's own article first."""
    by_id: Mapping[str, Node]

    @property
    def article(self) -> Node:
        """The page's own article; empty where it states none."""
        return self.articles[0] if self.articles else {}


def types_of(node: Node) -> frozenset[str]:
    """Names of the node's types in lower case, without vocabulary: ``newsarticle``."""
    stated = node.get("@type", node.get("type"))
    names = stated if isinstance(stated, list) else [stated]
    return frozenset(re.split(r"[/:#]", name)[-1].lower() for name in names if isinstance(name, str))


def plain(value: object) -> str:
    """A string value without markup and entities (some outlets escape twice); line breaks stay."""
    if not isinstance(value, str):
        return ""
    text = value[:MAX_CHARACTERS]
    for _ in range(3):
        if "<" in text:
            text = _ANY_TAG.sub("", _BREAKING_TAG.sub("\n", text))
        if "&" not in text:
            break
        unescaped = html.unescape(text)
        if unescaped == text:
            break
        text = unescaped
    return text.replace("\xa0", " ").strip()


def first_text(value: object) -> str:
    """The first non-empty string in a value that should be a string, on one line."""
    if isinstance(value, list):
        return next((text for item in value[:20] if (text := first_text(item))), "")
    if isinstance(value, Mapping):
        return first_text(value.get("@value") or value.get("name") or value.get("url") or value.get("@id"))
    return squeeze(plain(value))


def read(scripts: Iterable[str], addresses: Iterable[str], titles: Iterable[str]) -> JsonLd:
    """Nodes of the scripts; the article is told from others by the page's addresses and titles.

    A script that is not JSON even after the usual repairs gives nothing.
    """
    nodes: list[Node] = []
    budget = MAX_CHARACTERS
    for script in scripts:
        budget -= len(script)
        if budget < 0:
            break
        for node in _walk(_loads(script)):
            if len(nodes) >= MAX_NODES:
                break
            nodes.append(node)
    by_id: dict[str, Node] = {}
    for node in nodes:
        name = node.get("@id")
        if isinstance(name, str) and len(node) > len(by_id.get(name, ())):
            by_id[name] = node
    return JsonLd(tuple(nodes), _articles(nodes, addresses, titles), by_id)


def parse(text: str) -> object:
    """The value of a JSON text, with the usual errors of hand-made JSON-LD repaired; None where that fails."""
    return _loads(text)


def _loads(script: str) -> object:
    text = _WRAPPERS.sub("", _WRAPPERS.sub("", script.strip())).strip().rstrip(";").strip()
    if not text:
        return None
    candidates = [text]
    repaired = _TRAILING_COMMA.sub(r"\1", text)
    candidates += [repaired, html.unescape(repaired), _BAD_ESCAPE.sub(r"\\\\", repaired)]
    for candidate in dict.fromkeys(candidates):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return _several_values(repaired)


def _several_values(text: str) -> object:
    """Values written one after the other, up to the first that is broken."""
    decoder = json.JSONDecoder(strict=False)
    values: list[object] = []
    at = 0
    while len(values) < 50:
        opening = re.compile(r"[\[{]").search(text, at)
        if opening is None:
            break
        try:
            value, at = decoder.raw_decode(text, opening.start())
        except (ValueError, RecursionError):
            break
        values.append(value)
    return values or None


def _walk(value: object, depth: int = 0) -> Iterator[Node]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _walk(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item, depth + 1)


def _articles(nodes: list[Node], addresses: Iterable[str], titles: Iterable[str]) -> tuple[Node, ...]:
    nested: set[int] = set()
    for node in nodes:
        for key, value in node.items():
            if key.lower() in _NESTING:
                nested.update(id(inner) for inner in _walk(value))
    wanted_addresses = {_bare(address) for address in addresses if address}
    wanted_titles = [key for title in titles if len(key := letters(title)) > 8]

    def weight(node: Node) -> float:
        own = [node.get("url"), node.get("@id"), node.get("mainEntityOfPage")]
        total = -4.0 if id(node) in nested else 0.0
        total += 2.0 * any(_bare(first_text(value)) in wanted_addresses for value in own if value)
        headline = letters(first_text(node.get("headline")))
        total += 2.0 * bool(headline and any(headline in title or title in headline for title in wanted_titles))
        total += 1.0 * bool(node.get("articleBody"))
        total += 0.5 * bool(node.get("author")) + 0.5 * bool(node.get("datePublished"))
        return total + 0.5 * bool(types_of(node) & {"newsarticle", "reportagenewsarticle", "liveblogposting"})

    stating = ("headline", "name", "articleBody", "datePublished")
    found = [node for node in nodes if types_of(node) & ARTICLE_TYPES and any(node.get(key) for key in stating)]
    return tuple(sorted(found, key=weight, reverse=True))


def _bare(address: str) -> str:
    return re.sub(r"^https?://(?:www\.)?", "", re.split(r"[?#]", address, maxsplit=1)[0]).rstrip("/")
