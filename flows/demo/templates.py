"""Pages from template files: ``$name`` is replaced by an escaped value, unless the value is markup already."""

import functools
import json
from collections.abc import Iterable, Mapping
from html import escape
from importlib.resources import files
from string import Template


class Markup(str):
    """Text that is HTML or XML already and is inserted as it stands."""

    __slots__ = ()


def fill(template: str, /, **values: str) -> Markup:
    """Markup of a template file below ``templates``, such as ``courier/article.html``.

    Every value that is not ``Markup`` is escaped for text and for quoted attributes, in HTML and in XML.

    Raises:
        KeyError: the template names a value that is not given.
    """
    return _filled(_template(template), values)


def each(pattern: str, rows: Iterable[Mapping[str, str]], *, separator: str = "\n") -> Markup:
    """A small inline pattern filled once for each row, under the rules of ``fill``."""
    template = Template(pattern)
    return Markup(separator.join(_filled(template, row) for row in rows))


def script_json(value: object) -> Markup:
    """JSON that is safe inside a ``script`` element, whatever its strings contain."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def _filled(template: Template, values: Mapping[str, str]) -> Markup:
    escaped = {name: value if isinstance(value, Markup) else escape(value) for name, value in values.items()}
    return Markup(template.substitute(escaped))


@functools.cache
def _template(name: str) -> Template:
    return Template((files("flows.demo") / "templates" / name).read_text(encoding="utf-8"))
