"""What is given on the command line, read; and how a command says that its work failed."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from warehouse.home import Home

FAILED_WORK = 1


class FailedWork(click.ClickException):
    """The command was right but its work did not succeed; exit code 1."""

    exit_code = FAILED_WORK


def instant_of(text: str | None, name: str) -> datetime | None:
    """A day or an instant given on the command line, in UTC where it has no offset."""
    if text is None:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is no date such as 2026-03-01 or 2026-03-01T12:00", param_hint=name
        ) from None
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def day_of(text: str | None, name: str) -> date | None:
    """A day given on the command line."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no day such as 2026-03-01", param_hint=name) from None


def home_of(context: click.Context) -> "Home":
    """The lake's home that this command line means."""
    from flows.settings import resolve_home

    return resolve_home(context.find_root().params["home"])
