"""What made the annotated rows."""

from importlib.metadata import version

RULES_VERSION = 1
"""Raised with every change of rules or word lists that changes rows."""

_LIBRARIES = ("spacy", "py3langid")


def tool() -> str:
    """The step's rules and the libraries that decide its rows, with versions."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return f"annotate {RULES_VERSION} ({libraries})"
