"""Times that sitemaps' names state, and dates that say more or less."""

from datetime import UTC, datetime

import pytest

from flows.fetch.sitemaps.sitemap_names import spans_in_names
from flows.fetch.sitemaps.spans import Span
from flows.fetch.window import Window

MARCH_2 = Window(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC))


def stated(*names: str) -> dict[str, str]:
    """First days of the spans, by name."""
    spans = spans_in_names(f"http://news.example{name}" for name in names)
    return {
        url.removeprefix("http://news.example"): f"{span.start:%Y-%m-%d}+{(span.end - span.start).days}"
        for url, span in spans.items()
    }


@pytest.mark.parametrize(
    ("names", "spans"),
    [
        (("/sitemap-2024-01.xml", "/sitemap-2024-02.xml"), ("2024-01-01+31", "2024-02-01+29")),
        (("/sitemap_20240301.xml.gz", "/sitemap_20240302.xml.gz"), ("2024-03-01+1", "2024-03-02+1")),
        (("/2024/03/sitemap.xml", "/2023/12/sitemap.xml"), ("2024-03-01+31", "2023-12-01+31")),
        (("/posts-2023.xml", "/posts-2024.xml"), ("2023-01-01+365", "2024-01-01+366")),
        (("/map?yyyy=2024&mm=03", "/map?yyyy=2024&mm=4"), None),
        (("/map?yyyy=2024&mm=3", "/map?yyyy=2024&mm=4"), ("2024-03-01+31", "2024-04-01+30")),
        (("/map?year=2024&month=3&day=1", "/map?year=2024&month=3&day=2"), ("2024-03-01+1", "2024-03-02+1")),
        (("/1851-09.xml", "/1851-10.xml"), ("1851-09-01+30", "1851-10-01+31")),
        (("/post-2024-1.xml", "/post-2024-2.xml", "/post-2023-1.xml"), ("2024-01-01+366",) * 2 + ("2023-01-01+365",)),
        (("/a-2024-01-2.xml", "/a-2024-02-13.xml"), ("2024-01-01+31", "2024-02-01+29")),
    ],
)
def test_names_state_days_months_and_years(names: tuple[str, ...], spans: tuple[str, ...] | None) -> None:
    expected = spans or ("2024-03-01+31", "2024-04-01+30")
    assert stated(*names) == dict(zip(names, expected, strict=True))


@pytest.mark.parametrize(
    "names",
    [
        ("/sitemap-1.xml", "/sitemap-2023.xml", "/sitemap-2024.xml"),
        ("/uploads/2019/sitemap.xml",),
        ("/uploads/2019/pages.xml", "/uploads/2019/posts.xml"),
        ("/sitemap-2010-2015.xml", "/sitemap-2016-2020.xml"),
        ("/sitemap-202413.xml", "/sitemap-202414.xml"),
        ("/map?year=2024&month=99", "/map?year=2024&month=98"),
        ("/map?year=", "/map?year=x", "/map?year=²"),
        ("/sitemap.xml", "/news.xml"),
    ],
)
def test_other_numbers_state_nothing(names: tuple[str, ...]) -> None:
    assert stated(*names) == {}


@pytest.mark.parametrize(
    ("iso", "meets", "may_meet", "before"),
    [
        ("2026-03-02T10:00:00+00:00", True, True, False),
        ("2026-03-03T00:00:00+00:00", False, False, False),
        ("2026-03-01T23:59:59+00:00", False, False, True),
        ("2026-03-01T23:59:59", False, True, False),
        ("2026-03-01", False, True, False),
        ("2026-02-28", False, False, True),
        ("2026-03-03", False, True, False),
        ("2026-03-04", False, False, False),
        ("2026-03", True, True, False),
        ("2026", True, True, False),
        ("2025-12", False, False, True),
    ],
)
def test_a_date_meets_a_window_as_precisely_as_it_is_given(iso: str, meets: bool, may_meet: bool, before: bool) -> None:
    span = Span.of(iso)
    assert span is not None
    assert (span.meets(MARCH_2), span.may_meet(MARCH_2), span.before(MARCH_2.start)) == (meets, may_meet, before)


def test_the_calendar_ends() -> None:
    assert Span.of("9999") is None
    assert Span.of("9999-12-31") is None
    first = Span.of("0001-01-01")
    assert first is not None
    assert first.before(MARCH_2.start)
    assert not first.may_meet(MARCH_2)
