"""Names refined and resolved from the spans of any recogniser."""

import pytest

from transforms.annotate.entities import Recognised, find_entities
from transforms.annotate.entities.acronyms import stands_for
from transforms.annotate.entities.identity import entity_id, folded, person_name
from transforms.annotate.entities.people import resolve_people
from transforms.annotate.entities.table import find_listed, look_up
from transforms.annotate.records import Entity, Mention
from transforms.spans import Span


def named(text: str, *labels: tuple[str, str]) -> tuple[tuple[Mention, ...], tuple[Entity, ...]]:
    """Mentions and entities where a recogniser marked the first occurrence of each surface with its label."""
    spans = [Recognised(text.index(surface), text.index(surface) + len(surface), label) for surface, label in labels]
    return find_entities(text, spans, [Span(0, len(text))])


def surfaces(text: str, *labels: tuple[str, str]) -> list[tuple[str, str]]:
    return [(mention.surface, mention.entity_id) for mention in named(text, *labels)[0]]


def test_article_possessive_and_quotation_marks_are_not_part_of_a_name() -> None:
    assert surfaces("the Stimson Center's 'Blue Team'", ("the Stimson Center's", "ORG"), ("'Blue Team'", "ORG")) == [
        ("Stimson Center", "org:stimson-center"),
        ("Blue Team", "org:blue-team"),
    ]


def test_a_title_becomes_the_role_of_the_person() -> None:
    mentions, entities = named("Vice President Han Zheng spoke.", ("Vice President Han Zheng", "PERSON"))
    assert [(mention.surface, mention.role) for mention in mentions] == [("Han Zheng", "Vice President")]
    assert entities[0].role == "Vice President"


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Foreign Minister Wang Yi", "Foreign Minister"),
        ("foreign ministry spokeswoman Wang Yi", "foreign ministry spokeswoman"),
        ("Secretary of State Wang Yi", "Secretary of State"),
        ("former president Wang Yi", "former president"),
        ("Mr. Wang Yi", None),
        ("met Wang Yi", None),
    ],
)
def test_the_role_is_read_before_the_name_and_a_courtesy_is_none(text: str, role: str | None) -> None:
    mentions, _ = named(text, ("Wang Yi", "PERSON"))
    assert mentions[0].role == role


def test_capitalised_words_after_a_title_are_a_person_even_if_the_recogniser_saw_none() -> None:
    assert surfaces("They asked Senator Whitmore about it.") == [("Whitmore", "person:whitmore")]


def test_countries_and_their_people_meet_in_one_id() -> None:
    mentions, entities = named("The U.S. and American envoys, the US said. CHINA and the Chinese.")
    assert {mention.surface: mention.entity_id for mention in mentions} == {
        "U.S.": "country:US",
        "American": "country:US",
        "US": "country:US",
        "CHINA": "country:CN",
        "Chinese": "country:CN",
    }
    assert {mention.surface: mention.kind for mention in mentions}["American"] == "demonym"
    assert [(entity.name, entity.country, entity.mentions) for entity in entities] == [
        ("United States", "US", 3),
        ("China", "CN", 2),
    ]


def test_a_hyphenated_pair_of_countries_is_two_names() -> None:
    assert surfaces("U.S.-China rivalry", ("U.S.-China", "GPE")) == [("U.S.", "country:US"), ("China", "country:CN")]


def test_a_place_before_based_is_the_name_without_it() -> None:
    assert surfaces("the Washington-based group", ("Washington-based", "NORP")) == [("Washington", "place:washington")]


def test_possessor_and_institution_are_two_names() -> None:
    text = "China’s Foreign Ministry"
    assert surfaces(text, (text, "ORG")) == [("China", "country:CN"), ("Foreign Ministry", "org:foreign-ministry")]


def test_us_is_the_country_but_not_in_a_line_of_capitals() -> None:
    assert [span.of("It said US exports fell.") for span, _ in find_listed("It said US exports fell.")] == ["US"]
    assert list(find_listed("THEY WILL NOT STOP US NOW, SAYS CREW")) == []


def test_a_name_that_may_be_a_persons_is_a_country_only_for_the_recogniser() -> None:
    assert surfaces("Michael Jordan scored.", ("Michael Jordan", "PERSON")) == [
        ("Michael Jordan", "person:michael-jordan")
    ]
    assert surfaces("Jordan scored again.") == []
    assert surfaces("Jordan closed its border.", ("Jordan", "GPE")) == [("Jordan", "country:JO")]


def test_georgia_among_american_states_is_not_the_country() -> None:
    text = "Georgia and Florida count votes; in Atlanta they wait."
    assert ("Georgia", "place:georgia") in surfaces(text, ("Georgia", "GPE"), ("Atlanta", "GPE"))
    assert ("Georgia", "country:GE") in surfaces("Georgia votes, Tbilisi waits.", ("Georgia", "GPE"))


def test_a_surname_is_the_person_named_in_full_wherever_it_stands() -> None:
    text = "Giorgia Meloni came. Meloni spoke; then Meloni left."
    assert surfaces(text, ("Giorgia Meloni", "PERSON")) == [
        ("Giorgia Meloni", "person:giorgia-meloni"),
        ("Meloni", "person:giorgia-meloni"),
        ("Meloni", "person:giorgia-meloni"),
    ]


def test_family_name_first_and_given_name_alone_are_one_person() -> None:
    text = "Xi Jinping waved. Xi smiled. Jinping will send somebody."
    found = surfaces(text, ("Xi Jinping", "PERSON"), ("Xi smiled", "PERSON"), ("Jinping will", "PERSON"))
    assert {entity for _, entity in found} == {"person:xi-jinping"}
    assert "Xi" in {surface for surface, _ in found}


def test_two_people_of_one_surname_stay_apart_and_the_last_named_one_is_meant() -> None:
    names = ["Donald Trump", "Trump", "Melania Trump", "Trump", "Donald Trump"]
    assert resolve_people(list(enumerate(names))) == [[0, 1, 4], [2, 3]]


@pytest.mark.parametrize(
    ("longer", "shorter"), [("Paul J. Whitmore", "Paul Whitmore"), ("Viktor Orban", "Orban Viktor"), ("Ann Lee", "Lee")]
)
def test_forms_of_one_name_are_one_person(longer: str, shorter: str) -> None:
    assert resolve_people([(0, longer), (1, shorter)]) == [[0, 1]]


@pytest.mark.parametrize(("one", "other"), [("Ann Lee", "Bob Lee"), ("Ann Lee", "Ann Roe"), ("Smith", "Jones")])
def test_different_names_are_different_people(one: str, other: str) -> None:
    assert resolve_people([(0, one), (1, other)]) == [[0], [1]]


def test_legal_form_and_unique_shortening_do_not_make_another_organisation() -> None:
    text = "Interactive Brokers Group Inc fell. Interactive Brokers said so. Interactive Brokers Group Inc rose."
    found = surfaces(text, ("Interactive Brokers Group Inc", "ORG"), ("Interactive Brokers said", "ORG"))
    assert {entity for _, entity in found} == {"org:interactive-brokers"} or {entity for _, entity in found} == {
        "org:interactive-brokers-group"
    }


def test_an_acronym_in_brackets_is_the_organisation_before_it() -> None:
    text = "The General Administration of Customs (GAC) counts. GAC said more."
    found = surfaces(text, ("General Administration of Customs", "ORG"), ("GAC said", "ORG"))
    assert {entity for _, entity in found} == {"org:general-administration-of-customs"}


@pytest.mark.parametrize(
    ("acronym", "name", "expected"),
    [
        ("GAC", "General Administration of Customs", True),
        ("PFC", "Pacific Fisheries Commission", True),
        ("U.N.", "United Nations", True),
        ("WHO", "World Trade Organization", False),
        ("A", "Alpha Beta", False),
        ("IBM", "Ibm", False),
    ],
)
def test_initials_stand_for_a_name_of_several_words(acronym: str, name: str, expected: bool) -> None:
    assert stands_for(acronym, name) is expected


def test_the_last_word_of_a_name_tells_what_it_is() -> None:
    mentions, _ = named("Halifax University and the Tisza River", ("Halifax University", "GPE"), ("Tisza River", "ORG"))
    assert [mention.label for mention in mentions] == ["ORG", "LOC"]


def test_labels_that_name_nothing_are_left_out() -> None:
    assert surfaces("Forty ships came on Sunday.", ("Forty", "CARDINAL"), ("Sunday", "DATE")) == []


def test_the_headline_tells_which_entities_it_names() -> None:
    text = "Donald Trump called China and Iran."
    spans = [Recognised(0, 12, "PERSON")]
    _, entities = find_entities(text, spans, [Span(0, len(text))], "Trump warns Chinese exporters")
    assert {entity.entity_id: entity.in_title for entity in entities} == {
        "person:donald-trump": True,
        "country:CN": True,
        "country:IR": False,
    }


def test_ids_are_readable_and_hold_for_marks_and_middle_initials() -> None:
    assert entity_id("person", person_name("Donald J. Trump")) == "person:donald-trump"
    assert entity_id("person", "Santiago Peña") == "person:santiago-pena"
    assert entity_id("organisation", "AT&T") == "org:at-and-t"
    assert entity_id("place", "北京") == "place:北京"
    assert entity_id("work", "?!").startswith("work:")
    assert folded("Côte d’Ivoire") == folded("Cote d'Ivoire")


def test_every_country_is_found_by_its_name_and_its_code_is_two_letters() -> None:
    for surface in ("Netherlands", "Ivory Coast", "Vietnamese", "U.K.", "North Korea", "Kosovar"):
        listed = look_up(surface)
        assert listed is not None
        assert listed.country is not None
        assert len(listed.country) == 2


def test_particles_between_two_spans_make_one_person() -> None:
    text = "Ursula von der Leyen spoke; von der Leyen left."
    assert surfaces(text, ("Ursula", "PERSON"), ("Leyen", "GPE"))[0] == (
        "Ursula von der Leyen",
        "person:ursula-von-der-leyen",
    )


def test_an_enumeration_of_known_names_is_split() -> None:
    text = "Ann Roe and Bob Lee came. Photographs show Roe, Lee in Oslo."
    found = surfaces(text, ("Ann Roe", "PERSON"), ("Bob Lee", "PERSON"), ("Roe, Lee", "ORG"))
    assert [entity for surface, entity in found if surface in ("Roe", "Lee")] == ["person:ann-roe", "person:bob-lee"]


def test_a_picture_credit_names_the_agency_and_the_photographer() -> None:
    text = "REUTERS/Ann Roe/File Photo"
    assert surfaces(text, (text, "ORG")) == [("REUTERS", "org:reuters"), ("Ann Roe", "person:ann-roe")]


def test_an_open_bracket_ends_a_name_and_the_acronym_in_it_is_the_same() -> None:
    text = "The Halifax Dock Union (HDU) met. HDU voted."
    found = surfaces(text, ("Halifax Dock Union (HDU", "ORG"))
    assert {entity for _, entity in found} == {"org:halifax-dock-union"}


def test_a_score_beside_a_country_is_not_part_of_it() -> None:
    assert surfaces("Sweden 1, England 0", ("Sweden 1", "ORG")) == [
        ("Sweden", "country:SE"),
        ("England", "place:england"),
    ]


def test_a_shorter_name_of_a_place_is_the_same_place() -> None:
    text = "Heathrow Airport closed. Heathrow reopens today."
    found = surfaces(text, ("Heathrow Airport", "FAC"), ("Heathrow reopens", "FAC"))
    assert {entity for _, entity in found} == {"place:heathrow-airport"}


def test_only_the_family_name_alone_is_of_the_kind_surname() -> None:
    text = "Xi Jinping met Donald Trump. Xi and Trump spoke. Jinping left."
    mentions, _ = named(text, ("Xi Jinping", "PERSON"), ("Donald Trump", "PERSON"), ("Jinping left", "PERSON"))
    assert {mention.surface: mention.kind for mention in mentions} == {
        "Xi Jinping": "name",
        "Donald Trump": "name",
        "Xi": "surname",
        "Trump": "surname",
        "Jinping": "name",
    }
