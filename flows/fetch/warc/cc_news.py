"""Common Crawl's news archive: which of its files can hold pages of a window.

Files are listed by month of their beginning, and named for it: ``CC-NEWS-YYYYMMDDhhmmss-NNNNN.warc.gz``
(https://commoncrawl.org/blog/news-dataset-available). A file is open until the next one begins, about 1 GB later.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urljoin

from flows.fetch.results import Failure
from flows.fetch.web.decoding import decode
from flows.fetch.window import Window

FIRST_MONTH = date(2016, 8, 1)
"""The archive begins with this month."""
OPEN_AT_MOST = timedelta(days=1)
"""Time for which a file without a successor is taken to be open; mostly it is two or three hours."""
SLACK = timedelta(hours=1)
"""Pages reach a file some time after they were captured, and several files may be open at once."""
LISTING_BYTES = 8 * 1024 * 1024
"""Of a listing, unpacked; a month has some 500 files of 70 bytes."""
MOST_FILES = 20_000
_NAME = re.compile(r"(?:[\w.-]+/){0,10}CC-NEWS-([0-9]{14})-[0-9]{1,9}\.warc\.gz", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewsFile:
    """A file of the archive."""

    path: str
    """Below the archive's address."""
    begun: datetime


@dataclass(frozen=True, slots=True)
class MonthListing:
    """What a listing names."""

    files: tuple[NewsFile, ...]
    bad_lines: int = 0
    first_bad: str | None = None


def months_of(window: Window) -> list[date]:
    """First days of the months whose files can hold pages of the window, in order: also the month before."""
    first = (window.start.astimezone(UTC) - OPEN_AT_MOST - SLACK).date().replace(day=1)
    months = []
    while first <= (window.end + SLACK).astimezone(UTC).date():
        months.append(first)
        first = (first + timedelta(days=31)).replace(day=1)
    return [month for month in months if month >= FIRST_MONTH]


def listing_url(archive_url: str, month: date) -> str:
    """Address of the listing of a month's files."""
    return urljoin(_folder(archive_url), f"crawl-data/CC-NEWS/{month:%Y/%m}/warc.paths.gz")


def file_url(archive_url: str, file: NewsFile) -> str:
    """Address of a file that a listing names."""
    return urljoin(_folder(archive_url), file.path)


def read_listing(body: bytes) -> MonthListing | Failure:
    """The files of a listing by the time of their beginning, whatever order it has."""
    plain = decode(body, ["gzip"], LISTING_BYTES) if body.startswith(b"\x1f\x8b") else body
    if isinstance(plain, Failure):
        return plain
    lines = [line.strip() for line in plain.decode("utf-8", "replace").splitlines() if line.strip()]
    if len(lines) > MOST_FILES:
        return Failure("too-large", f"{len(lines)} files are listed, {MOST_FILES} allowed")
    files, bad = set(), []
    for line in lines:
        begun = _begun(line)
        if begun is None:
            bad.append(line)
        else:
            files.add(NewsFile(line, begun))
    ordered = tuple(sorted(files, key=lambda file: (file.begun, file.path)))
    if bad and not ordered:
        return Failure("wrong-type", f"no listing of WARC files: {bad[0][:100]!r}")
    return MonthListing(ordered, len(bad), bad[0][:200] if bad else None)


def files_of_window(files: Sequence[NewsFile], window: Window) -> list[NewsFile]:
    """Those of the files, in order, that can hold pages of the window: open at some time in it, with some slack.

    Args:
        files: Of all months concerned, by the time of their beginning.
        window: The time asked about.
    """
    begins = [file.begun for file in files]
    chosen = []
    for file in files:
        following = bisect_right(begins, file.begun)
        later = begins[following : following + 1]
        closed = min([*later, file.begun + OPEN_AT_MOST])
        if file.begun - SLACK < window.end and closed + SLACK >= window.start:
            chosen.append(file)
    return chosen


def _begun(path: str) -> datetime | None:
    match = _NAME.fullmatch(path)
    if match is None or ".." in path:
        return None
    try:
        return datetime.strptime(match[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _folder(archive_url: str) -> str:
    return archive_url if archive_url.endswith("/") else archive_url + "/"
