"""Local files as pages: found in a fixed order, read up to a size, never outside their folder."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from flows.fetch.decoding import decode
from flows.fetch.items import Discovery, Item
from flows.fetch.results import Attempt, Failure, Response, Visit
from flows.fetch.window import Window
from transforms.identity import content_hash

MEDIA_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".txt": "text/plain",
}
"""Content types by ending; other files are taken for HTML, as clean finds out what they are."""


class LocalFiles:
    """The files below a folder (or one file) that match a pattern, as pages ``file://SOURCE/relative/path``.

    A file is known by its URL and the hash of its content: an unchanged one is not stored again, a changed one is a
    new page. Files have no date that could be trusted, so every window is asked about all of them.
    """

    def __init__(
        self, source: str, root: Path, patterns: Sequence[str], *, max_bytes: int, clock: Callable[[], datetime]
    ) -> None:
        self._source = source
        self._single = root.resolve() if root.is_file() else None
        self._root = root.parent.resolve() if self._single else root.resolve()
        self._patterns = patterns
        self._max_bytes = max_bytes
        self._clock = clock
        self._paths: dict[str, Path] = {}

    def discover(self, window: Window) -> Discovery:  # noqa: ARG002 - files have no date
        """Every file, by its relative path in the order of code points."""
        if not self._root.is_dir():
            failure = Failure("file", f"{self._root} is neither a folder nor a file")
            attempt = Attempt(
                f"file://{self._source}/", "discovery", self._clock(), 0.0, failure.kind, detail=failure.detail
            )
            return Discovery(attempts=(attempt,), failure=failure)
        items = []
        for relative in sorted(set(self._relative_paths())):
            url = f"file://{self._source}/{quote(os.fsencode(relative))}"
            self._paths[url] = self._root / relative
            content = self._read(self._paths[url])
            # Without its content a file is not known, so that every run tries it again.
            key = url if isinstance(content, Failure) else _key(url, content)
            items.append(Item(url, key, found_in=f"file://{self._source}/"))
        return Discovery(tuple(items))

    def load(self, item: Item) -> Visit:
        """The file's content, unpacked if its name ends in ``.gz``."""
        started_at = self._clock()
        path = self._paths[item.url]
        body = self._read(path)
        if isinstance(body, Failure):
            return Visit(body, (Attempt(item.url, "page", started_at, 0.0, body.kind, body.detail),))
        page = Response(item.url, item.url, None, body, media_type=_media_type(path), started_at=started_at)
        return Visit(page, (Attempt(item.url, "page", started_at, 0.0, "ok", size=len(body)),))

    def keys(self, item: Item, page: Response) -> tuple[str, ...]:
        """What the file as loaded is known by from now on."""
        return (_key(item.url, page.body),)

    def _relative_paths(self) -> Iterator[str]:
        if self._single is not None:
            yield self._single.name
            return
        for pattern in self._patterns:
            for path in self._root.glob(pattern):
                if self._inside(path):
                    yield path.relative_to(self._root).as_posix()

    def _inside(self, path: Path) -> bool:
        """Whether it is a regular file that lies in the folder, links followed."""
        try:
            return path.is_file() and path.resolve().is_relative_to(self._root)
        except (OSError, RuntimeError):
            return False

    def _content(self, path: Path) -> bytes | Failure:
        try:
            descriptor = os.open(path.resolve(strict=True), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as file:
                size = os.fstat(descriptor).st_size
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    return Failure("file", f"{path} is no regular file")
                if size > self._max_bytes:
                    return Failure("too-large", f"{size} bytes, {self._max_bytes} allowed")
                content = file.read(self._max_bytes + 1)
        except (OSError, RuntimeError) as error:
            return Failure("file", f"{path} cannot be read: {error}")
        if len(content) > self._max_bytes:
            return Failure("too-large", f"more than {self._max_bytes} bytes")
        return content

    def _read(self, path: Path) -> bytes | Failure:
        content = self._content(path)
        if isinstance(content, Failure):
            return content
        return decode(content, ["gzip"] if path.suffix.lower() == ".gz" else [], self._max_bytes)


def _key(url: str, content: bytes) -> str:
    return f"{url}#sha256={content_hash(content)}"


def _media_type(path: Path) -> str:
    ending = Path(path.stem).suffix if path.suffix.lower() == ".gz" else path.suffix
    return MEDIA_TYPES.get(ending.lower(), "text/html")
