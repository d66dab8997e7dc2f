"""Headlines without the site, bylines as lists of names."""

import pytest

from transforms.clean import document
from transforms.clean.authors import authors, choose
from transforms.clean.byline_names import names_in
from transforms.clean.document import Document
from transforms.clean.titles import choose as choose_title
from transforms.clean.titles import titles, without_site
from transforms.clean.wording import letters


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Ada Lindqvist and Tom Reyes", ("Ada Lindqvist", "Tom Reyes")),
        ("Von Jörg Süßmann", ("Jörg Süßmann",)),
        ("Par Anne Dubois et Luc Morel", ("Anne Dubois", "Luc Morel")),
        ("BY ADA LINDQVIST", ("ADA LINDQVIST",)),
        ("Ada Lindqvist, Political Correspondent", ("Ada Lindqvist",)),
        ("Ada Lindqvist, Tom Reyes & Nora Eide", ("Ada Lindqvist", "Tom Reyes", "Nora Eide")),
        ("John A Smith, Jr.", ("John A Smith, Jr.",)),
        ("ada.lindqvist@courier.example", ()),
        ("https://www.facebook.com/courier", ()),
        ("12 March 2026", ()),
        ("Ada Lindqvist; ada lindqvist", ("Ada Lindqvist",)),
        ("By Ada Lindqvist, Thursday, 12 March 2026 at 10:30", ("Ada Lindqvist",)),
        ("Von Ada Lindqvist 12.03.2026, 10:30 Uhr", ("Ada Lindqvist",)),
        ("View all posts by Ada Lindqvist", ("Ada Lindqvist",)),
        ("신현주 기자", ("신현주",)),
        ("admin", ()),
        ("dpa/lno", ("dpa/lno",)),
        ("Ada Lindqvist/Tom Reyes", ("Ada Lindqvist", "Tom Reyes")),
        ("By", ()),
        ("", ()),
    ],
)
def test_bylines_are_lists_of_names(byline: str, names: tuple[str, ...]) -> None:
    assert names_in(byline) == names


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("New pier approved | Harbour Courier", "New pier approved"),
        ("New pier approved - Town - Harbour Courier", "New pier approved - Town"),
        ("Harbour Courier: New pier approved", "Harbour Courier: New pier approved"),
        ("Harbour Courier | New pier approved", "New pier approved"),
        ("Pier – a story of storms", "Pier – a story of storms"),
    ],
)
def test_the_site_is_taken_off_the_title(title: str, expected: str) -> None:
    assert without_site(title, {letters("Harbour Courier")}, ()) == expected


def parsed(html: str, address: str = "https://www.courier.example/n/1") -> Document:
    result = document.parse(html, address)
    assert isinstance(result, Document)
    return result


def test_the_wording_that_most_places_agree_on_is_the_title() -> None:
    page = parsed(
        '<title>Council says yes to pier - Courier</title><meta property="og:title" content="Council says yes to pier">'
        '<meta property="og:site_name" content="Courier"><body><h1>Courier</h1><h2>Council says yes to pier</h2></body>'
    )
    winner = choose_title(titles(page, None))
    assert winner is not None
    assert (winner.value, winner.origin) == ("Council says yes to pier", "og")


def test_a_feed_s_title_serves_where_the_page_has_none() -> None:
    winner = choose_title(titles(parsed("<body><p>Text</p></body>"), "From the feed"))
    assert winner is not None
    assert (winner.value, winner.origin) == ("From the feed", "feed")


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ('{"@type":"Person","name":"Ada Lindqvist"}', ("Ada Lindqvist",)),
        ('[{"name":"Ada Lindqvist"},{"name":"Tom Reyes"}]', ("Ada Lindqvist", "Tom Reyes")),
        ('"Ada Lindqvist, Tom Reyes"', ("Ada Lindqvist", "Tom Reyes")),
        ('{"@type":"Person","givenName":"Ada","familyName":"Lindqvist"}', ("Ada Lindqvist",)),
        ('{"@type":"Organization","name":"Harbour and Coast News"}', ("Harbour and Coast News",)),
        ('{"@type":"Person","name":["Ada Lindqvist","Tom Reyes"]}', ("Ada Lindqvist", "Tom Reyes")),
    ],
)
def test_every_form_of_author_in_json_ld_is_read(author: str, names: tuple[str, ...]) -> None:
    page = parsed(
        '<script type="application/ld+json">{"@type":"Report","headline":"x","author":' + author + "}</script><p>x</p>"
    )
    assert choose(authors(page)) == names


def test_printed_bylines_serve_where_the_data_is_silent() -> None:
    page = parsed('<article><h1>Pier</h1><div class="byline">By Ada Lindqvist | Reporter</div><p>Text</p></article>')
    assert choose(authors(page)) == ("Ada Lindqvist",)


def names_of(html: str) -> tuple[str, ...]:
    return choose(authors(parsed(html)))


@pytest.mark.parametrize(
    ("html", "names"),
    [
        # what browsers show apart is apart
        (
            '<h1>Pier</h1><div class="byline"><span>By</span><a>Ada Lindqvist</a><b>Friday, 13.3.2026</b></div>',
            ("Ada Lindqvist",),
        ),
        # a byline that nothing but its first word tells
        ("<h1>Pier</h1><p>By Ada Lindqvist</p><p>By the time the ferry came, all was lost.</p>", ("Ada Lindqvist",)),
        ('<h1>Pier</h1><div class="node__author"><span>Ada Lindqvist</span></div>', ("Ada Lindqvist",)),
        ("<h1>Pier</h1><aside><p>By Ada Lindqvist</p></aside>", ()),
        # for want of a full name
        ('<h1>Pier</h1><span itemprop="author">harbourcat</span>', ("harbourcat",)),
        (
            '<meta name="twitter:label1" content="Written by"><meta name="twitter:data1" content="Ada"><p>x</p>',
            ("Ada",),
        ),
        (
            '<meta name="twitter:label1" content="Time"><meta name="twitter:data1" content="3 minutes"><p>x</p>',
            (),
        ),
    ],
)
def test_pages_without_data_print_their_authors(html: str, names: tuple[str, ...]) -> None:
    assert names_of(html) == names


def test_the_page_gives_the_full_name_of_an_account() -> None:
    data = '<script type="application/ld+json">{"@type":"Article","headline":"x","author":"adalindqvist"}</script>'
    assert names_of(f'{data}<p rel="author">Ada Lindqvist</p>') == ("Ada Lindqvist",)
    assert names_of(f'{data}<p rel="author">Tom Reyes</p>') == ("adalindqvist",)


def test_works_that_are_no_articles_have_authors() -> None:
    data = '{"@type":"DiscussionForumPosting","headline":"x","author":{"@type":"Person","name":"harbourcat"}}'
    assert names_of(f'<script type="application/ld+json">{data}</script><p>x</p>') == ("harbourcat",)
