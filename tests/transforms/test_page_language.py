"""The language of a page that is not cleaned yet."""

from transforms.clean.page_language import page_language

ENGLISH = "The ferry across the harbour has been running again since Monday, the city said this morning. " * 3
GERMAN = "Die Fähre über den Hafen verkehrt seit Montag wieder, teilte die Stadt am Morgen mit. " * 3


def of(page: str, content_type: str = "text/html; charset=utf-8") -> str | None:
    return page_language(page.encode(), content_type)


def test_paragraphs_tell_the_language_whatever_stands_around_them() -> None:
    assert (
        of(f"<html lang=en><nav>Home News Sport Weather More</nav><p>{GERMAN}</p><footer>All rights reserved") == "de"
    )
    assert of(f"<script>var a = '{GERMAN * 9}'</script><style>{GERMAN}</style><!-- {GERMAN} --><p>{ENGLISH}") == "en"


def test_pages_without_paragraphs_are_told_by_all_their_text() -> None:
    assert of(f"<html><body><div>{GERMAN}<br>{GERMAN}</div></body></html>") == "de"


def test_plain_text_is_told_as_it_is() -> None:
    assert of(ENGLISH, "text/plain") == "en"


def test_pages_without_text_have_no_language() -> None:
    for page in ("", "<p>1234</p>", "<script>" * 1000, "<p>" * 10_000, "<!--" * 1000):
        assert of(page) is None
    assert page_language(b"%PDF-1.7 text", "text/html") is None
