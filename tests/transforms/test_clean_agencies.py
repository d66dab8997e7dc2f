"""Which agency a report comes from: by its signature, which is not text, and by its byline."""

import pytest

from transforms.clean import Article, Page, agencies, clean_page

URL = "https://www.harbour-courier.example/news/vote"
PARAGRAPHS = [
    f"The council's {ordinal} meeting on the harbour went on until after midnight, said a member who had been there, "
    "and ended with a vote that nobody in the town had expected before the summer."
    for ordinal in ("first", "second", "third", "fourth")
]


def cleaned(end: str = "", head: str = "") -> Article:
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    page = (
        f"<html><head><title>Harbour vote</title>{head}</head><body><main><article><h1>Harbour vote</h1>"
        f"{paragraphs}{end}</article></main></body></html>"
    )
    result = clean_page(Page(URL, URL, page.encode(), "text/html; charset=utf-8", {}))
    assert isinstance(result, Article), result
    return result


@pytest.mark.parametrize(
    ("line", "agency"),
    [
        ("(dpa)", "dpa"),
        ("dpa/abc", "dpa"),
        ("abc/dpa", "dpa"),
        ("afp/dpa", "AFP"),
        ("© AFP", "AFP"),
        ("Copyright © AFP 2017-2026.", "AFP"),
        ("© dpa-infocom, dpa:250117-99-123456/2", "dpa"),
        ("Mit Material von dpa", "dpa"),
        ("Quelle: sid/dpa", "SID"),
        ("Reuters", "Reuters"),
        ("Reuters Staff", "Reuters"),
        ("With inputs from PTI", "PTI"),
        ("Le Courrier avec AFP", "AFP"),
        ("Avec l’AFP", "AFP"),
        ("(Con información de AFP, EFE y Reuters)", "AFP"),
        ("Com informações da AFP", "AFP"),
        ("(ANSA)", "ANSA"),
        ("Bron: ANP", "ANP"),
        ("/ritzau/", "Ritzau"),
        ("Zdroj: ČTK", "ČTK"),
        ("Kaynak: AA", "Anadolu"),
    ],
)
def test_a_signature_names_the_agency(line: str, agency: str) -> None:
    assert agencies.signed(line) == agency


@pytest.mark.parametrize(
    "line",
    [
        "Die dpa berichtet",
        "He told Reuters on Monday",
        "Photo: Reuters/Jo Doe",
        "(spa)",
        "With Bloomberg in Paris",
        "Jo Doe",
        "",
    ],
)
def test_other_lines_are_no_signature(line: str) -> None:
    assert agencies.signed(line) is None


@pytest.mark.parametrize("end", ["<p>(dpa)</p>", "<p>Mit Material von dpa</p>", "<p><em>dpa/abc</em></p>"])
def test_a_signature_by_itself_is_not_text(end: str) -> None:
    article = cleaned(end)
    assert article.agency == "dpa"
    assert article.text.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize(
    "sentence", ["The ferry sails again. (Reuters)", "The ferry sails again. — Reuters", "It sails. Reuters"]
)
def test_a_signature_behind_the_last_sentence_stays(sentence: str) -> None:
    article = cleaned(f"<p>{sentence}</p>")
    assert article.agency == "Reuters"
    assert article.text.endswith(sentence)


def test_an_agency_that_is_only_spoken_of_signs_nothing() -> None:
    assert cleaned("<p>The mayor would not say more about it in an interview with Reuters.</p>").agency is None


def test_an_agency_in_the_byline_is_named() -> None:
    data = (
        '{"@type": "NewsArticle", "headline": "Harbour vote", "author": {"@type": "Person", "name": "Reuters Staff"}}'
    )
    assert cleaned(head=f'<script type="application/ld+json">{data}</script>').agency == "Reuters"


def test_a_plain_text_is_signed_too() -> None:
    text = "Harbour vote\n\n" + "\n\n".join(PARAGRAPHS) + "\n\n(AFP)\n"
    result = clean_page(Page(URL, URL, text.encode(), "text/plain", {}))
    assert isinstance(result, Article)
    assert result.agency == "AFP"
    assert result.text.split("\n\n") == PARAGRAPHS
