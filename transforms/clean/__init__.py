"""A page in, an article or the reason why there is none out.

Parsers and language models are imported by the first use of a function, so that a process that hands pages to another
one and only reads the outcome does not load them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from transforms.clean.records import Article, Candidate, Inspection, Page, Reject

if TYPE_CHECKING:
    from transforms.clean.article import clean_page, inspect_page
    from transforms.clean.part import clean_part, tool

__all__ = ["Article", "Candidate", "Inspection", "Page", "Reject", "clean_page", "clean_part", "inspect_page", "tool"]

_HOMES = {"clean_page": "article", "inspect_page": "article", "clean_part": "part", "tool": "part"}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562: whatever the module has under that name
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
