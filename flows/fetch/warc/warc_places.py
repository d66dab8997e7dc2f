"""Where WARC files lie, opened at an offset: on this machine, on a web server, in a bucket of S3's kind."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from glob import glob, has_magic
from pathlib import Path
from typing import BinaryIO

from pyarrow import ArrowInvalid, NativeFile, fs

from flows.fetch.local.byte_lines import open_file
from flows.fetch.results import Failure
from flows.fetch.warc.warc_members import ArchiveStream
from flows.fetch.web.streams import ByteStream, StreamBroken

OpenRemote = Callable[[str, int], AbstractContextManager[ByteStream | Failure]]
"""Opens a URL at an offset."""

MOST_FILES = 100_000
"""Files that one pattern may name."""
TRIES_WITHOUT_PROGRESS = 3
"""Times that a connection which broke is opened again before anything more has come."""


def local_paths(pattern: str) -> list[Path] | Failure:
    """Files that a path or a pattern with ``*``, ``?``, ``[]`` and ``**`` names, in the order of code points."""
    if not has_magic(pattern):
        return [Path(pattern)]
    found = sorted(path for path in glob(pattern, recursive=True) if Path(path).is_file())  # noqa: PTH207 - any root
    if not found:
        return Failure("file", f"no file matches {pattern}")
    if len(found) > MOST_FILES:
        return Failure("file", f"{len(found)} files match {pattern}, {MOST_FILES} are read at most")
    return [Path(path) for path in found]


class LocalFile:
    """A file on this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def version(self) -> str | Failure:
        """Size and time of its last change."""
        try:
            state = self._path.stat()
        except OSError as error:
            return Failure("file", f"{self._path} cannot be read: {error.strerror or error}")
        return f"{state.st_size} {state.st_mtime_ns}"

    @contextmanager
    def __call__(self, offset: int, /) -> Iterator[ArchiveStream | Failure]:
        """The bytes from that offset on."""
        file = open_file(self._path)
        if isinstance(file, Failure):
            yield file
            return
        with closing(file):
            file.seek(offset)
            yield _FileBytes(file, str(self._path))


class _FileBytes:
    def __init__(self, file: BinaryIO | NativeFile, name: str) -> None:
        self._file = file
        self._name = name

    def read(self, size: int) -> bytes | Failure:
        try:
            return bytes(self._file.read(size))
        except OSError as error:
            return Failure("file", f"{self._name} cannot be read further: {error.strerror or error}", retryable=True)


class RemoteFile:
    """A file on a web server. A connection that breaks is opened again at the place that was reached."""

    def __init__(self, url: str, open_remote: OpenRemote) -> None:
        self._url = url
        self._open_remote = open_remote

    def version(self) -> str | Failure:
        """The server's name for it, or else its size, by a request of which the answer is not read."""
        with self._open_remote(self._url, 0) as stream:
            return stream if isinstance(stream, Failure) else _version(stream)

    @contextmanager
    def __call__(self, offset: int, /) -> Iterator[ArchiveStream | Failure]:
        """The bytes from that offset on."""
        with closing(_SteadyBytes(self._url, offset, self._open_remote)) as stream:
            yield stream.open() or stream


def _version(stream: ByteStream) -> str:
    return f"{stream.total_size} {stream.etag}"


class _SteadyBytes:
    def __init__(self, url: str, offset: int, open_remote: OpenRemote) -> None:
        self._url = url
        self._offset = offset
        self._open_remote = open_remote
        self._connection = ExitStack()
        self._stream: ByteStream | None = None
        self._known_version: str | None = None
        self._tries = 0

    def open(self) -> Failure | None:
        """Connect at the place that was reached."""
        self._connection.close()
        stream = self._connection.enter_context(self._open_remote(self._url, self._offset))
        if isinstance(stream, Failure):
            return stream
        if self._known_version not in {None, _version(stream)}:
            return Failure("protocol", f"{self._url} changed while it was read", retryable=True)
        self._known_version = _version(stream)
        self._stream = stream
        return None

    def read(self, size: int) -> bytes | Failure:
        while True:
            failure = self.open() if self._stream is None else None
            if failure is None and self._stream is not None:
                try:
                    piece = self._stream.read(size)
                except StreamBroken as broken:
                    failure = broken.failure
                else:
                    self._offset += len(piece)
                    self._tries = 0 if piece else self._tries
                    return piece
            self._stream = None
            self._tries += 1
            if failure is not None and (not failure.retryable or self._tries > TRIES_WITHOUT_PROGRESS):
                return failure

    def close(self) -> None:
        self._connection.close()


class BucketObject:
    """An object of S3, or of a service that speaks like it.

    Credentials, region and endpoint are those of the usual variables and files of AWS, such as ``AWS_PROFILE`` and
    ``AWS_ENDPOINT_URL``, or of the URL's query (``?region=…&endpoint_override=…``; https://arrow.apache.org/docs/cpp/
    api/filesystem.html, ``S3Options::FromUri``). Objects that they do not open are tried without any credentials, as
    public data sets want it.
    """

    def __init__(self, url: str, opened: Callable[[str], tuple[fs.FileSystem, str]] = fs.FileSystem.from_uri) -> None:
        self._url = url
        self._opened = opened

    def version(self) -> str | Failure:
        """Size and time of its last change."""
        found = self._information()
        if isinstance(found, Failure):
            return found
        _, information = found
        return f"{information.size} {information.mtime_ns}"

    @contextmanager
    def __call__(self, offset: int, /) -> Iterator[ArchiveStream | Failure]:
        """The bytes from that offset on."""
        found = self._information()
        if isinstance(found, Failure):
            yield found
            return
        filesystem, information = found
        with ExitStack() as held:
            opened: ArchiveStream | Failure
            try:
                file = held.enter_context(filesystem.open_input_file(information.path))
                file.seek(min(offset, information.size))
                opened = _FileBytes(file, self._url)
            except OSError as error:
                opened = Failure("protocol", f"{self._url}: {str(error)[:300]}", retryable=True)
            yield opened

    def _information(self) -> tuple[fs.FileSystem, fs.FileInfo] | Failure:
        """The object, and how it can be had."""
        detail = ""
        for url in (self._url, self._url.replace("s3://", "s3://anonymous@", 1)):
            try:
                filesystem, path = self._opened(url)
                information = filesystem.get_file_info(path)
            except (OSError, ArrowInvalid) as error:
                detail = str(error)
                continue
            if information.type == fs.FileType.File:
                return filesystem, information
            detail = "no such object"
        return Failure("file", f"{self._url} cannot be read: {detail[:300]}", retryable=detail != "no such object")


def name_of(path: Path) -> str | Failure:
    """The file's absolute path, if it can be written down as text."""
    name = str(path.absolute())
    try:
        name.encode()
    except UnicodeEncodeError:
        return Failure("file", f"{name!a} is no name in UTF-8")
    return name
