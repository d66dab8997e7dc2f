"""Local files as pages: found in a fixed order, read up to a size, never outside their folder."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

from flows.fetch.items import Finding, Item
from flows.fetch.results import Attempt, Failure, Response, Visit
from flows.fetch.web.decoding import decode
from flows.fetch.window import Window
from transforms.identity import content_hash

MEDIA_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".txt": "text/plain",
}
"""Content types by ending; other files are taken for HTML, as clean finds out what they are."""


FILES_A_FINDING = 500


def holds_many(name: str) -> bool:
    """Whether a file of that name holds many pages and is none itself: lines of JSON, or an archive."""
    return name.lower().removesuffix(".gz").endswith((".jsonl", ".warc"))


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

    def discover(self, window: Window) -> Iterator[Finding]:  # noqa: ARG002 - files have no date
        """Every file that is a page, by its relative path in the order of code points."""
        folder = f"file://{self._source}/"
        if not self._root.is_dir():
            failure = Failure("file", f"{self._root} is neither a folder nor a file")
            attempt = Attempt(folder, "discovery", self._clock(), 0.0, failure.kind, detail=failure.detail)
            yield Finding(attempts=(attempt,), failure=failure)
            return
        found = iter(self.paths(lambda name: not holds_many(name)))
        while some := tuple(islice(found, FILES_A_FINDING)):
            items = []
            for url, path in some:
                content = self._read(path)
                # Without its content a file is known by its state: as it is it is not tried again and again.
                key = _state_key(url, path) if isinstance(content, Failure) else _key(url, content)
                items.append(Item(url, key, found_in=folder))
            yield Finding(tuple(items))

    def paths(self, wanted: Callable[[str], bool]) -> list[tuple[str, Path]]:
        """URL and path of the files whose name is wanted, in order."""
        relative = sorted(name for name in set(self._relative_paths()) if wanted(name))
        return [(f"file://{self._source}/{quote(os.fsencode(name))}", self._root / name) for name in relative]

    def path_of(self, url: str) -> Path:
        """Path of the file that has that URL."""
        return self._root / os.fsdecode(unquote_to_bytes(url.removeprefix(f"file://{self._source}/")))

    def delay_of(self, host: str) -> float:  # noqa: ARG002 - as for any reader
        """Files need no pauses."""
        return 0.0

    def load(self, item: Item) -> Visit:
        """The file's content, unpacked if its name ends in ``.gz``."""
        started_at = self._clock()
        path = self.path_of(item.url)
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


def _state_key(url: str, path: Path) -> str:
    try:
        state = path.stat()
    except OSError:
        return url
    return f"{url}#size={state.st_size}&changed={state.st_ctime_ns}"


def _key(url: str, content: bytes) -> str:
    return f"{url}#sha256={content_hash(content)}"


def _media_type(path: Path) -> str:
    ending = Path(path.stem).suffix if path.suffix.lower() == ".gz" else path.suffix
    return MEDIA_TYPES.get(ending.lower(), "text/html")
