"""The report page: in real Chromium, over news that wants to break out of it."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from lxml import html
from playwright.sync_api import Browser, Page

from flows.cli import newslake as command
from flows.html_report import write_report
from flows.html_report.drawing import drawn
from flows.html_report.wording import day_text, days_text, visible, web_address
from tests.conftest import NewslakeCommand
from tests.warehouse.lake_builder import PEOPLE, World, part_tables, parts_of, with_column
from warehouse.home import Home
from warehouse.overview import UnanswerableError, overview
from warehouse.parts import Part
from warehouse.query import NoDatabaseError

SCRIPT = "<script>document.title='broken out'</script>"
ENDING = "</script></style></title></svg><img src=x onerror=\"document.title='broken out'\">"
TURNED = "Ada \u202edniL\u202c"
HOSTILE = (SCRIPT, ENDING, TURNED, "{{ 7 * 7 }}", "a" * 300)
NAMED = dict(zip((f"person:{name}" for name in PEOPLE), HOSTILE, strict=False)) | {"country:NO": SCRIPT}
PHONE, DESK = 390, 1280
WEEK = (date(2026, 3, 8), date(2026, 3, 15))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Fourteen days of two sources, with a day missing; names, headlines, quotes and addresses are hostile."""
    world = World.at(tmp_path_factory.mktemp("hostile") / "home")
    for number, part in enumerate(parts_of(days=14)):
        if part == Part(date(2026, 3, 12), "ledger", 0):
            continue
        world.add(part, poisoned(part_tables(part, articles=3), number))
    assert world.publish().published
    world.catalogue.close()
    return world.home


def poisoned(tables: dict[str, Any], number: int) -> dict[str, Any]:
    """The tables with hostile texts where an outlet or its text decides."""

    def some(table: str, column: str) -> None:
        hostile = [HOSTILE[(index + number) % len(HOSTILE)] for index in range(tables[table].num_rows)]
        tables[table] = with_column(tables[table], column, hostile)

    some("articles", "title")
    some("rejects", "detail")
    for table, column, entity in (("entities", "name", "entity_id"), ("quotes", "speaker_name", "speaker_entity_id")):
        names = [NAMED.get(each) for each in tables[table].column(entity).to_pylist()]
        own = tables[table].column(column).to_pylist()
        hostile = [new or old for new, old in zip(names, own, strict=True)]
        tables[table] = with_column(tables[table], column, hostile)
    tables["articles"] = with_column(tables["articles"], "url", ["javascript:alert(1)"] * tables["articles"].num_rows)
    return tables


@dataclass(frozen=True)
class Opened:
    """A page in the browser, with what it asked for and complained of."""

    page: Page
    requests: list[str]
    """Asked for, be it in vain."""
    loaded: list[str]
    complaints: list[str]


def opened(browser: Browser, path: Path, *, width: int = DESK, dark: bool = False) -> Opened:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", java_script_enabled=True
    )
    page = context.new_page()
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    loaded: list[str] = []
    page.on("requestfinished", lambda request: loaded.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path.as_uri())
    return Opened(page, requests, loaded, complaints)


@pytest.fixture(scope="module")
def page_file(hostile: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(hostile, since=WEEK[0], until=WEEK[1], output=tmp_path_factory.mktemp("page") / "report.html")


def test_a_page_asks_for_nothing_and_breaks_none_of_its_own_rules(browser: Browser, page_file: Path) -> None:
    shown = opened(browser, page_file)

    assert shown.requests == [page_file.as_uri()]
    assert shown.complaints == []
    assert shown.page.title() == "News of 8 to 14 March 2026"
    assert shown.page.evaluate("getComputedStyle(document.querySelector('.n')).textAlign") == "right"


def test_texts_of_the_news_stay_texts(browser: Browser, page_file: Path) -> None:
    shown = opened(browser, page_file).page

    assert shown.locator("script, img, iframe, object, embed, base, form").count() == 0
    assert shown.locator("style").count() == 1
    assert shown.locator("a[href^='javascript']").count() == 0
    attributes = shown.evaluate("[...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames())")
    assert not [name for name in attributes if name.startswith("on") or name == "srcset"]
    text = shown.locator("body").text_content() or ""
    assert SCRIPT in text
    assert ENDING in text
    assert "{{ 7 * 7 }}" in text
    assert "\u202e" not in text
    assert "Ada �dniL�" in text


def test_a_script_that_got_in_would_not_run(browser: Browser, page_file: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    text = page_file.read_text(encoding="utf-8")
    broken.write_text(text.replace("</main>", f"{SCRIPT}{ENDING}<style>body{{display:none}}</style></main>"))

    shown = opened(browser, broken)

    assert shown.page.title() == "News of 8 to 14 March 2026"
    assert shown.loaded == [broken.as_uri()]
    assert shown.page.locator("h1").is_visible()
    assert shown.complaints


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_it_fits_a_telephone_and_a_desk_and_can_be_read(
    browser: Browser, page_file: Path, width: int, dark: bool
) -> None:
    shown = opened(browser, page_file, width=width, dark=dark).page

    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    drawings = [box for each in shown.locator("figure svg").all() if (box := each.bounding_box())]
    assert len(drawings) == shown.locator("figure").count() == 5
    assert all(box["width"] <= width for box in drawings)
    for selector in ("body", ".soft", ".note", "thead th", "a", "figure svg text"):
        assert contrast(shown, selector) >= 4.5, selector


def contrast(page: Page, selector: str) -> float:
    """Contrast of the first such element's text with the page, by WCAG 2."""
    ratio = page.evaluate(
        """selector => {
            const light = colour => {
                const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(Number).map(value => value / 255)
                    .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const style = getComputedStyle(document.querySelector(selector));
            const drawn = document.querySelector(selector) instanceof SVGElement;
            const [one, other] = [drawn ? style.fill : style.color, getComputedStyle(document.body).backgroundColor]
                .map(light);
            return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        }""",
        selector,
    )
    return float(ratio)


def test_charts_are_told_in_words_and_in_tables(page_file: Path) -> None:
    tree = html.fromstring(page_file.read_text(encoding="utf-8"))

    for figure in tree.iter("figure"):
        assert figure.get("role") == "img"
        assert len(figure.get("aria-label", "")) > 20
        section = next(figure.iterancestors("section"))
        assert section.findall(".//table")
    assert all(table.findtext("caption") for table in tree.iter("table"))
    assert page_file.stat().st_size < 500_000


def test_numbers_are_those_of_the_database(browser: Browser, hostile: Home, page_file: Path) -> None:
    found = overview(hostile, since=WEEK[0], until=WEEK[1])
    before, now = found.answers["totals"]
    shown = opened(browser, page_file).page

    figures = dict(
        zip(shown.locator(".figures dt").all_text_contents(), shown.locator(".figures dd").all(), strict=True)
    )
    told = {name: re.match(r"[\d\u202f]+", each.inner_text()) for name, each in figures.items()}
    assert {name: int(match[0]) for name, match in told.items() if match} == {
        "Articles": now["articles"],
        "Sources with articles": now["sources"],
        "Different entities": now["entities"],
        "Quotes": now["quotes"],
        "Events reported": now["events"],
    }
    assert sum(row["articles"] for row in found.answers["volumes"]) == now["articles"] > 0
    assert sum(row["articles"] for row in found.answers["sources"]) == now["articles"]
    assert sum(row["before"] for row in found.answers["sources"]) == before["articles"] > 0
    assert sum(row["events"] for row in found.answers["event_days"]) == now["events"]
    [ledger] = [row for row in found.answers["coverage"] if row["source"] == "ledger"]
    assert ledger["open_days"] == [{"day": date(2026, 3, 12), "status": "missing"}]
    assert "2026-03-12" in shown.locator("#gaps .open").inner_text()
    assert [row["reason"] for row in found.answers["rejects"]] == ["list-page"]


def test_entities_move_against_the_period_before(hostile: Home) -> None:
    later = overview(hostile, since=WEEK[0], until=WEEK[1]).answers["entities"]
    earlier = overview(hostile, since=date(2026, 3, 1), until=date(2026, 3, 8)).answers["entities"]

    was = {row["entity_id"]: row for row in earlier}
    assert [row["place"] for row in later] == list(range(1, len(later) + 1))
    for row in later:
        assert row["place_before"] == was[row["entity_id"]]["place"]
        assert row["articles_before"] == was[row["entity_id"]]["articles"]


def test_the_same_state_gives_the_same_bytes(hostile: Home, page_file: Path, tmp_path: Path) -> None:
    again = write_report(hostile, since=WEEK[0], until=WEEK[1], output=tmp_path / "again.html")

    assert again.read_bytes() == page_file.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["again.html"]


def test_one_source_of_one_day(browser: Browser, hostile: Home) -> None:
    path = write_report(hostile, since=date(2026, 3, 3), until=date(2026, 3, 4), sources=["courier"])

    assert path == hostile.root / "reports" / "2026-03-03.html"
    page = opened(browser, path, width=PHONE).page
    assert page.locator("h1").inner_text() == "News of 3 March 2026"
    assert page.locator("#volumes tbody th").all_inner_texts() == ["courier"]


def test_a_day_without_news_says_what_is_missing(browser: Browser, hostile: Home, tmp_path: Path) -> None:
    path = write_report(hostile, since=date(2025, 7, 1), until=date(2025, 7, 4), output=tmp_path / "empty.html")

    page = opened(browser, path, width=PHONE).page
    assert "The last day with articles is 14 March 2026." in page.locator("header").inner_text()
    assert page.locator("#volumes figure, #entities figure, #events figure, #countries figure").count() == 0
    assert page.locator(".empty").count() >= 6


def test_a_lake_without_anything(tmp_path: Path) -> None:
    world = World.at(tmp_path / "home")
    with pytest.raises(NoDatabaseError, match="newslake run"):
        write_report(world.home)
    world.publish()
    world.catalogue.close()

    text = write_report(world.home).read_text(encoding="utf-8")

    assert "The database has no articles at all." in text
    assert "The database knows no source yet." in text


def test_a_year_is_shown_in_weeks(hostile: Home) -> None:
    found = overview(hostile, since=date(2025, 6, 1), until=date(2026, 5, 1))

    assert {row["bucket"].weekday() for row in found.answers["volumes"]} == {0}
    with pytest.raises(UnanswerableError, match="366 at most"):
        overview(hostile, since=date(2024, 1, 1), until=date(2026, 1, 1))


def test_the_command(newslake: NewslakeCommand, hostile: Home, demo_home: Home, tmp_path: Path) -> None:
    target = tmp_path / "some" / "page.html"
    done = newslake("report", "--output", str(target), home=demo_home.root)
    assert (done.returncode, done.stdout.strip()) == (0, str(target.resolve())), done.stderr
    assert "News of 9 to 15 March 2026" in target.read_text(encoding="utf-8")

    for arguments, message in (
        (["--source", "nobody"], "There is no source nobody"),
        (["--day", "2026-03-01", "--until", "2026-03-02"], "either --day or"),
        (["--since", "2026-03-02", "--until", "2026-03-02"], "is not before its end"),
        (["--day", "yesterday"], "no day such as"),
    ):
        refused = CliRunner().invoke(command, ["--home", str(hostile.root), "report", *arguments])
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert message in refused.stderr


def test_a_drawing_keeps_shapes_and_texts_only() -> None:
    values = [{"n": 1, "name": ENDING, "to": "https://example.com", "told": f"{SCRIPT}: 1"}]
    encoding: dict[str, Any] = {
        "x": {"field": "n", "type": "quantitative"},
        "y": {"field": "name", "type": "nominal", "axis": {"labelLimit": 2000}},
        "description": {"field": "told"},
    }
    chart = {"data": {"values": values}, "mark": "bar", "encoding": encoding}
    assert "example.com" not in drawn({**chart, "encoding": {**encoding, "href": {"field": "to"}}})

    tree = html.fragment_fromstring(drawn(chart))
    assert {str(each.tag) for each in tree.iter()} <= {"svg", "g", "path", "line", "rect", "text", "title"}
    assert [each.text for each in tree.iter("title")] == [f"{SCRIPT}: 1"]
    assert ENDING in [each.text for each in tree.iter("text")]


@pytest.mark.parametrize(
    ("since", "last", "words"),
    [
        (date(2026, 3, 1), date(2026, 3, 1), "1 March 2026"),
        (date(2026, 3, 1), date(2026, 3, 7), "1 to 7 March 2026"),
        (date(2026, 2, 27), date(2026, 3, 7), "27 February to 7 March 2026"),
        (date(2025, 12, 30), date(2026, 1, 2), "30 December 2025 to 2 January 2026"),
    ],
)
def test_days_are_told_without_a_word_too_many(since: date, last: date, words: str) -> None:
    assert days_text(since, last) == words
    assert words.endswith(day_text(last))


def test_only_the_web_is_linked_to_and_joiners_stay() -> None:
    assert web_address("https://example.com/a") == "https://example.com/a"
    for url in (None, "", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "http://[::1"):
        assert web_address(url) is None
    assert visible("👩\u200d🚀 می\u200cخواهم") == "👩\u200d🚀 می\u200cخواهم"
    assert visible("a\x00b\x1bc\u2066d") == "a�b�c�d"
    assert visible(None) == ""


def test_on_paper_it_is_dark_on_light(browser: Browser, page_file: Path) -> None:
    page = opened(browser, page_file, dark=True).page
    page.emulate_media(media="print", color_scheme="dark")

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator(".wide").first.is_visible()
    assert not page.locator("nav").is_visible()
