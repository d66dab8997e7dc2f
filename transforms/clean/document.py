"""One HTML page, parsed once: the tree and what it states about itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from lxml import etree, html

from transforms.clean import json_ld
from transforms.clean.records import Reject
from transforms.clean.wording import squeeze

MAX_ELEMENTS = 30_000
"""Bound on the time of extraction; the largest of 954 measured pages has 6,731 without its scripts."""

MIN_DATA_SCRIPT = 500
"""Characters."""
_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\t\n\r"))
_WITHOUT_CONTROLS = bytes.maketrans(_CONTROLS, b" " * len(_CONTROLS))
_HIGH_CONTROLS = re.compile(rb"\xc2[\x80-\x84\x86-\x9f]")
"""Control characters end or confuse the parser, or join the words around them; in UTF-8."""


@dataclass(frozen=True)
class Document:
    """A parsed page. The tree, without scripts and styles, is shared by metadata and body and never changed."""

    address: str
    """URL after redirects."""
    tree: html.HtmlElement
    meta: dict[str, list[str]]
    """Values of the meta elements by name, property or itemprop in lower case."""
    canonical: str | None
    """``link rel=canonical`` as written."""
    scripts: tuple[str, ...]
    """Contents of the JSON-LD scripts."""
    other_scripts: tuple[str, ...]
    """Contents of other scripts that speak of publishing or creating: some pages have their data only there."""
    data_scripts: tuple[str, ...]
    """Contents of other scripts long enough to hold an article."""
    elements: int
    """Number of elements, with the scripts: what work on the page costs."""

    @cached_property
    def element_title(self) -> str:
        """Text of the title element."""
        return next((text for element in self.tree.iter("title") if (text := text_of(element))), "")

    @cached_property
    def json_ld(self) -> json_ld.JsonLd:
        """The page's JSON-LD, its own article first."""
        addresses = (self.address, self.canonical or "", *self.meta.get("og:url", [])[:1])
        return json_ld.read(self.scripts, addresses, (*self.meta.get("og:title", [])[:1], self.element_title))

    @property
    def body(self) -> html.HtmlElement:
        """The body element, or the root of a page without one."""
        found = self.tree.find(".//body")
        return self.tree if found is None else found

    def stated(self, *names: str) -> str:
        """First value of the first of these meta names that the page has, without markup."""
        for name in names:
            for value in self.meta.get(name, ()):
                if text := squeeze(json_ld.plain(value)):
                    return text
        return ""


def parse(text: str, address: str) -> Document | Reject:
    """The page of that text; comments, processing instructions and external entities are left out."""
    cleaned = _HIGH_CONTROLS.sub(b" ", text.encode("utf-8", "replace").translate(_WITHOUT_CONTROLS))
    if not cleaned.strip():
        return Reject("empty", "no content")
    try:
        tree = html.document_fromstring(cleaned, parser=_parser())
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        return Reject("empty", f"no elements: {error}")
    count = tree.xpath("count(//*)")
    elements = int(count) if isinstance(count, float) else 0
    if elements > MAX_ELEMENTS:
        return Reject("too-large", f"{elements} elements, at most {MAX_ELEMENTS}")
    meta: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        content = (element.get("content") or "").strip()
        if name and content:
            meta.setdefault(name.strip().lower(), []).append(content)
    canonical = next(
        (
            href
            for element in tree.iter("link")
            if "canonical" in (element.get("rel") or "").lower().split()
            and (href := (element.get("href") or "").strip())
        ),
        None,
    )
    scripts: list[str] = []
    other_scripts: list[str] = []
    data_scripts: list[str] = []
    for element in tree.iter("script"):
        code = element.text
        if not code:
            continue
        if "ld+json" in (element.get("type") or "").lower():
            scripts.append(code)
            continue
        if "ublish" in code or "reated" in code:
            other_scripts.append(code)
        if len(code) >= MIN_DATA_SCRIPT:
            data_scripts.append(code)
    # Once their data is read they are only in the way: of every text, and of the time that copies of the tree take
    etree.strip_elements(tree, "script", "style", "svg", with_tail=False)
    return Document(address, tree, meta, canonical, tuple(scripts), tuple(other_scripts), tuple(data_scripts), elements)


@cache
def _parser() -> html.HTMLParser:
    # Comments and instructions would end up in text_content; huge_tree stays off: depth is bounded at 256
    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, collect_ids=False
    )
    # One class for every element: lxml.html's own choice by tag is made in Python for each that is touched
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=html.HtmlElement))
    return parser


def text_of(element: html.HtmlElement) -> str:
    """Text of an element on one line; a line break in it becomes a space."""
    if len(element) == 0:
        return squeeze(element.text)
    if next(element.iter("br"), None) is None:
        return squeeze(element.text_content())
    return squeeze("".join(_with_breaks(element)))


def _with_breaks(element: html.HtmlElement) -> Iterator[str]:
    for event, inner in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            yield " " if inner.tag == "br" else ""
            yield inner.text or ""
        elif inner is not element:
            yield inner.tail or ""


def tokens_of(element: html.HtmlElement, *attributes: str) -> str:
    """Values of the attributes in lower case, joined by spaces: what the page's builder calls the element."""
    return " ".join(value.lower() for name in attributes if (value := element.get(name)))
