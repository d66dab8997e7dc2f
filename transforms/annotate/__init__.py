"""An article's text in, its entities, quotes, events and times out."""

from importlib import import_module
from typing import TYPE_CHECKING

from transforms.annotate.models import DEFAULT_MODEL, ModelMissing, find_model
from transforms.annotate.records import Annotations, Document
from transforms.annotate.version import tool

if TYPE_CHECKING:
    from transforms.annotate.annotator import Annotator
    from transforms.annotate.tables import annotate_part

__all__ = [
    "DEFAULT_MODEL",
    "Annotations",
    "Annotator",
    "Document",
    "ModelMissing",
    "annotate_part",
    "find_model",
    "tool",
]

_LAZY = {"Annotator": "transforms.annotate.annotator", "annotate_part": "transforms.annotate.tables"}
"""Names whose modules import spaCy, which takes seconds: fetched when first asked for."""


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)
