"""What a page states on its use: who may read it, under which licence, and whose it is."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Literal

from transforms.clean import urls
from transforms.clean.document import Document
from transforms.clean.json_ld import Node, first_text
from transforms.clean.wording import squeeze

Access = Literal["free", "metered", "paywalled", "walled"]

MAX_NAME = 200
# https://developers.google.com/search/docs/appearance/structured-data/paywalled-content and the Open Graph tiers
_TIERS: Mapping[str, Access] = {
    "free": "free",
    "open": "free",
    "metered": "metered",
    "locked": "paywalled",
    "paid": "paywalled",
    "premium": "paywalled",
    "subscriber": "paywalled",
    "subscription": "paywalled",
    "registration": "walled",
    "registered": "walled",
    "login": "walled",
}
_TIER_NAMES = (
    "article:content_tier",
    "article:content-tier",
    "og:article:content_tier",
    "article_content_tier",
    "content_tier",
)
# schema.org/license and its forms in Dublin Core, https://www.dublincore.org/specifications/dublin-core/dcmi-terms/
_LICENCE_METAS = ("dcterms.license", "dc.rights.license", "dc.license", "dc.rights", "dcterms.rights", "rights")
# https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/ section 5
_TERMS_METAS = ("tdm-policy",)
_HOLDER_METAS = ("dcterms.rightsholder", "dc.rights.rightsholder", "copyrightholder", "copyright", "dc.copyright")
_FORMULA = "all rights reserved|alle rechte vorbehalten|todos los derechos reservados|tous droits réservés"
_NOTICE = re.compile(
    rf"^(?:(?:copyright|©|\(c\)|\d{{4}}|[-–,:|.\s]|by\s|{_FORMULA})+)|\s*[-–,|.]?\s*(?:{_FORMULA})\.?$",
    re.IGNORECASE,
)


def access(document: Document) -> Access | None:
    """The page's own statement on who may read it.

    A tier says more than "not free": metered pages are stated to be not free too.
    """
    tier = _TIERS.get(document.stated(*_TIER_NAMES).lower())
    free: bool | None = None
    for node in document.json_ld.articles[:2]:
        if (free := _is_free(node)) is not None:
            break
    if free is None:
        free = _boolean(document.stated("isaccessibleforfree"))
    if free is None:
        return tier
    if free:
        return "metered" if tier == "metered" else "free"
    return tier if tier in {"metered", "walled"} else "paywalled"


def licence_address(document: Document) -> str | None:
    """Address of the licence that the article is under, as its data, its head or a link rel=license state it."""
    stated = [first_text(node.get("license")) for node in document.json_ld.articles[:2]]
    stated += [document.stated(name) for name in _LICENCE_METAS]
    stated += _licence_links(document)
    return _first_address(stated, document)


def terms_address(document: Document) -> str | None:
    """Address of the terms for reuse: JSON-LD usageInfo or acquireLicensePage, or the policy on data mining."""
    stated = [
        first_text(node.get(key))
        for node in document.json_ld.articles[:2]
        for key in ("usageInfo", "acquireLicensePage")
    ]
    stated += [document.stated(name) for name in _TERMS_METAS]
    return _first_address(stated, document)


def copyright_holder(document: Document) -> str | None:
    """Name of who holds the rights in the article, without year and formulas."""
    stated = [_named(node.get("copyrightHolder"), document) for node in document.json_ld.articles[:2]]
    stated += [document.stated(name) for name in _HOLDER_METAS]
    for name in stated:
        bare = _NOTICE.sub("", _NOTICE.sub("", name)).strip(" .,-–|")
        if 1 < len(bare) <= MAX_NAME and not bare.startswith(("http://", "https://", "/", "#")):
            return bare
    return None


def _is_free(node: Node) -> bool | None:
    stated = _boolean(node.get("isAccessibleForFree"))
    if stated is not None:
        return stated
    parts = node.get("hasPart")
    for part in parts[:5] if isinstance(parts, list) else [parts]:
        if isinstance(part, Mapping) and part.get("cssSelector") and _boolean(part.get("isAccessibleForFree")) is False:
            return False
    return None


def _boolean(stated: object) -> bool | None:
    if isinstance(stated, list):
        stated = stated[0] if stated else None
    if isinstance(stated, bool):
        return stated
    if not isinstance(stated, str):
        return None
    word = re.split(r"[/:]", stated.strip().lower())[-1]
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(word)


def _licence_links(document: Document) -> Iterator[str]:
    """Links rel=license of the head, and those of the page where all name one licence and none is a picture's."""
    found: set[str] = set()
    for element in islice(document.tree.iter("link", "a"), 5_000):
        if "license" not in (element.get("rel") or "").lower().split() or not (written := squeeze(element.get("href"))):
            continue
        if element.tag == "link":
            yield written
        elif not any(ancestor.tag in {"figure", "figcaption", "aside"} for ancestor in element.iterancestors()):
            found.add(written)
    if len(found) == 1:
        yield from found


def _named(value: object, document: Document) -> str:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, Mapping) and not value.get("name") and isinstance(value.get("@id"), str):
        value = document.json_ld.by_id.get(value["@id"], value)
    return first_text(value.get("name")) if isinstance(value, Mapping) else first_text(value)


def _first_address(stated: list[str], document: Document) -> str | None:
    addresses = (urls.absolute(written, document) for written in stated if re.match(r"https?://|/", written))
    return next((address for address in addresses if address), None)
