"""Text that was decoded wrongly before it came here is repaired where that is certain, and flagged in any case."""

import json

import pytest

from transforms.clean import Article, Page, clean_page
from transforms.clean.mojibake import undone

URL = "https://www.harbour-courier.example/news/mayor"
SOUND = "Die Bürgermeisterin sagte, es gebe „größere Schäden“ am Übergang."
REST = "<p>Nach dem Fund ruhen die Bauarbeiten am Hafen bis zum Ende der Woche.</p>" * 3


def cleaned(text: str, content_type: str = "text/html", title: str = "Hafen") -> Article:
    page = f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1><p>{text}</p>{REST}"
    written = (
        page if content_type == "text/html" else f"{title}\n\n{text}\n\n" + "Nach dem Fund ruhen die Arbeiten. " * 5
    )
    result = clean_page(Page(URL, URL, written.encode(), content_type, {}))
    assert isinstance(result, Article)
    return result


def mojibake(text: str) -> str:
    """The text as those write it who take UTF-8 for Windows-1252."""
    return text.encode().decode("cp1252")


def test_sound_text_has_no_faults() -> None:
    article = cleaned(SOUND)

    assert SOUND in article.text
    assert article.encoding_faults == ()


def test_mojibake_in_a_page_is_repaired_and_flagged() -> None:
    article = cleaned(mojibake("Die Bürgermeisterin sagte – es gebe größere Schäden am Übergang."))

    assert "Die Bürgermeisterin sagte – es gebe größere Schäden am Übergang." in article.text
    assert article.encoding_faults == ("mojibake",)


def test_mojibake_in_a_title_is_repaired_and_flagged() -> None:
    article = cleaned(SOUND, title=mojibake("Größere Schäden am Hafen"))

    assert article.title == "Größere Schäden am Hafen"
    assert article.encoding_faults == ("mojibake",)


def test_mojibake_in_a_plain_text_is_repaired_and_flagged() -> None:
    article = cleaned(mojibake("Die Bürgermeisterin sah größere Schäden."), "text/plain")

    assert "Die Bürgermeisterin sah größere Schäden." in article.text
    assert article.encoding_faults == ("mojibake",)


def test_characters_that_are_lost_are_flagged() -> None:
    article = cleaned("Die B\ufffdrgermeisterin sagte, es gebe viele Sch\ufffdden am Hafen.")

    assert article.encoding_faults == ("lost-characters",)


def test_a_text_about_accents_is_left_alone() -> None:
    text = "El señor Muñoz habló de Ángel y de «La Niña» en São Paulo, à côté de l’Hôtel."

    article = cleaned(text)

    assert text in article.text
    assert article.encoding_faults == ()


LATIN_1 = "Die „größeren“ Schäden – so die Bürgermeisterin – seien ‚noch nicht‘ alle bekannt.".encode().decode(
    "latin-1"
)
REPAIRED = "Die „größeren“ Schäden – so die Bürgermeisterin – seien ‚noch nicht‘ alle bekannt."


def test_utf8_read_as_latin1_is_repaired_before_its_control_characters_are_lost() -> None:
    article = cleaned(LATIN_1)

    assert REPAIRED in article.text
    assert article.encoding_faults == ("mojibake",)


def test_the_same_in_references_to_characters_is_repaired() -> None:
    article = cleaned("".join(f"&#{ord(letter)};" if letter > "\x7f" else letter for letter in LATIN_1))

    assert REPAIRED in article.text
    assert article.encoding_faults == ("mojibake",)


def test_the_same_in_a_plain_text_is_repaired() -> None:
    article = cleaned(LATIN_1, "text/plain")

    assert REPAIRED in article.text
    assert article.encoding_faults == ("mojibake",)


def test_mojibake_beside_the_article_is_not_its_fault() -> None:
    article = cleaned(f"{SOUND}<nav><a href=/>{LATIN_1}</a></nav>")

    assert article.encoding_faults == ()


@pytest.mark.parametrize("wrong", ["latin-1", "cp1252"])
@pytest.mark.parametrize("escaped", [True, False], ids=["escaped", "as it is"])
def test_what_the_page_states_is_repaired_as_its_text(wrong: str, escaped: bool) -> None:
    stated = {
        "@type": "NewsArticle",
        "headline": "Schäden – größer als gedacht",
        "author": {"@type": "Person", "name": "Jörg Größe"},
        "articleSection": "Häfen – Küste",
        "keywords": ["Brücken", "Schäden – Küste"],
        "publisher": {"@type": "Organization", "name": "Küstenbote – Zeitung für den Hafen"},
    }
    data = json.dumps(stated, ensure_ascii=False).encode().decode(wrong)
    data = data.encode("ascii", "backslashreplace").decode().replace("\\x", "\\u00") if escaped else data
    page = f'<html><head><script type="application/ld+json">{data}</script></head><body><p>{SOUND}</p>{REST}'

    article = clean_page(Page(URL, URL, page.encode(), "text/html", {}))

    assert isinstance(article, Article)
    assert article.title == stated["headline"]
    assert article.authors == ("Jörg Größe",)
    assert article.section == stated["articleSection"]
    assert article.tags == ("Brücken", "Schäden – Küste")
    assert article.publisher == "Küstenbote – Zeitung für den Hafen"
    assert article.encoding_faults == ("mojibake",)


def test_long_pieces_take_time_in_proportion() -> None:
    found = undone("x" * 300_000 + "\x80")

    assert found.text == "x" * 300_000 + "€"
