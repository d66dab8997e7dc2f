"""Dates as pages write them, and which of several to believe."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.clean import date_values, dates, document
from transforms.clean.date_values import DateValue
from transforms.clean.dates import DateCandidate, Origin
from transforms.clean.document import Document

FIRST = datetime.fromisoformat("1900-01-02")
LAST = datetime.fromisoformat("2099-12-30")


@pytest.mark.parametrize(
    ("written", "iso", "precision"),
    [
        ("2025-01-17", "2025-01-17", "day"),
        ("20250117", "2025-01-17", "day"),
        ("2025-01-17T10:30", "2025-01-17T10:30:00", "local"),
        ("2025-01-17 10:30:05", "2025-01-17T10:30:05", "local"),
        ("2025-01-17T10:30:05.123Z", "2025-01-17T10:30:05+00:00", "instant"),
        ("2025-01-17T10:30:05+0530", "2025-01-17T10:30:05+05:30", "instant"),
        ("2025-01-17T10:30:05-03", "2025-01-17T10:30:05-03:00", "instant"),
        ("Fri, 17 Jan 2025 10:30:05 GMT", "2025-01-17T10:30:05+00:00", "instant"),
        ("Fri, 17 Jan 2025 10:30:05 EST", "2025-01-17T10:30:05-05:00", "instant"),
        ("Fri Jan 17 2025 10:30:05 GMT+0100", "2025-01-17T10:30:05+01:00", "instant"),
        (1737109805, "2025-01-17T10:30:05+00:00", "instant"),
        ("1737109805000", "2025-01-17T10:30:05+00:00", "instant"),
        (["2025-01-17"], "2025-01-17", "day"),
    ],
)
def test_data_is_read_as_exactly_as_it_is_written(written: object, iso: str, precision: str) -> None:
    value = date_values.from_data(written)
    assert value is not None
    assert (value.iso, value.precision) == (iso, precision)


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("Published January 17, 2025 at 4:05 pm EST", "2025-01-17T16:05:00-05:00"),
        ("17th of January 2025", "2025-01-17"),
        ("Freitag, 17. Januar 2025, 10:30 Uhr", "2025-01-17T10:30:00"),
        ("Stand: 17.01.2025 10:30 Uhr", "2025-01-17T10:30:00"),
        ("17 de enero de 2025", "2025-01-17"),
        ("le 17 févr. 2025 à 10h30", "2025-02-17T10:30:00"),
        ("17 января 2025", "2025-01-17"),
        ("2025年1月17日 10:30", "2025-01-17T10:30:00"),
        ("17/01/2025", "2025-01-17"),
        ("الجمعة 24 نيسان / أبريل 2020", "2020-04-24"),
    ],
)
def test_print_is_read_in_many_languages(written: str, iso: str) -> None:
    value = date_values.from_text(written, month_first=False)
    assert value is not None
    assert value.iso == iso


def test_month_first_only_decides_what_is_ambiguous() -> None:
    ambiguous = date_values.from_text("03/04/2025", month_first=True)
    clear = date_values.from_text("17/04/2025", month_first=True)
    assert ambiguous is not None
    assert clear is not None
    assert (ambiguous.day, clear.day) == (date(2025, 3, 4), date(2025, 4, 17))


@pytest.mark.parametrize(
    "written", ["0001-01-01T00:00:00Z", "2025-13-01", "2025-02-30", "3025-01-01", "soon", "", None, {}]
)
def test_what_cannot_be_a_date_is_none(written: object) -> None:
    assert date_values.from_data(written) is None


@pytest.mark.parametrize(
    ("address", "day"),
    [
        ("https://a.example/2025/01/17/pier", date(2025, 1, 17)),
        ("https://a.example/2025/jan/17/pier", date(2025, 1, 17)),
        ("https://a.example/pier-20250117.html", date(2025, 1, 17)),
        ("file://inbox/2025-01-17-pier.txt", date(2025, 1, 17)),
    ],
)
def test_addresses_state_days(address: str, day: date) -> None:
    value = date_values.in_address(address)
    assert value is not None
    assert value.day == day


def test_an_address_with_another_number_states_no_day() -> None:
    assert date_values.in_address("https://a.example/news/20251399-4711") is None


def test_a_day_before_its_month_in_an_address_is_read_where_nobody_writes_the_month_first() -> None:
    address = "https://a.example/politica/el-muelle-nid03052022/"
    assert date_values.in_address(address) is None
    value = date_values.in_address(address, day_first=True)
    assert value is not None
    assert value.day == date(2022, 5, 3)


def candidate(written: str, origin: Origin) -> DateCandidate:
    value = date_values.from_data(written)
    assert value is not None
    return DateCandidate(value, origin, origin)


def chosen(*candidates: DateCandidate) -> DateValue:
    winner = dates.choose(candidates)
    assert winner is not None
    return winner.value


def test_first_candidate_wins_over_a_later_day() -> None:
    assert chosen(candidate("2025-01-17", "json-ld"), candidate("2025-03-01", "url")).iso == "2025-01-17"


def test_a_day_becomes_the_instant_that_another_place_gives_for_it() -> None:
    winner = dates.choose([candidate("2025-01-17", "json-ld"), candidate("2025-01-17T10:30:00+01:00", "time-element")])
    assert winner is not None
    assert (winner.value.iso, winner.origin) == ("2025-01-17T10:30:00+01:00", "json-ld")


def test_a_clock_time_takes_the_zone_of_the_same_moment() -> None:
    assert chosen(candidate("2025-01-17 10:30:00", "meta"), candidate("2025-01-17T09:30:00Z", "feed")).iso.startswith(
        "2025-01-17T"
    )


def test_an_instant_in_utc_takes_the_page_s_own_offset() -> None:
    winner = chosen(candidate("2025-01-17T23:30:00Z", "json-ld"), candidate("2025-01-18T00:30:00+01:00", "meta"))
    assert (winner.iso, winner.day) == ("2025-01-18T00:30:00+01:00", date(2025, 1, 18))


def test_a_clock_time_without_zone_betrays_the_offset() -> None:
    winner = chosen(candidate("2023-11-09T05:30:59Z", "json-ld"), candidate("2023-11-08T23:30:59", "time-element"))
    assert winner.iso == "2023-11-08T23:30:59-06:00"


def test_a_clock_time_marked_as_utc_by_mistake_betrays_the_offset_too() -> None:
    winner = chosen(candidate("2022-05-04T00:44:52Z", "json-ld"), candidate("2022-05-03T21:44:52Z", "meta"))
    assert winner.iso == "2022-05-03T21:44:52-03:00"


def test_the_day_in_the_address_is_the_local_one() -> None:
    winner = chosen(candidate("2020-02-18T02:18:11Z", "json-ld"), candidate("2020-02-17", "url"))
    assert (winner.day, dates.utc(winner)) == (date(2020, 2, 17), datetime(2020, 2, 18, 2, 18, 11, tzinfo=UTC))


def test_seconds_are_those_that_most_places_give() -> None:
    whole = candidate("2024-04-27T07:39:00+02:00", "meta")
    assert chosen(candidate("2024-04-27T07:39:18+02:00", "json-ld"), whole, whole).iso == "2024-04-27T07:39:00+02:00"
    assert chosen(candidate("2024-04-27T07:39:18+02:00", "json-ld"), whole).iso == "2024-04-27T07:39:18+02:00"


def published(html: str) -> str | None:
    page = document.parse(f"<html><body>{html}</body></html>", "https://www.courier.example/n/1")
    assert isinstance(page, Document)
    winner = dates.choose(dates.published(page, None))
    return winner.value.iso if winner else None


@pytest.mark.parametrize(
    ("html", "iso"),
    [
        ("<h1>Pier</h1><div>17.01.2025</div>", "2025-01-17"),
        ("<h1>Pier</h1><div>Updated March 2, 2025. Published January 17, 2025</div>", "2025-01-17"),
        (
            '<span class="date">Updated 2 March 2025</span><h1>Pier</h1><div>Published: 17 January 2025</div>',
            "2025-01-17",
        ),
        ("<h1>Pier</h1><p>17.01.2025 – " + "The council has voted on the pier again. " * 9 + "</p>", "2025-01-17"),
        # dates of linked articles
        (
            '<ul><li><a class="date">2.3.2025</a><li><a class="date">1.3.2025</a></ul><h1>Pier</h1><p>17.01.2025</p>',
            "2025-01-17",
        ),
        # a meta that is just called a date yields to the one beside the headline
        ('<meta name="date" content="2025-03-02"><h1>Pier</h1><span class="date">17 January 2025</span>', "2025-01-17"),
        ('<meta name="date" content="2025-03-02"><h1>Pier</h1><p>Text</p>', "2025-03-02"),
        # an outlet's name is no headline: the date beside it is that of the visit
        (
            '<meta property="og:title" content="The council votes on the pier | Harbour Courier">'
            '<meta name="date" content="2025-01-17">'
            '<h1>Harbour Courier</h1><span class="date">Sunday, 2 March 2025</span>'
            + "<div></div>" * 50
            + "<h1>The council votes on the pier</h1><p>Text</p>",
            "2025-01-17",
        ),
        (
            '<meta property="og:title" content="The council votes on the pier | Harbour Courier">'
            "<h1>Harbour Courier</h1>"
            + "<div></div>" * 50
            + "<span>17 January 2025</span><h2>The council votes on the pier</h2><i>Updated 2 March 2025</i>",
            "2025-01-17",
        ),
        ("<div>Pier</div><p>(17. Januar 2025) " + "Der Rat hat über den Steg abgestimmt. " * 9 + "</p>", "2025-01-17"),
        # the foot of an article may be called a footer; a clock time belongs to the date before it
        (
            '<h1>Pier</h1><div class="footer"><p>Changed: 16.01.2025 - 14:49:39<br>Published: 17.01.2025</p></div>',
            "2025-01-17",
        ),
        (
            '<meta name="date" content="2025-01-17"><h1>Pier</h1><div class="footer"><p>Date: 2.3.2025</p></div>',
            "2025-01-17",
        ),
        ('<h1>Pier</h1><div class="footer"><p>2.3.2025</p></div><p>17.01.2025</p>', "2025-01-17"),
        # microformat
        (
            '<h1>Pier</h1><abbr itemprop="datePublished" title="2025-01-17T10:30:00+01:00">10:30</abbr>',
            "2025-01-17T10:30:00+01:00",
        ),
        # readers are told the local time
        ('<time datetime="2025-01-17T02:30:00Z">16 January 2025, 9:30 pm</time>', "2025-01-16T21:30:00-05:00"),
    ],
)
def test_dates_are_read_from_print_where_no_data_states_them(html: str, iso: str) -> None:
    assert published(html) == iso


def from_page(html: str, language: str = "", dateline: str | None = None, address: str = "/n/1") -> str | None:
    page = document.parse(
        f'<html lang="{language}"><body>{html}</body></html>', f"https://www.courier.example{address}"
    )
    assert isinstance(page, Document)
    winner = dates.choose(dates.published(page, None, date_values.from_data(dateline)))
    return winner.value.iso if winner else None


def test_the_locale_tells_whether_the_month_comes_first() -> None:
    page = '<h1>Pier</h1><div class="date">03/04/2025</div>'
    american = '<meta property="og:locale" content="en_US">'
    assert from_page(page, "en") == from_page(american + page, "en-GB") == "2025-04-03"
    assert from_page(american + page, "en") == "2025-03-04"


def test_an_address_gives_a_day_before_its_month_only_in_languages_that_write_so() -> None:
    page = '<h1>Muelle</h1><meta property="article:published_time" content="2022-05-04T00:25:56Z">'
    assert (from_page(page, "es", address="/nid03052022/") or "")[:10] == "2022-05-03"
    assert (from_page(page, "en", address="/nid03052022/") or "")[:10] == "2022-05-04"


def test_the_dateline_dates_a_page_that_states_nothing_else() -> None:
    assert from_page("<h1>Pier</h1>", dateline="2025-01-17") == "2025-01-17"
    assert from_page("<h1>Pier</h1>", dateline="2025-01-16", address="/2025/01/17/pier") == "2025-01-17"
    assert from_page('<meta name="pubdate" content="2025-01-17">', dateline="2025-01-16") == "2025-01-17"


def test_instants_are_only_known_with_a_zone() -> None:
    assert dates.utc(date_values.from_data("2025-01-17T10:30:00")) is None
    assert dates.utc(date_values.from_data("2025-01-17T10:30:00+01:00")) == datetime(2025, 1, 17, 9, 30, tzinfo=UTC)


@given(
    st.one_of(st.text(max_size=80), st.integers(), st.floats(), st.binary(max_size=8), st.lists(st.text(max_size=20)))
)
def test_no_value_breaks_the_reading_of_dates(written: object) -> None:
    value = date_values.from_data(written)
    assert value is None or date_values.FIRST_YEAR <= value.moment.year <= date_values.LAST_YEAR


@given(st.datetimes(min_value=FIRST, max_value=LAST, timezones=st.just(UTC)))
def test_every_iso_instant_is_read_back(moment: datetime) -> None:
    value = date_values.from_data(moment.replace(microsecond=0).isoformat())
    assert value is not None
    assert value.moment == moment.replace(microsecond=0)
