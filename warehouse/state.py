"""What the loader writes into DuckDB of its own: which parts are loaded, which pages count, days, runs and checks.

Declared like the lake's tables, so that DDL, comments and dictionary derive from them in the same way.
"""

from collections.abc import Mapping
from typing import get_args

import pyarrow as pa

from transforms.schemas import INSTANT, TABLES, TEXTS, Column, Table
from warehouse.records import RunStatus

_SOURCE = Column("source", pa.string(), "Name of the source in sources.toml.", required=True)

LOADED_PARTS = Table(
    name="loaded_parts",
    doc="One file of the lake as this database holds it; files of raw pages are counted, not loaded.",
    step="load",
    key=("part", "table_name"),
    columns=(
        Column("part", pa.string(), "Unit of work, as day/source/number.", required=True),
        _SOURCE,
        Column("day", pa.date32(), "UTC day that the part is filed under.", required=True),
        Column("table_name", pa.string(), "Table that the file belongs to.", required=True),
        Column("content_hash", pa.string(), "Hash of the file: another hash is another version.", required=True),
        Column("rows", pa.int64(), "Rows in the file.", required=True),
        Column("tool", pa.string(), "Step, rules version and libraries that made the file.", required=True),
    ),
)

LATEST_PAGES = Table(
    name="latest_pages",
    doc="The page that counts for each article: the one with the latest change, by its own word, else by fetching.",
    step="load",
    key=("article_id",),
    columns=(
        Column("article_id", pa.string(), "Article, by its canonical URL: equal in all its versions.", required=True),
        Column(
            "page_id",
            pa.string(),
            "Page with the latest change; of several, the one fetched last, then the greatest id.",
            required=True,
        ),
        Column("part", pa.string(), "Part it is in: the same page may have been fetched twice.", required=True),
        _SOURCE,
        Column("day", pa.date32(), "Day of publication; where it is not known, the day of fetching.", required=True),
        Column("versions", pa.int32(), "Different pages of the article that are stored.", required=True),
        Column("first_observed_at", INSTANT, "When the first of them was fetched.", required=True),
    ),
)

SIMILAR_ARTICLES = Table(
    name="similar_articles",
    doc="Two articles whose latest texts are alike without being equal; every pair is there in both directions.",
    step="load",
    key=("article_id", "other_id"),
    columns=(
        Column("article_id", pa.string(), "One article.", required=True),
        Column("other_id", pa.string(), "The other one.", required=True),
        Column(
            "resemblance",
            pa.float32(),
            "Share of the runs of three words of both texts that both have, 0 to 1; an estimate, give or take 0.04.",
            required=True,
        ),
        Column(
            "containment",
            pa.float32(),
            "Share of the shorter text's runs of three words that the longer one has, 0 to 1; an estimate.",
            required=True,
        ),
    ),
)

STORY_ARTICLES = Table(
    name="story_articles",
    doc="An article that has copies or is one; one without is a story of its own and not here.",
    step="load",
    key=("article_id",),
    columns=(
        Column("article_id", pa.string(), "Article, by its canonical URL.", required=True),
        Column(
            "chain_id",
            pa.string(),
            "First of all articles that equal or like texts connect; a long chain is several stories.",
            required=True,
        ),
        Column(
            "story_id",
            pa.string(),
            "The story: the id of its original, the article that was published first.",
            required=True,
        ),
        Column(
            "duplicate_kind",
            pa.string(),
            "Whether its text is that of the original or like it; NULL for the original.",
            values=("exact", "near"),
        ),
        Column("story_agency", pa.string(), "News agency that the first of the story's articles to name one names."),
        Column(
            "is_agency_copy",
            pa.bool_(),
            "Whether several sources have the story and one of its articles names a news agency.",
            required=True,
        ),
    ),
)

SOURCE_DAYS = Table(
    name="source_days",
    doc="How far one UTC day of one source has been fetched; days without any window are rows too.",
    step="load",
    key=("source", "day"),
    sorted_by=("source", "day"),
    columns=(
        _SOURCE,
        Column("day", pa.date32(), "UTC day.", required=True),
        Column(
            "status",
            pa.string(),
            "How much of the day was fetched.",
            required=True,
            values=("missing", "failed", "partial", "done"),
        ),
        Column("pages", pa.int64(), "Pages found in the day's windows.", required=True),
        Column("parts", pa.int64(), "Parts they were stored in.", required=True),
        Column("gaps", TEXTS, "Times of the day that were not fetched, as START/END.", required=True),
        Column("found", pa.int64(), "Pages that the source named for the day.", required=True),
        Column("got", pa.int64(), "Those of them that the lake has.", required=True),
        Column("waiting", pa.int64(), "Those that are still to be asked for, or asked for again.", required=True),
        Column("refused", pa.int64(), "Those that could not be had and are not asked for again.", required=True),
    ),
)

RUNS = Table(
    name="runs",
    doc="One run of a flow, as it stood when this database was published.",
    step="load",
    key=("run_id",),
    columns=(
        Column("run_id", pa.string(), "Id of the run.", required=True),
        Column("kind", pa.string(), "Name of the flow: ingest, backfill.", required=True),
        Column(
            "status",
            pa.string(),
            "How it ended; a run that was killed stays running, and so does the one that published.",
            required=True,
            values=get_args(RunStatus),
        ),
        Column("started_at", INSTANT, "When it began.", required=True),
        Column("finished_at", INSTANT, "When it ended."),
        Column("report", pa.string(), "Its report, as JSON."),
    ),
)

CHECK_RESULTS = Table(
    name="check_results",
    doc="What each check found before this database was published.",
    step="load",
    key=("check_name",),
    columns=(
        Column(
            "check_name", pa.string(), "Name of the check; TABLE.RULE where it derives from the schema.", required=True
        ),
        Column(
            "severity",
            pa.string(),
            "stop: parts with such rows are held back; warn: they are only reported.",
            required=True,
            values=("stop", "warn"),
        ),
        Column("doc", pa.string(), "What the check asks.", required=True),
        Column("offending", pa.int64(), "Rows found; checks that stop look only at parts that changed.", required=True),
        Column("sample", TEXTS, "Some of those rows, as JSON.", required=True),
    ),
)

HELD_BACK = Table(
    name="held_back",
    doc="A part whose latest version is not in this database, because a check that stops found fault with it.",
    step="load",
    key=("part",),
    columns=(
        Column("part", pa.string(), "Unit of work, as day/source/number.", required=True),
        _SOURCE,
        Column("day", pa.date32(), "UTC day that the part is filed under.", required=True),
        Column(
            "check_name", pa.string(), "The check that found fault; file: a file of it cannot be read.", required=True
        ),
        Column("detail", pa.string(), "What is wrong, with a row that shows it.", required=True),
        Column(
            "earlier_version", pa.bool_(), "Whether the version that was published before is still here.", required=True
        ),
        Column("version", pa.string(), "Hash of the files that were held back: others are tried anew.", required=True),
    ),
)

PUBLICATION = Table(
    name="publication",
    doc="The state of this database, in one row.",
    step="load",
    key=("definitions",),
    columns=(
        Column("published_at", INSTANT, "When it was published.", required=True),
        Column("definitions", pa.string(), "Hash of all tables, views, macros and checks.", required=True),
    ),
)

STATE: Mapping[str, Table] = {
    table.name: table
    for table in (
        LOADED_PARTS,
        LATEST_PAGES,
        SIMILAR_ARTICLES,
        STORY_ARTICLES,
        SOURCE_DAYS,
        RUNS,
        CHECK_RESULTS,
        HELD_BACK,
        PUBLICATION,
    )
}
"""The loader's own tables; they lie in the schema ``lake`` beside the loaded ones."""


def loaded_tables() -> tuple[Table, ...]:
    """The lake's tables that are loaded, in the order of declaration."""
    return tuple(table for table in TABLES.values() if table.loaded)
