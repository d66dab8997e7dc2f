"""What the demo site answers to one path."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

OPENED = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
"""Last change of everything on the site that carries no date of its own: the day before the first article."""


@dataclass(frozen=True, slots=True)
class Response:
    """A fixed answer; ``last_modified`` is aware, ``content_type`` is the whole header."""

    content_type: str
    body: bytes
    last_modified: datetime = OPENED
    status: int = 200
    location: str | None = None
    """Target of a redirect, for a status of 301."""
    etag: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "etag", f'"{hashlib.sha256(self.body).hexdigest()[:32]}"')


def html(markup: str, last_modified: datetime = OPENED) -> Response:
    """A page in UTF-8 whose header says so."""
    return Response("text/html; charset=utf-8", markup.encode(), last_modified)


def xml(markup: str, content_type: str, last_modified: datetime) -> Response:
    """A feed or sitemap in UTF-8."""
    return Response(f"{content_type}; charset=utf-8", markup.encode(), last_modified)


def plain(text: str) -> Response:
    """A text file, such as robots.txt."""
    return Response("text/plain; charset=utf-8", text.encode())


def redirect(location: str) -> Response:
    """A permanent redirect to an absolute address."""
    return Response("text/html; charset=utf-8", b"", status=301, location=location)
