"""Quotations: how each kind of wording is read, and what holds for any text."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transforms.annotate import Annotator, Document
from transforms.annotate.quotes.cues import cues
from transforms.annotate.quotes.marks import paragraphs, quoted_regions
from transforms.annotate.quotes.tables import quote_rows
from transforms.annotate.records import Annotations, Quote
from transforms.spans import Span


def annotate(annotator: Annotator, text: str, *headings: Span) -> Annotations:
    return annotator.annotate([Document(text, language="en", headings=headings)])[0]


def quotes_of(annotator: Annotator, text: str) -> tuple[Quote, ...]:
    return annotate(annotator, text).quotes


def only_quote(annotator: Annotator, text: str) -> Quote:
    quotes = quotes_of(annotator, text)
    assert len(quotes) == 1, [quote.content for quote in quotes]
    return quotes[0]


def regions_of(text: str) -> list[str]:
    return [region.inner.of(text) for paragraph in paragraphs(text) for region in quoted_regions(text, paragraph)]


# -- marks


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ('"Plain marks," she said.', ["Plain marks,"]),
        ("“Curly marks,” she said.", ["Curly marks,"]),
        ('“Mixed marks," she said.', ["Mixed marks,"]),
        ('"Mixed the other way,” she said.', ["Mixed the other way,"]),
        ("«Guillemets,» she said.", ["Guillemets,"]),
        ("''Typewriter marks,'' she said.", ["Typewriter marks,"]),
        ("‘British marks,’ she said.", ["British marks,"]),
        ("The workers’ rights and the ’90s.", []),
        ("“Two,” she said, “in one.”", ["Two,", "in one."]),
        (
            "“Left open for the next paragraph.\n\n“And closed there.”",
            ["Left open for the next paragraph.", "And closed there."],
        ),
        ('A board 12" wide and a 5" nail.', []),
        ("“He said ‘no’ to me.”", ["He said ‘no’ to me."]),
    ],
)
def test_marks_are_matched_within_a_paragraph(text: str, inner: list[str]) -> None:
    assert regions_of(text) == inner


@given(st.text(alphabet="ab .,\n\"“”'‘’«»`", max_size=200))
def test_quoted_stretches_are_ordered_and_inside_their_paragraph(text: str) -> None:
    for paragraph in paragraphs(text):
        end = paragraph.start
        for region in quoted_regions(text, paragraph):
            assert end <= region.span.start < region.span.end <= paragraph.end
            assert region.span.contains(region.inner)
            end = region.span.end


# -- direct speech


@pytest.mark.parametrize(
    ("text", "content", "cue", "speaker"),
    [
        ("“The road is closed,” Anna Berg said.", "“The road is closed,”", "said", "Anna Berg"),
        ("“The road is closed,” said Anna Berg.", "“The road is closed,”", "said", "Anna Berg"),
        ("“Is the road closed?” asked Anna Berg.", "“Is the road closed?”", "asked", "Anna Berg"),
        (
            "“The road is closed,” Anna Berg, the mayor of Oslo, told reporters.",
            "“The road is closed,”",
            "told",
            "Anna Berg",
        ),
        ("Anna Berg said: “The road is closed.”", "“The road is closed.”", "said", "Anna Berg"),
        ("Anna Berg told reporters, “The road is closed.”", "“The road is closed.”", "told", "Anna Berg"),
    ],
)
def test_direct_speech_has_its_marks_cue_and_speaker(
    annotator: Annotator, text: str, content: str, cue: str, speaker: str
) -> None:
    quote = only_quote(annotator, text)
    assert (quote.content, quote.cue, quote.speaker_name) == (content, cue, speaker)
    assert quote.quote_type == "direct"
    assert quote.verbatim == content.strip("“”")
    assert quote.resolved_by == "full-name"


def test_an_attribution_in_the_middle_leaves_two_pieces(annotator: Annotator) -> None:
    quote = only_quote(annotator, "“The road,” Anna Berg said, “will stay closed until Monday.”")
    assert len(quote.content_spans) == 2
    assert quote.content == "“The road,” “will stay closed until Monday.”"
    assert quote.verbatim == "The road, will stay closed until Monday."


def test_a_quotation_without_a_cue_goes_to_the_running_speaker(annotator: Annotator) -> None:
    text = "“The road is closed,” Anna Berg said.\n\n“We will open it when the snow is gone.”"
    second = quotes_of(annotator, text)[1]
    assert (second.cue, second.speaker_name, second.resolved_by) == (None, "Anna Berg", "running-speaker")


def test_a_quotation_with_nobody_around_has_no_speaker(annotator: Annotator) -> None:
    quote = only_quote(annotator, "“We will open it when all of the snow is gone.”")
    assert (quote.speaker_name, quote.speaker_entity_id, quote.resolved_by) == (None, None, None)


@pytest.mark.parametrize(
    "text",
    [
        "She read “The Old Man and the Sea” on the train.",
        "The so-called “experts” were wrong.",
        "He was a guest on “Meet the Press” on Sunday.",
    ],
)
def test_titles_and_terms_in_marks_are_no_quotations(annotator: Annotator, text: str) -> None:
    assert quotes_of(annotator, text) == ()


# -- reported speech


def test_a_clause_is_reported_without_its_that(annotator: Annotator) -> None:
    quote = only_quote(annotator, "Anna Berg said that the road would stay closed until Monday.")
    assert quote.content == "the road would stay closed until Monday"
    assert (quote.quote_type, quote.verbatim, quote.cue_lemma) == ("indirect", None, "say")


def test_a_clause_with_some_quoted_words_is_mixed(annotator: Annotator) -> None:
    quote = only_quote(annotator, "Anna Berg said the road was “a danger to everyone” in winter.")
    assert quote.quote_type == "mixed"
    assert quote.verbatim == "a danger to everyone"


def test_a_cue_at_the_end_reports_what_stands_before_it(annotator: Annotator) -> None:
    quote = only_quote(annotator, "The road will stay closed until Monday, Anna Berg said.")
    assert quote.content == "The road will stay closed until Monday"


def test_according_to_names_a_speaker(annotator: Annotator) -> None:
    quote = only_quote(annotator, "According to Anna Berg, the road will stay closed until Monday.")
    assert (quote.cue, quote.speaker_name) == ("According to", "Anna Berg")
    assert quote.content == "the road will stay closed until Monday"


def test_belief_is_not_speech(annotator: Annotator) -> None:
    assert quotes_of(annotator, "Anna Berg believes that the road will stay closed.") == ()


# -- speakers


def test_a_surname_is_completed(annotator: Annotator) -> None:
    text = "Anna Berg visited the road on Friday.\n\n“It is closed,” Berg said."
    quote = only_quote(annotator, text)
    assert (quote.speaker_mention, quote.speaker_name, quote.resolved_by) == ("Berg", "Anna Berg", "surname")


def test_a_pronoun_means_whoever_was_named(annotator: Annotator) -> None:
    text = "Mayor Anna Berg visited the road on Friday. “It is closed,” she said."
    quote = only_quote(annotator, text)
    assert (quote.speaker_name, quote.resolved_by) == ("Anna Berg", "pronoun")


def test_an_honorific_keeps_the_other_gender_from_the_pronoun(annotator: Annotator) -> None:
    text = "Ms. Anna Berg visited the road with Mr. John Smith on Friday. “It is closed,” she said."
    assert only_quote(annotator, text).speaker_name == "Anna Berg"


def test_a_title_means_whom_the_text_gave_it(annotator: Annotator) -> None:
    text = "Anna Berg, a former diplomat, lives in Oslo.\n\n“It was a mistake,” the former diplomat said."
    quote = only_quote(annotator, text)
    assert (quote.speaker_name, quote.resolved_by) == ("Anna Berg", "title")


def test_a_spokesman_of_somebody_stays_unnamed(annotator: Annotator) -> None:
    text = "Anna Berg visited the road on Friday.\n\n“It is closed,” a spokesman for the ministry said."
    quote = only_quote(annotator, text)
    assert (quote.speaker_name, quote.speaker_entity_id, quote.speaker_kind) == (None, None, "unnamed")


def test_headings_are_not_read(annotator: Annotator) -> None:
    text = "Anna Berg says the road is closed\n\nThe road is long."
    assert annotate(annotator, text, Span(0, 33)).quotes == ()


def test_transcripts_are_read_by_their_labels(annotator: Annotator) -> None:
    text = "SMITH: Is the road closed?\n\nBERG: It is closed.\n\nSMITH: Until when?\n\nBERG: Until Monday."
    quotes = quotes_of(annotator, text)
    assert [(quote.speaker_mention, quote.content) for quote in quotes] == [
        ("SMITH", "Is the road closed?"),
        ("BERG", "It is closed."),
        ("SMITH", "Until when?"),
        ("BERG", "Until Monday."),
    ]


# -- what holds for every text

_PIECES = st.sampled_from(
    [
        "“It is closed,” ",
        '"It is closed." ',
        "Anna Berg said ",
        "that the road was closed. ",
        "she said. ",
        "according to the ministry. ",
        "The minister called it “a mess”, ",
        "“",
        '"',
        "”",
        "''",
        "\n\n",
        "Berg, the mayor, told reporters: ",
        "and the road ",
        "😀 ",
        "said said said ",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_PIECES, max_size=14).map("".join))
def test_spans_agree_with_the_text(annotator: Annotator, text: str) -> None:
    quotes = quotes_of(annotator, text)
    assert quotes == quotes_of(annotator, text)
    taken: list[Span] = []
    for number, quote in enumerate(quotes):
        assert quote.sequence == number
        assert quote.content == " ".join(span.of(text) for span in quote.content_spans)
        assert (quote.verbatim or "") == " ".join(span.of(text) for span in quote.verbatim_spans)
        for part in quote.verbatim_spans:
            assert any(span.contains(part) for span in quote.content_spans)
        for span, surface in ((quote.cue_span, quote.cue), (quote.speaker_span, quote.speaker_mention)):
            assert (span is None) == (surface is None)
            if span is not None:
                assert span.of(text) == surface
                assert not any(span.overlaps(piece) for piece in quote.content_spans)
        for span in quote.content_spans:
            assert "\n" not in span.of(text)
            assert not any(span.overlaps(other) for other in taken)
            taken.append(span)


@pytest.mark.parametrize("mark", ['"', "“", "”", "''", "“a” "])
def test_ten_thousand_marks_are_read(mark: str) -> None:
    text = (mark + "word ") * 10_000
    regions = [region for paragraph in paragraphs(text) for region in quoted_regions(text, paragraph)]
    assert all(region.span.end <= len(text) for region in regions)


def test_a_text_of_many_short_quotations_is_read(annotator: Annotator) -> None:
    quotes = quotes_of(annotator, "“It is closed,” Anna Berg said. " * 300)
    assert len(quotes) == 300


# -- data and rows


def test_every_cue_has_a_known_complement() -> None:
    known = {"clause", "that-clause", "infinitive", "naming", "marks"}
    assert all(cue.complements and cue.complements <= known for cue in cues().values())


def test_equal_contents_have_ids_of_their_own(annotator: Annotator) -> None:
    quotes = quotes_of(annotator, "“It is closed now,” Anna Berg said.\n\n“It is closed now,” John Smith said.")
    rows = quote_rows("article", quotes)
    assert rows[0]["content"] == rows[1]["content"]
    assert rows[0]["quote_id"] != rows[1]["quote_id"]
    assert rows == quote_rows("article", quotes)
