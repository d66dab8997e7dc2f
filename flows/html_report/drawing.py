"""A Vega-Lite specification → an SVG to put into a page: drawn here, so that the page needs no script.

Texts of the news stand in these drawings. What Vega wrote is parsed, and only shapes, texts and their plain attributes
are written again.
"""

from collections.abc import Mapping
from typing import Any

import vl_convert
from lxml import etree

VEGA_LITE = "6.4"
"""The version that draws: another one may draw otherwise."""

_SVG = "{http://www.w3.org/2000/svg}"
_ELEMENTS = {"svg", "g", "path", "line", "rect", "text"}
_ATTRIBUTES = {
    "d", "fill", "fill-opacity", "font-size", "font-weight", "height", "opacity", "stroke", "stroke-dasharray",
    "stroke-opacity", "stroke-width", "text-anchor", "transform", "viewBox", "width", "x", "x1", "x2", "y", "y1", "y2",
}  # fmt: skip


def drawn(specification: Mapping[str, Any]) -> str:
    """The drawing as an ``svg`` element; what a mark's ``description`` says is shown when it is pointed at.

    Colours may be CSS variables of the page. Equal specifications give equal bytes.
    """
    svg = vl_convert.vegalite_to_svg(dict(specification), vl_version=VEGA_LITE, allowed_base_urls=[])
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    written = _kept(etree.fromstring(svg.encode(), parser))
    return "" if written is None else etree.tostring(written, encoding="unicode")


def _kept(element: etree._Element) -> etree._Element | None:
    """A copy with only what is allowed; None for what nobody would see."""
    name = str(element.tag).removeprefix(_SVG)
    if name not in _ELEMENTS or element.get("display") == "none":
        return None
    painted = element.get("fill") or element.get("stroke")
    if name == "path" and (not element.get("d") or not painted):
        return None
    copy = etree.Element(name)
    for key, value in element.attrib.items():
        if key in _ATTRIBUTES and (key, value) not in _USUAL:
            copy.set(key, value)
    if name == "text":
        copy.text = "".join(str(text) for text in element.itertext())
        return copy
    described = element.get("aria-label")
    if described and name != "g":
        etree.SubElement(copy, "title").text = described
    for child in element:
        if (kept := _kept(child)) is not None:
            copy.append(kept)
    return None if name == "g" and not len(copy) else copy


_USUAL = {("opacity", "1"), ("stroke-width", "1"), ("transform", "translate(0,0)")}
"""Attributes that say what holds without them."""
