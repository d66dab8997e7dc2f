"""What asking for a URL or a file can lead to, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

FailureKind = Literal[
    "dns",
    "refused",
    "timeout",
    "tls",
    "http-4xx",
    "http-5xx",
    "robots",
    "too-large",
    "wrong-type",
    "redirect-loop",
    "forbidden-address",
    "bad-url",
    "protocol",
    "wall",
    "opted-out",
    "damaged",
    "file",
]
"""``protocol``: the answer breaks off or breaks HTTP's rules; ``wall``: a login, a payment, a consent or a puzzle is
wanted first; ``opted-out``: the site forbids this use of the page; ``damaged``: an archive or a record of it is broken
in itself; ``file``: a local file cannot be read. Which of them may pass is said in ``flows.fetch.web.answers``.
"""

Purpose = Literal["robots", "discovery", "page"]


@dataclass(frozen=True, slots=True)
class Response:
    """An answer with status 200, or 304 where validators were sent; or a local file."""

    url: str
    final_url: str
    status: int | None
    """None for a local file."""
    body: bytes
    """Decompressed."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case, repeated ones joined by a comma."""
    redirects: tuple[str, ...] = ()
    """URLs passed on the way, beginning with the one asked for; empty where there was no redirect."""
    media_type: str | None = None
    """Content type of a local file, by its ending."""
    started_at: datetime | None = None
    """When the first request was sent, or the file opened."""
    duration: float = 0.0
    """Seconds that it took, without the waiting for the host's turn."""
    captured_at: datetime | None = None
    """When an archive captured it; None where its own site answered."""
    archived_at: str | None = None
    """Where the archive holds it: the address of the replay, or WARC file and offset."""
    opt_outs: tuple[str, ...] = ()
    """Uses that the answer forbids, where that is recorded only."""

    @property
    def content_type(self) -> str | None:
        """Content-Type as served, or by the file's ending."""
        return self.media_type or self.headers.get("content-type")

    @property
    def not_modified(self) -> bool:
        """Whether the server says that the version already seen still holds."""
        return self.status == 304


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer."""

    kind: FailureKind
    detail: str
    """What was wrong, for a person."""
    retryable: bool = False
    """Whether the same request may succeed later without anybody's doing."""
    status: int | None = None
    retry_after: float | None = None
    """Seconds that the server asks to wait."""
    url: str | None = None
    """Where it happened, as a redirect may lead elsewhere than asked."""
    asked: bool = True
    """Whether that URL was asked for at all; trying again is of no use in this run where it was not."""
    started_at: datetime | None = None
    """When the first request was sent; None where none was."""
    duration: float = 0.0
    """Seconds that it took, without the waiting for the host's turn."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request as the ``fetches`` table records it."""

    url: str
    purpose: Purpose
    started_at: datetime
    duration: float
    """Seconds, without the waiting for the host's turn."""
    outcome: str
    """ok, not-modified, or the failure's kind."""
    detail: str | None = None
    status: int | None = None
    size: int | None = None
    """Bytes of the decompressed body."""
    number: int = 1
    """Among the attempts at this URL in this visit, from 1."""
    soft: bool | None = None
    """Of a failure: whether the same request may succeed later."""
    from_cache: bool = False
    """Whether the copy held already was still good."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What asking came to in the end, and every attempt on the way, those for robots.txt included."""

    result: Response | Failure
    attempts: tuple[Attempt, ...]
