"""Text that was decoded wrongly before it came here is repaired where that is certain, and flagged in any case."""

from transforms.clean import Article, Page, clean_page

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
