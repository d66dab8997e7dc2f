"""Events: the lexicon's own examples, parties, status, dates, and what holds for any text."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transforms import schemas
from transforms.annotate import Annotator, Document
from transforms.annotate.events.lexicon import FLAGS, Entry, lexicon
from transforms.annotate.events.tables import event_rows
from transforms.annotate.records import Annotations, EventMention

PUBLISHED = date(2025, 1, 17)


def annotate(annotator: Annotator, text: str) -> Annotations:
    return annotator.annotate([Document(text, published=PUBLISHED, language="en")])[0]


def events_of(annotator: Annotator, text: str) -> tuple[EventMention, ...]:
    return annotate(annotator, text).event_mentions


def only_event(annotator: Annotator, text: str) -> EventMention:
    events = events_of(annotator, text)
    assert len(events) == 1, [event.rule_id for event in events]
    return events[0]


def names(parties: object) -> list[str]:
    assert isinstance(parties, tuple)
    return [party.name or party.text for party in parties]


# -- the lexicon


@pytest.fixture(scope="module")
def rules_of_examples(annotator: Annotator) -> dict[str, set[str]]:
    """Rules that each example sentence of the lexicon satisfies."""
    sentences = [sentence for entry in lexicon().entries for sentence in (entry.positive, entry.negative)]
    found = annotator.annotate([Document(sentence, language="en") for sentence in sentences])
    return {
        sentence: {event.rule_id for event in annotations.event_mentions}
        for sentence, annotations in zip(sentences, found, strict=True)
    }


def test_every_entry_finds_its_positive_example(rules_of_examples: dict[str, set[str]]) -> None:
    missed = [
        (entry.rule_id, entry.positive)
        for entry in lexicon().entries
        if entry.rule_id not in rules_of_examples[entry.positive]
    ]
    assert missed == []


def test_no_entry_finds_its_negative_example(rules_of_examples: dict[str, set[str]]) -> None:
    wrong = [
        (entry.rule_id, entry.negative)
        for entry in lexicon().entries
        if entry.rule_id in rules_of_examples[entry.negative]
    ]
    assert wrong == []


def test_every_negative_example_holds_a_word_of_its_pattern(annotator: Annotator) -> None:
    """Another sense of the same word shows what an entry does not mean; a sentence without it shows nothing."""
    entries = lexicon().entries
    parsed = annotator._pipeline.nlp.pipe([entry.negative for entry in entries])
    beside_the_point = []
    for entry, doc in zip(entries, parsed, strict=True):
        forms = {form for token in doc for form in (token.lemma_.lower(), token.lower_)}
        bases = [word.rsplit("_", 1)[-1] for word in entry.words]
        if not any(base in forms or any(form.startswith(base[:5]) for form in forms) for base in bases):
            beside_the_point.append((entry.rule_id, entry.negative))
    assert beside_the_point == []


def test_rule_ids_are_unique_and_name_their_type() -> None:
    counts = Counter(entry.rule_id for entry in lexicon().entries)
    assert [rule for rule, count in counts.items() if count > 1] == []
    assert all(entry.rule_id.startswith(entry.event_type.lower() + ".") for entry in lexicon().entries)


def test_no_entry_is_shadowed_by_one_that_is_tried_first() -> None:
    by_key: dict[tuple[str, str, str], list[Entry]] = {}
    for entry in lexicon().entries:
        for key in entry.combinations():
            by_key.setdefault(key, []).append(entry)
    shadowed = []
    for key, entries in by_key.items():
        ordered = sorted(entries, key=lambda entry: entry.rank)
        for place, earlier in enumerate(ordered):
            shadowed += [
                (key, earlier.rule_id, later.rule_id)
                for later in ordered[place + 1 :]
                if earlier.narrowing <= later.narrowing and not earlier.excluded
            ]
    assert shadowed == []


def test_every_flag_narrows_some_entry() -> None:
    used = {flag for entry in lexicon().entries for flag in entry.flags}
    assert used == FLAGS


def test_codes_are_those_of_the_type() -> None:
    for entry in lexicon().entries:
        kind = lexicon().types[entry.event_type]
        assert entry.cameo_root.isdigit()
        assert kind.quad_class in (1, 2, 3, 4)
        assert {kind.planned, kind.denied} <= lexicon().types.keys()


# -- parties


def test_a_passive_is_turned(annotator: Annotator) -> None:
    event = only_event(annotator, "The journalist was arrested by police in Minsk on Friday.")
    assert (event.event_type, names(event.actors), names(event.recipients)) == (
        "COERCE",
        ["police"],
        ["The journalist"],
    )
    assert event.place == "Minsk"


def test_both_sides_of_a_meeting_take_part(annotator: Annotator) -> None:
    event = only_event(annotator, "Emmanuel Macron and Olaf Scholz met in Berlin.")
    assert (event.event_type, names(event.actors), event.place) == (
        "CONSULT",
        ["Emmanuel Macron", "Olaf Scholz"],
        "Berlin",
    )


def test_a_guest_is_the_actor_of_a_reception(annotator: Annotator) -> None:
    event = only_event(annotator, "The king received the French president on Monday.")
    assert (names(event.actors), names(event.recipients)) == (["the French president"], ["The king"])


def test_a_light_verb_and_its_noun_are_one_trigger(annotator: Annotator) -> None:
    event = only_event(annotator, "Russia held talks with China.")
    assert (event.trigger, names(event.actors), names(event.recipients)) == ("held talks", ["Russia"], ["China"])


def test_a_noun_names_an_event_with_its_parties(annotator: Annotator) -> None:
    events = events_of(annotator, "The arrest of Anna Berg by Norwegian police surprised the town.")
    assert [(event.trigger, names(event.recipients)) for event in events] == [("arrest", ["Anna Berg"])]


def test_an_army_stands_for_its_country(annotator: Annotator) -> None:
    event = only_event(annotator, "The Chinese army attacked the rebels.")
    assert [party.entity_id for party in event.actors] == ["country:CN"]


# -- type and status


@pytest.mark.parametrize(
    ("text", "event_type", "status"),
    [
        ("France sent weapons to Kenya.", "AID", "happened"),
        ("France will send weapons to Kenya.", "AGREE", "planned"),
        ("France may send weapons to Kenya.", "AID", "hypothetical"),
        ("France did not send weapons to Kenya.", "AID", "denied"),
        ("France will not send weapons to Kenya.", "REJECT", "denied"),
        ("France refused to send weapons to Kenya.", "REJECT", "happened"),
        ("France agreed to send weapons to Kenya.", "AGREE", "happened"),
        ("France threatened to attack Kenya.", "THREATEN", "happened"),
        ("France will attack Kenya.", "THREATEN", "planned"),
        ("The minister said France would send weapons to Kenya.", "AGREE", "planned"),
        ("The minister asked France to send weapons.", "REQUEST", "happened"),
    ],
)
def test_wording_decides_type_and_status(annotator: Annotator, text: str, event_type: str, status: str) -> None:
    event = only_event(annotator, text)
    assert (event.event_type, event.status) == (event_type, status)


@pytest.mark.parametrize(
    "text",
    [
        "The storm killed ten people.",
        "The minister said the economy was strong.",
        "The design is simple.",
        "Ten people were killed when a bus overturned on the motorway.",
        "He suffered a heart attack.",
        "The band released a record.",
    ],
)
def test_a_sentence_without_an_event_stays_empty(annotator: Annotator, text: str) -> None:
    assert events_of(annotator, text) == ()


def test_only_one_side_of_a_contrast_is_denied(annotator: Annotator) -> None:
    events = events_of(annotator, "The ministers had not discussed Taiwan but discussed other issues.")
    assert sorted(event.status for event in events) == ["denied", "happened"]


# -- dates and quotations


def test_the_date_of_its_own_clause_dates_an_event(annotator: Annotator) -> None:
    event = only_event(annotator, "Russia held talks with China on Monday, the ministry said on Friday.")
    assert (event.date_text, event.date_start) == ("Monday", date(2025, 1, 13))


def test_an_event_without_a_time_has_no_date(annotator: Annotator) -> None:
    event = only_event(annotator, "Russia held talks with China.")
    assert (event.date_start, event.date_text, event.date_method) == (None, None, None)


def test_the_day_of_a_report_does_not_date_what_it_reports(annotator: Annotator) -> None:
    event = only_event(annotator, "Police said on Friday that rebels attacked the village.")
    assert event.date_start is None


def test_an_event_in_somebodys_words_names_who_asserts_it(annotator: Annotator) -> None:
    annotations = annotate(annotator, "“The rebels attacked the village,” Anna Berg said.")
    (event,) = annotations.event_mentions
    assert (event.asserted_by, event.quote_sequence) == ("person:anna-berg", 0)


# -- rows


def test_the_same_event_has_the_same_id_in_two_articles(annotator: Annotator) -> None:
    first = annotate(annotator, "Russia held talks with China on Monday.")
    second = annotate(annotator, "On Monday, China held talks with Russia in Moscow.")
    ids = {
        event_rows(page, page, PUBLISHED, annotations.event_mentions, [])[1][0]["event_id"]
        for page, annotations in (("one", first), ("two", second))
    }
    assert len(ids) == 1


def test_an_event_without_a_date_is_not_counted_with_another(annotator: Annotator) -> None:
    text = "Russia held talks with China."
    ids = {
        event_rows(page, page, PUBLISHED, events_of(annotator, text), [])[1][0]["event_id"] for page in ("one", "two")
    }
    assert len(ids) == 2


def test_mentions_of_one_event_make_one_row(annotator: Annotator) -> None:
    text = "Russia held talks with China on Monday. Russia and China held talks on Monday."
    mentions, events = event_rows("page", "page", PUBLISHED, events_of(annotator, text), [])
    assert len(mentions) == 2
    assert [(row["mentions"], row["status"], row["date_start"]) for row in events] == [
        (2, "happened", date(2025, 1, 13))
    ]
    assert set(mentions[0]) <= {column.name for column in schemas.EVENT_MENTIONS.columns}
    assert set(events[0]) <= {column.name for column in schemas.EVENTS.columns}


# -- what holds for every text

_PIECES = st.sampled_from(
    [
        "France attacked Kenya ",
        "and Barack Obama and Vladimir Putin will meet ",
        "on Monday. ",
        "The ministers said they would not ",
        "release the hostages ",
        "held talks with ",
        "Russia, China and Japan ",
        "who was killed by rebels ",
        "in Moscow ",
        "if ",
        "😀 ",
        "“We will ",
        "protest,” he said. ",
        "\n\n",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_PIECES, max_size=14).map("".join))
def test_spans_agree_with_the_text(annotator: Annotator, text: str) -> None:
    events = events_of(annotator, text)
    assert events == events_of(annotator, text)
    assert len({(event.trigger_span.start, event.rule_id) for event in events}) == len(events)
    for event in events:
        assert event.trigger_span.of(text) == event.trigger
        assert event.sentence_span.contains(event.trigger_span)
        assert event.status in schemas.EVENT_STATUSES
        for party in (*event.actors, *event.recipients):
            assert party.span.of(text) == party.text
        for actor in event.actors:
            assert not any(actor.span.overlaps(recipient.span) for recipient in event.recipients)
