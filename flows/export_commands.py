"""``newslake export …``."""

from pathlib import Path

import click

from flows.arguments import FailedWork, day_of, home_of, instant_of


@click.group()
def export() -> None:
    """A selection of the lake, in a form that other tools read."""


@export.command("warc")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--source", "names", multiple=True, metavar="NAME", help="Only pages of this source; may be repeated.")
@click.option("--since", metavar="T", help="Only pages fetched, or captured by an archive, from then on.")
@click.option("--until", metavar="T", help="Only pages fetched, or captured by an archive, before then.")
@click.option("--url", "pattern", metavar="PATTERN", help="Only pages whose URL matches, such as '*/world/*'.")
@click.pass_context
def export_warc(
    context: click.Context,
    target: Path,
    names: tuple[str, ...],
    since: str | None,
    until: str | None,
    pattern: str | None,
) -> None:
    """Write raw pages into the WARC file TARGET, a name that should end in .warc.gz."""
    from flows.export import export_raw_pages
    from flows.plain_run import now

    start, end = instant_of(since, "--since"), instant_of(until, "--until")
    report = export_raw_pages(home_of(context), target, names=names, since=start, until=end, pattern=pattern, now=now())
    click.echo(f"{report.records} pages, {report.bytes:,} bytes in {target}")
    if report.without_body:
        click.echo(f"{report.without_body} pages are left out: their bytes were removed (keep_raw_days)")


@export.command("snapshot")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--table", "tables", multiple=True, metavar="T", help="View, or table as lake.NAME; may be repeated.")
@click.option("--query", "queries", multiple=True, metavar="SQL", help="One SELECT; may be repeated.")
@click.option("--name", "query_names", multiple=True, metavar="N", help="Name of each query, in the same order.")
@click.option("--since", metavar="D", help="Of the tables, only rows of that day and later.")
@click.option("--until", metavar="D", help="Of the tables, only rows of days before.")
@click.option("--source", "names", multiple=True, metavar="N", help="Of the tables, only this source; may be repeated.")
@click.pass_context
def export_snapshot_(
    context: click.Context,
    target: Path,
    tables: tuple[str, ...],
    queries: tuple[str, ...],
    query_names: tuple[str, ...],
    since: str | None,
    until: str | None,
    names: tuple[str, ...],
) -> None:
    """Write tables and queries into the new folder TARGET, to be cited and got again.

    One Parquet file each, README.md, DICTIONARY.md, and datapackage.json with the hashes, all of one published state.
    """
    from flows.export import export_snapshot
    from flows.plain_run import now

    snapshot = export_snapshot(
        home_of(context),
        target,
        tables=tables,
        queries=queries,
        query_names=query_names,
        since=day_of(since, "--since"),
        until=day_of(until, "--until"),
        sources=names,
        now=now(),
        progress=lambda name: click.echo(f"{name} …", err=True),
    )
    for each in snapshot.written:
        click.echo(f"{each.resource.name}: {each.content.rows:,} rows")
        if not each.repeatable:
            click.echo(f"Warning: {each.resource.name} gave other rows when it was asked again.", err=True)
    click.echo(f"{target}\n{snapshot.citation}")


@export.command("verify")
@click.argument("target", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--against-warehouse", is_flag=True, help="Also ask today's warehouse whether it gives the same rows.")
@click.pass_context
def export_verify(context: click.Context, target: Path, *, against_warehouse: bool) -> None:
    """Compute the hashes of the snapshot TARGET anew and say what differs; exit code 1 if anything does."""
    from flows.export import verify_snapshot

    here, today = verify_snapshot(home_of(context), target, against_warehouse=against_warehouse)
    for title, findings in (("", here), ("today's warehouse, ", today)):
        for finding in findings:
            click.echo(f"{title}{finding.subject}: {finding.problem or f'same, {finding.rows:,} rows'}")
    if different := sum(finding.problem is not None for finding in [*here, *today]):
        raise FailedWork(f"{different} of what was looked at is not as the snapshot says; see above.")


@export.command("csv")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("query")
@click.option("--overwrite", is_flag=True, help="Replace a file of that name.")
@click.pass_context
def export_csv(context: click.Context, target: Path, query: str, *, overwrite: bool) -> None:
    """Write what QUERY gives into the CSV file TARGET, for spreadsheets.

    UTF-8 with a byte order mark; lists as JSON. Texts that begin like a formula get a ' before them. Spreadsheets take
    texts such as 1e5 or 3-4 for numbers and days unless their columns are imported as text.
    """
    from flows.export import export_spreadsheet

    report = export_spreadsheet(home_of(context), target, query, overwrite=overwrite)
    click.echo(f"{report.rows:,} rows in {target}")
    for warning in report.warnings:
        click.echo(f"Warning: {warning}.", err=True)
