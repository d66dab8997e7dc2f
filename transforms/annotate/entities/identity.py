"""Ids of entities that are the same in every text: type and normalised name, or country and ISO code."""

import re
import unicodedata

from transforms.identity import stable_id

_APOSTROPHES = re.compile(r"['’.]")
_SEPARATORS = re.compile(r"[\W_]+")
_PREFIXES = {"organisation": "org"}
_LONGEST = 80


def folded(name: str) -> str:
    """The name for comparison: without marks and capitals, words of letters and digits with one space between."""
    decomposed = unicodedata.normalize("NFKD", name)
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _SEPARATORS.sub(" ", _APOSTROPHES.sub("", bare.replace("&", " and ")).casefold()).strip()


def entity_id(type_: str, name: str) -> str:
    """Id such as ``person:donald-trump`` or ``org:stimson-center``; a name without letters gets a hash."""
    slug = folded(name).replace(" ", "-")
    if not slug or len(slug) > _LONGEST:
        slug = stable_id("name", name)
    return f"{_PREFIXES.get(type_, type_)}:{slug}"


def country_id(iso_code: str) -> str:
    """Id of a country by its ISO 3166-1 alpha-2 code: ``country:CN``."""
    return f"country:{iso_code}"


def person_name(name: str) -> str:
    """The name that a person's id is made of: without initials between first and last name."""
    parts = name.split()
    inner = [part for part in parts[1:-1] if len(part.rstrip(".")) > 1]
    return " ".join([parts[0], *inner, parts[-1]]) if len(parts) > 2 else name
