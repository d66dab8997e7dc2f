"""Every table of the lake, declared once.

Arrow types, nullability and documentation live here; DuckDB's DDL and comments, the data dictionary and the
checks derive from it. Columns are added, never renamed, retyped or removed: old Parquet files must stay readable.

Conventions: instants are UTC and end in ``_at``; calendar dates end in ``_date`` or ``_on``; ``start`` and ``end``
count Unicode code points of the article's ``text``, end exclusive, so that ``text[start:end]`` is the surface;
a value that is not known is NULL.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

INSTANT = pa.timestamp("us", tz="UTC")
SPANS = pa.list_(
    pa.struct([pa.field("start", pa.int32(), nullable=False), pa.field("end", pa.int32(), nullable=False)])
)
TEXTS = pa.list_(pa.string())


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its Arrow type and the sentence that explains it to an analyst."""

    name: str
    type: pa.DataType
    doc: str
    required: bool = False
    values: tuple[str, ...] = ()
    """The closed list of values, where there is one; a check holds the data to it."""
    span_of: str | None = None
    """For a span's ``start`` column: the column whose text equals ``text[start:end]``."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: what a row is, its columns, and which columns identify a row."""

    name: str
    doc: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    step: str
    """The step that writes it: fetch, clean or annotate."""
    sorted_by: tuple[str, ...] = ()
    loaded: bool = True
    """Whether the table is loaded into DuckDB; raw pages stay in the lake."""

    @property
    def schema(self) -> pa.Schema:
        """Arrow schema with ``doc`` in the metadata of the table and of each field."""
        fields = [
            pa.field(column.name, column.type, nullable=not column.required, metadata={"doc": column.doc})
            for column in self.columns
        ]
        return pa.schema(fields, metadata={"table": self.name, "doc": self.doc})

    def rows(self, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
        """Arrow table of the rows, in the order of ``sorted_by``.

        Raises:
            ValueError: a row has a column that is not declared, or lacks a required value.
        """
        names = {column.name for column in self.columns}
        required = [column.name for column in self.columns if column.required]
        for row in rows:
            if unknown := row.keys() - names:
                raise ValueError(f"{self.name}: undeclared columns {sorted(unknown)}")
            if missing := [name for name in required if row.get(name) is None]:
                raise ValueError(f"{self.name}: no value for {missing} in {dict(row)!r:.300}")
        table = pa.Table.from_pylist(list(rows), schema=self.schema)
        if self.sorted_by and len(rows) > 1:
            table = table.sort_by([(name, "ascending") for name in self.sorted_by])
        return table


def _required(
    name: str, type_: pa.DataType, doc: str, *, values: tuple[str, ...] = (), span_of: str | None = None
) -> Column:
    return Column(name, type_, doc, required=True, values=values, span_of=span_of)


_PART = _required("part", pa.string(), "Unit of work the row belongs to, as day/source/number; replaced as a whole.")
_PAGE = _required("page_id", pa.string(), "Raw page the row was made from.")
_ARTICLE = _required("article_id", pa.string(), "Article, by its canonical URL: equal in all its versions.")
_SOURCE = _required("source", pa.string(), "Name of the source in sources.toml.")
_TOOL = _required("tool", pa.string(), "Step, rules version and libraries that made the row.")
_MODEL = Column("model", pa.string(), "Language model, as name and version, where one had a part in the row.")
_START = _required("start", pa.int32(), "First code point in the article's text.")
_END = _required("end", pa.int32(), "Code point after the last one.")

RAW_PAGES = Table(
    name="raw_pages",
    doc="A page as fetched: the bytes everything else can be made from again.",
    step="fetch",
    key=("page_id",),
    loaded=False,
    columns=(
        _required("page_id", pa.string(), "Id of URL and content: the same bytes at the same URL are one page."),
        _SOURCE,
        _required("url", pa.string(), "URL that was asked for; file://SOURCE/PATH for a local file."),
        _required("final_url", pa.string(), "URL after redirects."),
        Column("redirects", TEXTS, "URLs passed on the way, the first one first."),
        Column("status", pa.int16(), "HTTP status; NULL for a file."),
        Column("content_type", pa.string(), "Content-Type as served, or by the file's ending."),
        Column("headers", pa.map_(pa.string(), pa.string()), "Response headers, names in lower case."),
        _required("body", pa.large_binary(), "The content, decompressed."),
        _required("content_hash", pa.string(), "SHA-256 of the body."),
        _required(
            "observed_at", INSTANT, "When the page was like this: when it was fetched, or an archive captured it."
        ),
        Column("found_in", pa.string(), "Feed, sitemap, list, folder or archive that named the page."),
        Column("item_title", pa.string(), "Title in the feed or sitemap."),
        Column(
            "item_published",
            pa.string(),
            "Publication date in the feed or sitemap, ISO 8601 as precise as given.",
        ),
        _PART,
        Column("known_by", TEXTS, "What the page is remembered by, so that it is not stored again."),
        Column("opt_outs", TEXTS, "Uses that the answer forbids: noarchive, noai, tdm-reservation."),
        Column(
            "archived_at",
            pa.string(),
            "Where an archive holds it: WARC file and offset, or the address of the replay; NULL if its site sent it.",
        ),
        Column(
            "body_removed_at",
            INSTANT,
            "When the body was removed because the time for keeping it was over; then it is empty.",
        ),
    ),
)

FETCHES = Table(
    name="fetches",
    doc="One attempt to fetch something, whether it succeeded or not.",
    step="fetch",
    key=("fetch_id",),
    columns=(
        _required("fetch_id", pa.string(), "Id of source, URL and start."),
        _SOURCE,
        _required("url", pa.string(), "URL that was asked for."),
        _required("purpose", pa.string(), "What for.", values=("robots", "discovery", "page")),
        _required("started_at", INSTANT, "When the attempt began."),
        _required(
            "outcome",
            pa.string(),
            "ok, not-modified, or the kind of failure (dns, timeout, http-4xx, robots, …).",
        ),
        Column("detail", pa.string(), "What was wrong, for a person."),
        Column("status", pa.int16(), "HTTP status, if an answer came."),
        Column("bytes", pa.int64(), "Size of the body, decompressed."),
        Column("duration_ms", pa.int32(), "Time the attempt took."),
        Column("page_id", pa.string(), "Page that was stored from it, or that the lake had already."),
        _PART,
        Column("attempt", pa.int32(), "Number of the attempt at this URL within its run, from 1."),
        Column("soft", pa.bool_(), "Of a failure: whether the same request may succeed later, so that it is repeated."),
        Column("from_cache", pa.bool_(), "Whether the copy held already was still good, so that no body was sent."),
    ),
)

DISCOVERIES = Table(
    name="discoveries",
    doc="A page that a source named, when it was first asked for; what came of it is in fetches, by source and URL.",
    step="fetch",
    key=("source", "key"),
    columns=(
        _SOURCE,
        _required("url", pa.string(), "URL as the source gives it."),
        _required("key", pa.string(), "What the page is remembered by: the URL without what does not matter."),
        _required("found_in", pa.string(), "Feed, sitemap, list or folder that named it."),
        Column("title", pa.string(), "Title given there."),
        Column("published", pa.string(), "Publication date given there, ISO 8601 as precise as given."),
        Column("dated_at", INSTANT, "Instant by which it is filed: publication, else the last change, else a capture."),
        _required("found_at", INSTANT, "When the source was first seen to name it."),
        _PART,
        Column("address", pa.string(), "Where it is asked for, if that is not its URL: an archive's copy."),
    ),
)

ARTICLES = Table(
    name="articles",
    doc="What one page says its article is: text and metadata, with where each date and title came from.",
    step="clean",
    key=("page_id",),
    sorted_by=("published_date", "article_id", "page_id"),
    columns=(
        _ARTICLE,
        _PAGE,
        _SOURCE,
        _required("url", pa.string(), "URL the page was fetched from, after redirects."),
        _required(
            "canonical_url",
            pa.string(),
            "The article's own address: link rel=canonical, og:url or the cleaned URL.",
        ),
        Column("publisher", pa.string(), "Name of the outlet, as the page states it."),
        Column("title", pa.string(), "Headline without the site's name."),
        Column(
            "title_origin",
            pa.string(),
            "Where the headline was found: json-ld, og, h1, title-element, feed, text.",
        ),
        Column("authors", TEXTS, "Byline: people and organisations, one item each."),
        Column("published_at", INSTANT, "Instant of publication; NULL where no time zone is known."),
        Column(
            "published_date",
            pa.date32(),
            "Day of publication as the page states it, in the page's own time zone.",
        ),
        Column("published_text", pa.string(), "The date as printed on the page or in its data."),
        Column(
            "published_precision",
            pa.string(),
            "How exact the date is.",
            values=("instant", "local", "day"),
        ),
        Column(
            "published_origin",
            pa.string(),
            "Where the date was found: json-ld, meta, microdata, time-element, script, feed, url, dateline, text.",
        ),
        Column("modified_at", INSTANT, "Instant of the last change, as the page states it."),
        Column("dateline_place", pa.string(), "Place named in the text's dateline."),
        Column("agency", pa.string(), "News agency named in the dateline, at the end of the text or in the byline."),
        Column("language", pa.string(), "ISO 639-1 code, detected from the text."),
        Column("lead", pa.string(), "Standfirst: the summary printed above the body, where the page shows one."),
        _required("text", pa.string(), "The article's text: lead and body, blocks separated by a blank line."),
        _required("headings", SPANS, "Spans of sub-headings inside the text."),
        Column("section", pa.string(), "Section or category, as the page states it."),
        Column("tags", TEXTS, "Keywords, as the page states them."),
        Column("image_url", pa.string(), "Main picture."),
        Column(
            "access",
            pa.string(),
            "The page's own statement on access; walled asks for a registration.",
            values=("free", "metered", "paywalled", "walled"),
        ),
        _required("is_live_blog", pa.bool_(), "Whether the page says it is a live blog."),
        _required("word_count", pa.int32(), "Words in the text."),
        _required("text_hash", pa.string(), "SHA-256 of the text: equal texts are exact duplicates."),
        _required("observed_at", INSTANT, "When the page was fetched."),
        _PART,
        _TOOL,
        Column(
            "similarity_signature",
            pa.list_(pa.uint32()),
            "MinHash of the text: 32 numbers of four slots of 8 bits each; NULL where the text is too short for one.",
        ),
        Column(
            "similarity_shingles", pa.int32(), "Different runs of three words in the text, where it has a signature."
        ),
        Column("licence_url", pa.string(), "Licence of the article, as the page states it."),
        Column("terms_url", pa.string(), "Terms for reuse or data mining, as the page states them."),
        Column("copyright_holder", pa.string(), "Who holds the rights, as the page states it."),
        Column(
            "encoding_faults",
            TEXTS,
            "What was wrong with the characters of the text and of what the page states: mojibake, repaired here; "
            "lost-characters, which the page has as U+FFFD or in no encoding. Empty for a sound text.",
        ),
        Column(
            "text_kept",
            pa.string(),
            "What was kept of the text when it was reduced: quotes, the words that other tables point at, or none; any "
            "other character is █ then, lead is NULL, and text_hash is still that of the whole text. NULL: all of it.",
            values=("quotes", "none"),
        ),
    ),
)

REJECTS = Table(
    name="rejects",
    doc="A page that gave no article, with the reason.",
    step="clean",
    key=("page_id", "stage"),
    columns=(
        _PAGE,
        _SOURCE,
        _required("url", pa.string(), "URL of the page."),
        _required("stage", pa.string(), "Step that refused it.", values=("clean",)),
        _required(
            "reason",
            pa.string(),
            "Kind of refusal: wall, no-text, too-short, list-page, error-page, wrong-type, time-limit, …",
        ),
        Column("detail", pa.string(), "What was seen, for a person."),
        _required("observed_at", INSTANT, "When the page was fetched."),
        _PART,
        _TOOL,
    ),
)

ANNOTATIONS = Table(
    name="annotations",
    doc="What the annotate step did with one page's article.",
    step="annotate",
    key=("page_id",),
    columns=(
        _ARTICLE,
        _PAGE,
        _required(
            "nlp_status",
            pa.string(),
            "Whether the text was analysed in full.",
            values=("ok", "unsupported_language", "too_long", "failed"),
        ),
        Column("detail", pa.string(), "Why it was not, for a person."),
        _required("sentences", pa.int32(), "Sentences found."),
        _PART,
        _TOOL,
        _MODEL,
    ),
)

ENTITY_TYPES = (
    "person",
    "organisation",
    "country",
    "place",
    "group",
    "event",
    "work",
    "product",
    "law",
    "language",
)

ENTITY_MENTIONS = Table(
    name="entity_mentions",
    doc="One mention of a named entity in a text.",
    step="annotate",
    key=("page_id", "start", "end"),
    sorted_by=("page_id", "start", "end"),
    columns=(
        _ARTICLE,
        _PAGE,
        _required("entity_id", pa.string(), "Identity across articles, as type:name or country:ISO code."),
        _required("start", pa.int32(), "First code point in the article's text.", span_of="surface"),
        _END,
        _required("surface", pa.string(), "The characters of the mention."),
        _required("sentence", pa.int32(), "Number of the sentence in the text, from 0."),
        _required("label", pa.string(), "Label in the model's scheme (OntoNotes): PERSON, ORG, GPE, NORP, …"),
        _required(
            "kind",
            pa.string(),
            "How the entity is named.",
            values=("name", "demonym", "acronym", "surname"),
        ),
        Column("role", pa.string(), "Title or role printed with the name: President, foreign minister."),
        _required("origin", pa.string(), "Who found the span.", values=("model", "rule")),
        _PART,
        _TOOL,
        _MODEL,
    ),
)

ENTITIES = Table(
    name="entities",
    doc="One entity in one article, all its mentions together.",
    step="annotate",
    key=("page_id", "entity_id"),
    sorted_by=("page_id", "first_start"),
    columns=(
        _ARTICLE,
        _PAGE,
        _required("entity_id", pa.string(), "Identity across articles, as type:name or country:ISO code."),
        _required("name", pa.string(), "Fullest name in the article; for countries the English short name."),
        _required("type", pa.string(), "What it is.", values=ENTITY_TYPES),
        Column("country", pa.string(), "ISO 3166-1 alpha-2 code, for countries and their people."),
        Column("role", pa.string(), "First title or role printed with the name."),
        _required("mentions", pa.int32(), "Number of mentions in the text."),
        _required("first_start", pa.int32(), "First code point of the first mention."),
        _required("in_title", pa.bool_(), "Whether the headline names it."),
        _PART,
        _TOOL,
        _MODEL,
    ),
)

QUOTES = Table(
    name="quotes",
    doc="One quotation: the words, who said them, and how it is marked.",
    step="annotate",
    key=("quote_id", "page_id"),
    sorted_by=("page_id", "sequence"),
    columns=(
        _required("quote_id", pa.string(), "Id of article, content and position among equal contents."),
        _ARTICLE,
        _PAGE,
        _required("sequence", pa.int32(), "Place among the article's quotes, from 0."),
        _required(
            "quote_type",
            pa.string(),
            "How much stands in quotation marks.",
            values=("direct", "indirect", "mixed"),
        ),
        _required("content", pa.string(), "What was said, as printed; pieces joined by a space."),
        _required("content_spans", SPANS, "The pieces in the article's text, marks included."),
        Column("verbatim", pa.string(), "Only what stands between quotation marks; pieces joined by a space."),
        _required("verbatim_spans", SPANS, "Those pieces, marks excluded."),
        Column("cue", pa.string(), "Words that mark the quotation: said, according to."),
        Column("cue_lemma", pa.string(), "Base form of the cue's head word."),
        Column("cue_start", pa.int32(), "First code point of the cue.", span_of="cue"),
        Column("cue_end", pa.int32(), "Code point after the cue."),
        Column("speaker_mention", pa.string(), "The speaker as named beside the quote."),
        Column("speaker_start", pa.int32(), "First code point of the speaker mention.", span_of="speaker_mention"),
        Column("speaker_end", pa.int32(), "Code point after the speaker mention."),
        Column("speaker_name", pa.string(), "Full name of the speaker, where the text tells it."),
        Column("speaker_entity_id", pa.string(), "Entity the speaker was resolved to."),
        Column(
            "speaker_kind",
            pa.string(),
            "What kind of speaker.",
            values=("person", "organisation", "country", "group", "unnamed"),
        ),
        Column(
            "resolved_by",
            pa.string(),
            "How the speaker's name was found: full-name, surname, pronoun, title, running-speaker.",
        ),
        _required("rule_id", pa.string(), "Rule that found the quotation."),
        _required("confidence", pa.float32(), "Rule's precision as measured on development data, 0 to 1."),
        _PART,
        _TOOL,
        _MODEL,
    ),
)

EVENT_STATUSES = ("happened", "planned", "denied", "hypothetical")
_PARTIES = pa.list_(
    pa.struct(
        [
            pa.field("text", pa.string(), nullable=False),
            pa.field("start", pa.int32(), nullable=False),
            pa.field("end", pa.int32(), nullable=False),
            pa.field("entity_id", pa.string()),
            pa.field("name", pa.string()),
        ]
    )
)

EVENT_MENTIONS = Table(
    name="event_mentions",
    doc="One place in a text that reports an event.",
    step="annotate",
    key=("page_id", "trigger_start", "rule_id"),
    sorted_by=("page_id", "trigger_start", "rule_id"),
    columns=(
        _required("event_id", pa.string(), "Event the mention is counted under."),
        _ARTICLE,
        _PAGE,
        _required("sentence", pa.int32(), "Number of the sentence in the text, from 0."),
        _required("sentence_start", pa.int32(), "First code point of the sentence."),
        _required("sentence_end", pa.int32(), "Code point after the sentence."),
        _required("event_type", pa.string(), "PLOVER type: AGREE, CONSULT, SUPPORT, …"),
        Column("mode", pa.string(), "PLOVER mode, where the wording states one."),
        _required("cameo_root", pa.string(), "CAMEO root code, two digits."),
        _required(
            "quad_class",
            pa.int8(),
            "1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict.",
        ),
        _required("trigger", pa.string(), "Word or words that report the event."),
        _required("trigger_start", pa.int32(), "First code point of the trigger.", span_of="trigger"),
        _required("trigger_end", pa.int32(), "Code point after the trigger."),
        _required("actors", _PARTIES, "Who did it, with the characters and the entity they were resolved to."),
        _required("recipients", _PARTIES, "Whom it was done to."),
        Column("place", pa.string(), "Where, as the sentence says."),
        Column("place_entity_id", pa.string(), "The place as an entity."),
        _required("status", pa.string(), "Whether it took place, by the wording.", values=EVENT_STATUSES),
        Column("date_start", pa.date32(), "First day of the event; NULL where the sentence gives no date."),
        Column("date_end", pa.date32(), "Last day of the event; equal to date_start for one day."),
        Column("date_text", pa.string(), "The time expression the date was taken from."),
        Column("date_method", pa.string(), "How the expression was resolved."),
        Column("asserted_by", pa.string(), "Entity id of the speaker in whose words the event stands."),
        Column("quote_id", pa.string(), "Quotation the event stands in."),
        _required("rule_id", pa.string(), "Lexicon entry that matched."),
        _PART,
        _TOOL,
        _MODEL,
    ),
)

EVENTS = Table(
    name="events",
    doc="One event as one article reports it, all its mentions together.",
    step="annotate",
    key=("page_id", "event_id"),
    sorted_by=("page_id", "event_id"),
    columns=(
        _required(
            "event_id",
            pa.string(),
            "Id of type, parties and date where all are known: equal across articles. Otherwise the mention's own.",
        ),
        _ARTICLE,
        _PAGE,
        _required("event_type", pa.string(), "PLOVER type: AGREE, CONSULT, SUPPORT, …"),
        Column("mode", pa.string(), "PLOVER mode, where the wording states one."),
        _required("cameo_root", pa.string(), "CAMEO root code, two digits."),
        _required(
            "quad_class",
            pa.int8(),
            "1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict.",
        ),
        _required("actor_names", TEXTS, "Resolved names of who did it, else the words."),
        _required("actor_ids", TEXTS, "Entity ids of who did it, where resolved."),
        _required("recipient_names", TEXTS, "Resolved names of whom it was done to, else the words."),
        _required("recipient_ids", TEXTS, "Entity ids of whom it was done to, where resolved."),
        Column("place", pa.string(), "Where, as the first mention that tells says."),
        _required("status", pa.string(), "Whether it took place, by the strongest mention.", values=EVENT_STATUSES),
        Column("date_start", pa.date32(), "First day of the event; NULL where no mention gives a date."),
        Column("date_end", pa.date32(), "Last day of the event."),
        Column("report_date", pa.date32(), "Day of the article that reports it."),
        _required("mentions", pa.int32(), "Mentions in the article."),
        _PART,
        _TOOL,
        _MODEL,
    ),
)

TIMES = Table(
    name="times",
    doc="One time expression in a text, resolved against the article's date.",
    step="annotate",
    key=("page_id", "start", "end"),
    sorted_by=("page_id", "start"),
    columns=(
        _ARTICLE,
        _PAGE,
        _required("start", pa.int32(), "First code point in the article's text.", span_of="surface"),
        _END,
        _required("surface", pa.string(), "The characters of the expression."),
        _required("type", pa.string(), "TIMEX3 type.", values=("DATE", "TIME", "DURATION", "SET")),
        Column("value", pa.string(), "TIMEX3 value: 2025-01-17, 2025-W03, 2025-Q1, P3D."),
        Column("date_start", pa.date32(), "First day meant."),
        Column("date_end", pa.date32(), "Last day meant."),
        _required("method", pa.string(), "Rule that resolved it."),
        _PART,
        _TOOL,
    ),
)

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        RAW_PAGES,
        FETCHES,
        DISCOVERIES,
        ARTICLES,
        REJECTS,
        ANNOTATIONS,
        ENTITIES,
        ENTITY_MENTIONS,
        QUOTES,
        EVENTS,
        EVENT_MENTIONS,
        TIMES,
    )
}


def tables_of(step: str) -> tuple[Table, ...]:
    """The tables that a step writes, in the order of declaration."""
    return tuple(table for table in TABLES.values() if table.step == step)
