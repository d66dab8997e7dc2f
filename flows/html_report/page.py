"""An overview → the page: one HTML text with its style and drawings inside, and a policy that allows nothing else."""

import base64
import hashlib
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from flows.html_report import charts, wording
from warehouse.overview import Overview


def page(overview: Overview) -> str:
    """The whole page; the same overview gives the same text.

    Whatever comes from the news is escaped, and shown without characters that turn the direction of writing. The
    page's policy allows no script and no request: style is allowed by its hash alone.
    """
    style = (files("flows.html_report") / "page.css").read_text(encoding="utf-8")
    before, now = overview.answers["totals"]
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            overview=overview,
            period=overview.period,
            answers=overview.answers,
            now=now,
            before=before,
            volumes=charts.volumes(overview),
            entities=charts.entities(overview),
            event_days=charts.event_days(overview),
            countries=charts.countries(overview),
            coverage=charts.coverage(overview),
            style=Markup(style),  # noqa: S704 - our own file
            policy=f"default-src 'none'; style-src 'sha256-{_digest(style)}'; img-src data:; base-uri 'none'; "
            "form-action 'none'",
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("flows.html_report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=wording.visible,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for words in (
        wording.day_text,
        wording.days_text,
        wording.number,
        wording.change,
        wording.counted,
        wording.web_address,
    ):
        environment.filters[words.__name__] = words
    environment.globals["STATUSES"] = wording.STATUSES
    environment.globals["QUAD_CLASSES"] = wording.QUAD_CLASSES
    return environment


def _digest(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
