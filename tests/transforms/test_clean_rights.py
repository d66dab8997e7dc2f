"""What a page states on access, licence and rights."""

import pytest

from transforms.clean import document, rights
from transforms.clean.document import Document


def parsed(head: str, body: str = "<p>x</p>") -> Document:
    page = document.parse(f"<html><head>{head}</head><body>{body}</body></html>", "https://www.courier.example.org/n/1")
    assert isinstance(page, Document)
    return page


def article(fields: str) -> str:
    return f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"x",{fields}}}</script>'


TIER = '<meta property="article:content_tier" content="{}">'


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (article('"isAccessibleForFree":true'), "free"),
        (article('"isAccessibleForFree":"False"'), "paywalled"),
        (article('"isAccessibleForFree":"http://schema.org/True"'), "free"),
        (article('"hasPart":{"@type":"WebPageElement","isAccessibleForFree":false,"cssSelector":".p"}'), "paywalled"),
        (article('"hasPart":{"@type":"ImageObject"}'), None),
        (article('"isAccessibleForFree":false') + TIER.format("metered"), "metered"),
        (TIER.format("locked"), "paywalled"),
        (TIER.format("registration"), "walled"),
        ('<meta itemprop="isAccessibleForFree" content="false">', "paywalled"),
        ("", None),
    ],
)
def test_access_is_what_the_page_states(head: str, expected: str | None) -> None:
    assert rights.access(parsed(head)) == expected


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        (
            article('"license":"https://creativecommons.org/licenses/by/4.0/"'),
            "",
            "https://creativecommons.org/licenses/by/4.0/",
        ),
        ('<link rel="license" href="/licence">', "", "https://www.courier.example.org/licence"),
        (
            "",
            '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC</a>',
            "https://creativecommons.org/licenses/by/4.0/",
        ),
        # a picture's licence is not the article's
        ("", '<figure><a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC</a></figure>', None),
        ('<meta name="dc.rights" content="All rights reserved">', "", None),
    ],
)
def test_licence_is_an_address_that_the_page_states_for_itself(head: str, body: str, expected: str | None) -> None:
    assert rights.licence_address(parsed(head, body)) == expected


def test_terms_are_those_of_use_or_of_data_mining() -> None:
    assert rights.terms_address(parsed(article('"usageInfo":"/terms"'))) == "https://www.courier.example.org/terms"
    policy = '<meta name="tdm-policy" content="https://courier.example.org/policy.json">'
    assert rights.terms_address(parsed(policy)) == "https://courier.example.org/policy.json"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (article('"copyrightHolder":{"@type":"Organization","name":"Harbour Courier"}'), "Harbour Courier"),
        (
            article('"copyrightHolder":{"@id":"#o"},"publisher":{"@id":"#o","name":"Harbour Courier"}'),
            "Harbour Courier",
        ),
        ('<meta name="copyright" content="Copyright (c) Harbour Press 2019">', "Harbour Press 2019"),
        (
            '<meta name="copyright" content="© 1998-2016 - Harbour Press - Todos los derechos reservados">',
            "Harbour Press",
        ),
        ('<meta name="copyright" content="© 2019">', None),
        ('<meta name="copyright" content="https://courier.example.org/">', None),
    ],
)
def test_copyright_holder_is_a_name(head: str, expected: str | None) -> None:
    assert rights.copyright_holder(parsed(head)) == expected
