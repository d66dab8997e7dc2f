"""One URL on its own, for a person who looks at it."""

from datetime import UTC, datetime
from pathlib import Path

from flows.fetch.results import Failure, Response
from flows.fetch.web.addresses import Reach
from flows.fetch.web.fetcher import Fetcher
from flows.fetch.web.http import HttpClient
from flows.fetch.web.http_settings import HttpSettings
from flows.fetch.web.pace import real_pace


def fetch_one(
    url: str, settings: HttpSettings, *, accepted: frozenset[str] | None = None, hosts: Path | None = None
) -> Response | Failure:
    """The answer of the public web, with the same manners and bounds as in a run; nothing is stored.

    ``hosts`` is where the home's processes leave word of each host for each other.
    """

    def now() -> datetime:
        return datetime.now(UTC)

    pace = real_pace(hosts)
    with HttpClient(settings, reach=Reach(None, frozenset()), pace=pace, clock=now) as client:
        fetcher = Fetcher(client, settings, pace=pace, delay=settings.delay, clock=now, respect_opt_outs=False)
        return fetcher.visit(url, "page", accepted=accepted).result
