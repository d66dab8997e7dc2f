"""``README.md`` and ``DICTIONARY.md`` of a snapshot: what a person needs who has nothing but the folder."""

from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Final

from warehouse.dictionary import described
from warehouse.snapshot.descriptor import Snapshot, Written, total_bytes
from warehouse.snapshot.origin import Rights, SourceCoverage

README: Final = "README.md"
DICTIONARY: Final = "DICTIONARY.md"
LICENCES_NAMED = 20
GAPS_NAMED = 8

_LOADING = """\
## Load it

DuckDB: `SELECT * FROM '{glob}' LIMIT 10;`

Python: `import pandas as pd; rows = pd.read_parquet("{first}")`

R: `rows <- arrow::read_parquet("{first}")`

A table in several files is all `NAME-*.parquet` together. Rows are sorted by all columns, the first one first, whatever
order a query names. Instants are UTC, without a zone. What is not known is NULL. A whole number of more than 64 bits is
a decimal; a type that Parquet lacks is text.
"""

_CHECKING = """\
## Check it, get it again

`newslake export verify FOLDER` computes all hashes anew: of the files' bytes, and of the rows whatever their order.
With `--against-warehouse` it asks the same of today's warehouse and says which tables differ, and by how many rows.
Rows of past days change when pages are found late, when articles change, and when better rules are applied to the
stored pages: `tool` and `model` in the rows, and in `datapackage.json`, name the versions.

`datapackage.json` is a Data Package (datapackage.org, version 2): files, columns, hashes, the SELECT of each table, the
state of the warehouse, tools, coverage.
"""


def readme(snapshot: Snapshot) -> str:
    """What it is, when and from what it was taken, what is missing, whose it is, how to cite and load it."""
    first = snapshot.written[0].files
    name = first[0].name if len(first) == 1 else f"{snapshot.written[0].resource.name}-*.parquet"
    lines = [
        f"# {snapshot.name}",
        "",
        f"A snapshot of a news warehouse, taken {snapshot.created_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        f"with {snapshot.software} from the state published {snapshot.origin.published_at:%Y-%m-%d %H:%M:%S} UTC.",
        "",
        "## Cite it",
        "",
        f"> {snapshot.citation}",
        "",
        "The id at the end is the same wherever the same rows are.",
        "",
        *_contents(snapshot.written),
        *_queries(snapshot.written),
        *_coverage(snapshot.origin.coverage),
        *_rights(snapshot.origin.rights),
        _LOADING.format(glob=name, first=first[0].name),
        _CHECKING,
    ]
    return "\n".join(lines)


def dictionary(snapshot: Snapshot) -> str:
    """The columns of what was exported, and of nothing else."""
    lines = [
        "# Data dictionary",
        "",
        "`start` and `end` count Unicode code points of an article's `text` from 0, `end` exclusive. Days and instants",
        "are UTC. What is not known is NULL.",
        "",
    ]
    for each in snapshot.written:
        resource = each.resource
        computed = "Computed by the query; see README.md." if resource.query else ""
        columns = [(column.name, column.type, column.doc or computed) for column in resource.columns]
        lines += described(resource.name, resource.doc, columns)
    return "\n".join(lines)


def _contents(written: Sequence[Written]) -> Iterator[str]:
    yield "## What is in it"
    yield ""
    yield "| table | rows | days | sources | files | bytes |"
    yield "|---|---|---|---|---|---|"
    for each in written:
        extent = each.extent
        days = f"{extent.first_day} to {extent.last_day}" if extent.first_day else ""
        yield (
            f"| `{each.resource.name}` | {each.content.rows:,} | {days} | {len(extent.sources) or ''} "
            f"| {len(each.files)} | {total_bytes(each.files):,} |"
        )
    yield ""
    yield f"[{DICTIONARY}]({DICTIONARY}) says what each column means."
    yield ""


def _queries(written: Sequence[Written]) -> Iterator[str]:
    for each in written:
        if each.resource.query is None:
            continue
        yield f"`{each.resource.name}` is what this query gives:"
        yield ""
        # Indented, not fenced: no text of a query can end the block.
        yield from (f"    {line}" for line in each.resource.query.splitlines())
        yield ""
        if not each.repeatable:
            yield (
                "**Asked twice of the same state, it gave different rows** (a LIMIT without ORDER BY, chance, the "
                "clock): these rows cannot be got again."
            )
            yield ""


def _coverage(coverage: Sequence[SourceCoverage]) -> Iterator[str]:
    yield "## What is missing"
    yield ""
    yield "By the UTC day that pages are filed under. Waiting: pages known and not fetched yet. Refused: not to be had."
    yield ""
    yield "| source | days | fetched in full | articles | waiting | refused | not in full |"
    yield "|---|---|---|---|---|---|---|"
    for each in coverage:
        gaps = [
            f"{gap.first_day}{'' if gap.first_day == gap.last_day else f' to {gap.last_day}'} {gap.status}"
            for gap in each.gaps
        ]
        more = f"; {len(gaps) - GAPS_NAMED} more in datapackage.json" if len(gaps) > GAPS_NAMED else ""
        yield (
            f"| {each.source} | {each.first_day} to {each.last_day} | {each.days_done} of {each.days} "
            f"| {each.articles:,} | {each.waiting:,} | {each.refused:,} | {'; '.join(gaps[:GAPS_NAMED])}{more} |"
        )
    yield ""


def _rights(rights: Rights) -> Iterator[str]:
    yield "## Whose it is"
    yield ""
    yield (
        "Texts, headlines and quotations belong to those who published them. This folder grants no right to them: "
        "pass on what the law or a licence lets you. Facts and counts are no texts."
    )
    yield ""
    yield (
        f"Of the {rights.articles:,} articles of these days and sources, {rights.with_terms:,} name terms for reuse or "
        "data mining (`terms_url`)."
    )
    yield ""
    named = [(f"licence {_in_one_line(url)}", count) for url, count in rights.licences[:LICENCES_NAMED]]
    if rest := sum(count for _, count in rights.licences[LICENCES_NAMED:]):
        named.append(("other licences, in datapackage.json", rest))
    named.append(("no licence stated", rights.articles - sum(count for _, count in rights.licences)))
    named += [(f"access as stated: {access}", count) for access, count in rights.access]
    yield from (f"- {text}: {count:,}" for text, count in named)
    yield ""
    yield (
        "Pages that forbid archiving or data mining are refused and recorded, unless their source was set to "
        '`opt_outs = "record"`.'
    )
    yield ""


def _in_one_line(text: str) -> str:
    """A page's own word, as code that can neither end nor begin anything in Markdown."""
    return f"`{' '.join(text.replace('`', '').split())[:200]}`"
