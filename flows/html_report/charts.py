"""The charts of the page, as Vega-Lite specifications in two widths; every number in them also stands in a table."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup

from flows.html_report.drawing import drawn
from flows.html_report.wording import QUAD_CLASSES, STATUSES, counted, number, short_day, visible
from warehouse.overview import Overview, Row

NARROW, WIDE = 358, 860
"""Pixels: a telephone's column, a desk's."""
SOURCES_SHOWN = 6
"""In their own colours; the others are taken together."""
ENTITIES_SHOWN = 12
COUNTRIES_SHOWN = 8
LETTER = 7
"""Pixels, rather too many than too few."""
_OTHERS = "all others"
_SIGNS = {"partial": "/", "failed": "×", "missing": "–"}
"""Beside the colour, for those who cannot tell it."""

Specification = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a chart's legend."""

    name: str
    colour: str
    """The CSS class of its swatch."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing in two widths, of which the page shows the one that fits."""

    told: str
    """What it shows, in words."""
    narrow: Markup
    wide: Markup
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """The numbers of a chart as a table: one line a day or week."""

    columns: tuple[str, ...]
    lines: tuple[tuple[str, tuple[int, ...]], ...]


def _chart(told: str, specify: Callable[[int], Specification], keys: Sequence[Key] = ()) -> Chart:
    narrow, wide = (Markup(drawn(_styled(specify(width), width))) for width in (NARROW, WIDE))  # noqa: S704 - drawn() keeps shapes and escaped texts
    return Chart(told, narrow, wide, tuple(keys))


def _styled(specification: Specification, width: int) -> Specification:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": width,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": 2,
        "background": None,
        **specification,
        "config": {
            "font": "sans-serif",
            "view": {"stroke": None},
            "axis": {
                "labelColor": "var(--soft)", "labelFontSize": 11, "titleColor": "var(--soft)", "titleFontSize": 11,
                "titleFontWeight": "normal", "gridColor": "var(--rule)", "domainColor": "var(--rule)", "ticks": False,
                "labelPadding": 5, "labelOverlap": True,
            },
            "text": {"fontSize": 11, "fill": "var(--ink)"},
        },
    }  # fmt: skip


def volumes(overview: Overview) -> tuple[Chart, Grid] | None:
    """Articles by day or week, stacked by source; of one day, a bar for each source. None where there are none."""
    rows = [row for row in overview.answers["volumes"] if row["articles"]]
    if not rows:
        return None
    totals: dict[str, int] = {}
    for row in rows:
        totals[row["source"]] = totals.get(row["source"], 0) + row["articles"]
    ranked = sorted(totals, key=lambda source: (-totals[source], source))
    series = ranked if len(ranked) <= SOURCES_SHOWN + 1 else [*ranked[:SOURCES_SHOWN], _OTHERS]
    places = {source: min(place, len(series) - 1) for place, source in enumerate(ranked)}
    buckets: dict[str, list[int]] = {}
    for row in sorted(overview.answers["volumes"], key=lambda row: row["bucket"]):
        line = buckets.setdefault(short_day(row["bucket"], overview.period), [0] * len(series))
        if row["articles"]:
            line[places[row["source"]]] += row["articles"]
    grid = Grid(tuple(series), tuple((day, tuple(counts)) for day, counts in buckets.items()))
    if overview.period.days == 1:
        return _bars_of_sources(ranked, totals), grid
    keys = [Key(source, f"s{place}") for place, source in enumerate(series)]
    told = f"Articles by {overview.period.step} and source: {number(sum(totals.values()))} of {len(totals)} sources."
    return _chart(told, lambda _: _stacked(grid, "s", "articles"), keys), grid


def _stacked(grid: Grid, colour: str, title: str) -> Specification:
    """The grid's columns on top of each other, in the page's colours ``--COLOUR0`` and so on."""
    values = [
        {"day": day, "source": place, "n": count, "told": f"{grid.columns[place]}, {day}: {number(count)}"}
        for day, counts in grid.lines
        for place, count in enumerate(counts)
        if count
    ]
    series = range(len(grid.columns))
    return {
        "height": 190,
        "data": {"values": values},
        "mark": {"type": "bar", "stroke": "var(--paper)", "strokeWidth": 0.75},
        "encoding": {
            "x": {
                "field": "day", "type": "ordinal", "title": None, "axis": {"labelAngle": 0},
                "scale": {"domain": [day for day, _ in grid.lines], "paddingInner": 0.15},
            },
            "y": {
                "field": "n", "type": "quantitative", "aggregate": "sum", "title": title,
                "axis": {"tickCount": 4, "tickMinStep": 1, "domain": False, "format": ",d"},
            },
            "color": {
                "field": "source", "type": "nominal", "legend": None,
                "scale": {"domain": list(series), "range": [f"var(--{colour}{n})" for n in series]},
            },
            "order": {"field": "source", "type": "ordinal"},
            "detail": {"field": "told"},
            "description": {"field": "told"},
        },
    }  # fmt: skip


def _bars_of_sources(ranked: list[str], totals: Mapping[str, int]) -> Chart:
    values = [{"name": source, "n": totals[source], "told": f"{source}: {totals[source]}"} for source in ranked[:20]]
    return _chart(
        f"Articles by source: {number(sum(totals.values()))} of {len(totals)} sources.",
        lambda width: _bars(values, width, "articles"),
    )


def entities(overview: Overview) -> Chart | None:
    """Articles that name each of the first entities, with a tick for the period before; None where there are none."""
    rows = overview.answers["entities"][:ENTITIES_SHOWN]
    if not rows:
        return None
    values = [
        {
            "name": f"{row['place']}. {visible(row['name'])}",
            "n": row["articles"],
            "before": row["articles_before"],
            "told": visible(f"{row['name']}: {counted(row['articles'], 'article', 'articles')}; "
                            f"in the period before {number(row['articles_before'])}"),
        }
        for row in rows
    ]  # fmt: skip
    return _chart(
        f"Articles that name each of the {len(rows)} most frequent entities, against the period before.",
        lambda width: _bars(values, width, "articles"),
        [Key("this period", "s0"), Key("the period before", "tick")],
    )


def _bars(values: list[dict[str, Any]], width: int, title: str) -> Specification:
    y = {
        "field": "name", "type": "nominal", "sort": [value["name"] for value in values], "title": None,
        "axis": _names([value["name"] for value in values], width),
    }  # fmt: skip
    x = {
        "type": "quantitative", "title": title,
        "axis": {"tickCount": 4, "tickMinStep": 1, "format": ",d", "domain": False},
    }  # fmt: skip
    described = {"description": {"field": "told"}}
    layers = [
        {
            "mark": {"type": "bar", "fill": "var(--s0)", "height": {"band": 0.7}},
            "encoding": {"y": y, "x": {**x, "field": "n"}, **described},
        }
    ]
    if any("before" in value for value in values):
        tick = {"type": "tick", "color": "var(--ink)", "thickness": 2, "height": {"band": 0.9}}
        layers.append({"mark": tick, "encoding": {"y": y, "x": {**x, "field": "before"}, **described}})
    return {"height": {"step": 22}, "data": {"values": values}, "layer": layers}


def _names(names: Sequence[str], width: int) -> dict[str, Any]:
    """An axis of names with room for them in any reader's font: they are drawn in another one than was measured."""
    room = min(max(map(len, names)) * LETTER + 8, width * 0.4, 240)
    return {
        "labelColor": "var(--ink)", "labelLimit": round(room * 0.92), "minExtent": round(room), "domain": False,
        "labelOverlap": False,
    }  # fmt: skip


def event_days(overview: Overview) -> tuple[Chart, Grid] | None:
    """Events on the time line, by quad class; None where none is dated to the period."""
    rows = [row for row in overview.answers["event_days"] if row["bucket"]]
    if not rows:
        return None
    found = {(row["bucket"], row["quad_class"]): row["events"] for row in rows}
    buckets = sorted({row["bucket"] for row in overview.answers["volumes"]})
    grid = Grid(
        tuple(QUAD_CLASSES.values()),
        tuple(
            (short_day(bucket, overview.period), tuple(found.get((bucket, quad), 0) for quad in QUAD_CLASSES))
            for bucket in buckets
        ),
    )
    told = f"Events by {overview.period.step} and class: {number(sum(found.values()))} in all."
    keys = [Key(name, f"q{place}") for place, name in enumerate(QUAD_CLASSES.values())]
    return _chart(told, lambda _: _stacked(grid, "q", "events"), keys), grid


def countries(overview: Overview) -> Chart | None:
    """Who acted towards whom: events between countries as a matrix; None where there are none."""
    rows = overview.answers["country_events"]
    if not rows:
        return None
    involved: dict[str, int] = {}
    cells: dict[tuple[str, str], int] = {}
    for row in rows:
        for country in (row["actor"], row["recipient"]):
            involved[country] = involved.get(country, 0) + row["events"]
        pair = (row["actor"], row["recipient"])
        cells[pair] = cells.get(pair, 0) + row["events"]
    shown = sorted(involved, key=lambda country: (-involved[country], country))[:COUNTRIES_SHOWN]
    values = [
        {"actor": visible(one), "recipient": visible(other), "n": count,
         "told": visible(f"{one} towards {other}: {counted(count, 'event', 'events')}")}
        for (one, other), count in sorted(cells.items())
        if one in shown and other in shown
    ]  # fmt: skip
    if not values:
        return None
    order = [str(visible(country)) for country in shown]
    told = f"Events between the {len(shown)} countries that have most of them: lines act, columns are acted upon."
    return _chart(told, lambda width: _matrix(values, order, width))


def _matrix(values: list[dict[str, Any]], order: list[str], width: int) -> Specification:
    names = _names(order, width)
    columns = {"orient": "top", "labelAngle": -45 if width == NARROW else 0, "labelLimit": 80, "minExtent": 0}
    encoding = {
        "y": {"field": "actor", "type": "nominal", "title": None, "axis": names, "scale": {"domain": order}},
        "x": {
            "field": "recipient", "type": "nominal", "title": None, "axis": {**names, **columns},
            "scale": {"domain": order},
        },
    }  # fmt: skip
    most = max(value["n"] for value in values)
    every = {
        "data": {"values": [{"actor": one, "recipient": other} for one in order for other in order if one != other]},
        "mark": {"type": "rect", "fill": "var(--raised)", "stroke": "var(--paper)", "strokeWidth": 2},
    }
    cell = {
        "mark": {"type": "rect", "fill": "var(--s0)", "stroke": "var(--paper)", "strokeWidth": 2},
        "encoding": {
            "fillOpacity": {
                "field": "n", "type": "quantitative", "legend": None,
                "scale": {"domain": [0, most], "range": [0.08, 0.55]},
            },
            "description": {"field": "told"},
        },
    }  # fmt: skip
    label = {"mark": "text", "encoding": {"text": {"field": "n", "format": ",d"}}}
    return {
        "width": min(width, names["minExtent"] + 84 * len(order)) if width == WIDE else width,
        "height": {"step": 30},
        "data": {"values": values},
        "encoding": encoding,
        "layer": [every, cell, label],
    }


def coverage(overview: Overview) -> Chart | None:
    """How complete every source is on every day or week; None where there is no source."""
    rows = overview.answers["coverage_days"]
    if not rows:
        return None
    values = [
        {
            "source": row["source"],
            "day": short_day(row["bucket"], overview.period),
            "colour": f"var(--{row['status']})",
            "sign": _SIGNS.get(row["status"], ""),
            "told": f"{row['source']}, {short_day(row['bucket'], overview.period)}: {STATUSES[row['status']]}",
        }
        for row in rows
    ]
    days = [day for day, _ in groupby(short_day(bucket, overview.period) for bucket in _buckets(rows))]
    present = {row["status"] for row in rows}
    keys = [Key(words, status) for status, words in STATUSES.items() if status in present]
    told = f"How complete each of {counted(len(overview.sources), 'source', 'sources')} is, by {overview.period.step}."
    return _chart(told, lambda width: _calendar(values, days, width), keys)


def _buckets(rows: Sequence[Row]) -> Iterator[Any]:
    yield from sorted({row["bucket"] for row in rows})


def _calendar(values: list[dict[str, Any]], days: list[str], width: int) -> Specification:
    encoding = {
        "y": {
            "field": "source", "type": "nominal", "title": None,
            "axis": _names([value["source"] for value in values], width),
        },
        "x": {
            "field": "day", "type": "ordinal", "sort": days, "title": None,
            "axis": {"labelAngle": 0, "domain": False},
        },
    }  # fmt: skip
    cell = {
        "mark": {"type": "rect", "stroke": "var(--paper)", "strokeWidth": 2 if len(days) <= 31 else 1},
        "encoding": {"fill": {"field": "colour", "scale": None}, "description": {"field": "told"}},
    }
    sign = {"mark": {"type": "text", "fill": "var(--paper)"}, "encoding": {"text": {"field": "sign"}}}
    return {"height": {"step": 22}, "data": {"values": values}, "encoding": encoding, "layer": [cell, sign]}
