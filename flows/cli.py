"""The command line. Each command imports what it needs when it runs, so that ``--help`` answers at once."""

import logging
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import click

from flows.arguments import FailedWork, day_of, home_of, instant_of
from flows.export_commands import export


def main() -> None:
    """Entry point of the ``newslake`` script: errors are one line for a person, unless ``--debug`` asks for more."""
    try:
        status = newslake.main(standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except (click.Abort, KeyboardInterrupt):
        sys.exit("Stopped.")
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)


class ErrorsForPeople(click.Group):
    """A group whose commands report expected errors as one line, by exit code."""

    def invoke(self, context: click.Context) -> object:
        """Run the command; with ``--debug`` errors keep their traceback."""
        try:
            return super().invoke(context)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if context.params.get("debug"):
                raise
            raise _for_people(error) from error


def _for_people(error: Exception) -> click.ClickException:
    from flows.settings import SettingsError
    from transforms.annotate.models import ModelMissing

    if isinstance(error, SettingsError):
        return click.UsageError(str(error))
    if isinstance(error, (ModelMissing, OSError, ValueError, LookupError, RuntimeError)) and str(error):
        return FailedWork(str(error))
    return FailedWork(f"{type(error).__name__}: {error} (run with --debug for where it happened)")


@click.group(cls=ErrorsForPeople, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="newslake", prog_name="newslake")
@click.option("--home", metavar="DIR", help="The lake's folder; else NEWSLAKE_HOME, else ./newslake-data.")
@click.option("--debug", is_flag=True, help="Show tracebacks and debug messages.")
def newslake(home: str | None, *, debug: bool) -> None:  # noqa: ARG001 - read from the context by the commands
    """Your own news warehouse: articles, entities, quotes and events as rows you can trust."""
    logging.basicConfig(level=logging.DEBUG if debug else logging.WARNING, format="%(levelname)s %(name)s: %(message)s")


@newslake.command()
@click.pass_context
def demo(context: click.Context) -> None:
    """Run the real flow over the small news site that ships with the project."""
    from flows.demo.run import run_demo

    if run_demo(home_of(context)).failures:
        raise FailedWork("The demo did not run as it should; see the failures above.")


@newslake.command()
@click.pass_context
def init(context: click.Context) -> None:
    """Make a home with commented examples of sources.toml and settings.toml."""
    from flows.scaffold import create_home

    for path, created in create_home(home_of(context)):
        click.echo(f"{'created' if created else 'kept   '} {path}")


@newslake.command()
@click.option("--source", "names", multiple=True, metavar="NAME", help="Only this source; may be repeated.")
@click.option("--since", metavar="T", help="Start of the window; by default each source's last success.")
@click.option("--until", metavar="T", help="End of the window; by default now, and never later.")
@click.pass_context
def run(context: click.Context, names: tuple[str, ...], since: str | None, until: str | None) -> None:
    """Do one pass now: fetch, clean, annotate, load. No server is needed."""
    from flows.console import print_report, standard_console
    from flows.plain_run import plain_ingest

    start, end = instant_of(since, "--since"), instant_of(until, "--until")
    if start and end and start >= end:
        raise click.UsageError(f"--since {since} is not before --until {until}")
    console = standard_console()
    report = plain_ingest(home_of(context), console, names=names, since=start, until=end)
    print_report(console, report)
    if report.failures:
        raise FailedWork(f"{len(report.failures)} of the run's steps failed; everything else is published.")


@newslake.command()
@click.option("--port", default=4200, show_default=True, type=click.IntRange(1, 65535), help="Port of server and UI.")
@click.pass_context
def up(context: click.Context, port: int) -> None:
    """Start the Prefect server on loopback with the deployments and schedules, and stay."""
    from flows.serve import up as start

    start(home_of(context), port)


@newslake.command()
@click.argument("query", required=False)
@click.option("--json", "style", flag_value="json", help="Rows as a JSON array of objects.")
@click.option(
    "--csv",
    "style",
    flag_value="csv",
    help="CSV for spreadsheets: texts that begin like a formula get a ' before them.",
)
@click.pass_context
def sql(context: click.Context, query: str | None, style: str | None) -> None:
    """Ask the published database, read-only; without QUERY a shell.

    QUERY may be - to read it from standard input. For programs, --json gives every text as it is.
    """
    from flows.sql_shell import print_query, shell

    home = home_of(context)
    if query is None:
        shell(home, style)
    else:
        print_query(home, sys.stdin.read() if query == "-" else query, style)


@newslake.command()
@click.argument("page", required=False)
@click.option("--jsonl", nargs=2, type=click.Path(), metavar="IN OUT", help="Clean many pages; - for standard streams.")
@click.pass_context
def clean(context: click.Context, page: str | None, jsonl: tuple[str, str] | None) -> None:
    """Clean one PAGE (file or URL) and show every candidate, or many with --jsonl.

    IN has one object a line: id, url, and html or file (relative to IN). OUT gets id, title, authors, published,
    language, text, rejected.
    """
    from flows.exchange import clean_lines
    from flows.preview import preview_page
    from flows.settings import load_settings

    if (page is None) == (jsonl is None):
        raise click.UsageError("give either a PAGE or --jsonl IN OUT")
    if jsonl:
        _stream(jsonl, lambda lines, write: clean_lines(lines, write, base=Path(jsonl[0]).parent))
    elif page:
        home = home_of(context)
        preview_page(page, load_settings(home), home.locks / "hosts" if home.root.exists() else None)


@newslake.command()
@click.option("--jsonl", nargs=2, type=click.Path(), required=True, metavar="IN OUT", help="- for standard streams.")
@click.option("--model", metavar="NAME", help="spaCy pipeline; by default the one in settings.toml.")
@click.pass_context
def annotate(context: click.Context, jsonl: tuple[str, str], model: str | None) -> None:
    """Annotate texts: entities, quotes, events and times with offsets into the text as given.

    IN has one object a line: id, text, and optionally published, language, title.
    """
    from flows.exchange import annotate_lines
    from flows.settings import load_settings

    name = model or load_settings(home_of(context)).model
    _stream(jsonl, lambda lines, write: annotate_lines(lines, write, model=name))


def _stream(paths: tuple[str, str], convert: Callable[[IO[Any], Callable[[str], object]], int]) -> None:
    """Convert lines of the first file into lines of the second, which appears only when it is complete.

    A device or pipe is written as it is: it must not be replaced by a file.
    """
    source, target = paths
    with click.open_file(source, encoding="utf-8") as lines:
        if target == "-":
            count = convert(lines, sys.stdout.write)
        elif Path(target).exists() and not Path(target).is_file():
            with Path(target).open("w", encoding="utf-8") as out:
                count = convert(lines, out.write)
        else:
            final = Path(target).resolve()  # a symbolic link stays one
            unfinished = final.with_name(f"{final.name}.unfinished")
            try:
                with unfinished.open("w", encoding="utf-8") as out:
                    count = convert(lines, out.write)
                unfinished.replace(final)
            finally:
                unfinished.unlink(missing_ok=True)
    click.echo(f"{count} lines", err=True)


@newslake.command()
@click.pass_context
def status(context: click.Context) -> None:
    """Show what the lake holds: sources, days, steps, the last runs."""
    from flows.console import standard_console
    from flows.status import print_status

    print_status(home_of(context), standard_console())


@newslake.command("report")
@click.option("--day", metavar="D", help="One UTC day.")
@click.option("--since", metavar="D", help="First day; by default seven days before --until.")
@click.option("--until", metavar="D", help="Day after the last one; by default after the last day with articles.")
@click.option("--source", "names", multiple=True, metavar="NAME", help="Only this source; may be repeated.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="By default a file in the home's folder reports.",
)
@click.pass_context
def report_page(
    context: click.Context,
    day: str | None,
    since: str | None,
    until: str | None,
    names: tuple[str, ...],
    output: Path | None,
) -> None:
    """Write one self-contained HTML page about some days: volumes, names, quotes, events, gaps."""
    from flows.html_report import write_report
    from warehouse.overview import UnanswerableError

    if day and (since or until):
        raise click.UsageError("give either --day or --since and --until")
    first = day_of(day, "--day") or day_of(since, "--since")
    past = first + timedelta(days=1) if day and first else day_of(until, "--until")
    try:
        path = write_report(home_of(context), since=first, until=past, sources=names, output=output)
    except UnanswerableError as error:
        raise click.UsageError(str(error)) from error
    click.echo(path)


@newslake.group()
def sources() -> None:
    """The registry of sources."""


@sources.command()
@click.pass_context
def check(context: click.Context) -> None:
    """Read sources.toml and say what is wrong with it, or list the sources."""
    from flows.sources import load_sources

    for source in load_sources(home_of(context).sources_file):
        past = "" if source.looks_back else "; cannot look back"
        click.echo(f"{source.name}: {source.type}, {'enabled' if source.enabled else 'off'}{past}")


newslake.add_command(export)


@newslake.command()
@click.argument("targets", nargs=-1, metavar="[URL|ARTICLE_ID|DOMAIN]...")
@click.option("--reason", metavar="TEXT", help="Kept beside the mark, as it is.")
@click.option("--dry-run", is_flag=True, help="Only say what would be erased.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def erase(context: click.Context, targets: tuple[str, ...], reason: str | None, *, dry_run: bool, yes: bool) -> None:
    """Erase articles for good: from raw pages, tables, catalogue and database, and from all that is fetched later.

    A DOMAIN means the host and all hosts below it. Without any, an erasure that was interrupted is finished.
    """
    from flows.erase import erase_pages, erasure_lines, plan_erasure

    home = home_of(context)
    if dry_run or not yes:
        planned = plan_erasure(home, targets)
        click.echo("\n".join(erasure_lines(planned, dry_run=True)))
        if dry_run:
            return
        if not sys.stdin.isatty():
            raise click.UsageError("nothing was erased: say --yes where nobody can be asked")
        click.confirm("This cannot be undone. Erase it?", abort=True)
    click.echo("\n".join(erasure_lines(erase_pages(home, targets, reason=reason), dry_run=False)))


@newslake.command()
def dictionary() -> None:
    """Print the data dictionary: every table, view, macro and column."""
    from warehouse.dictionary import dictionary_markdown

    click.echo(dictionary_markdown())
