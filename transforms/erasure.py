"""What remains of an erased page: marks by which it is known when it comes again, and which do not tell what it was."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

from transforms.addresses import page_name, web_host
from transforms.identity import stable_id

ERASED = "erased"
"""Reason of a reject, outcome of a fetch, and scheme of the words that stand for an address."""
_WITHHELD = f"{ERASED}:"
_ADDRESS = re.compile(r"(?:https?|file)://[^\s\"'<>\\\]})]+")

MarkKind = Literal["page", "host"]


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One page, or one host with all below it, that was erased and must not come back."""

    mark: str
    """SHA-256 of the page's name or of the host, with its kind: it confirms an address and does not give one."""
    kind: MarkKind
    erased_at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Tombstones:
    """The marks of everything that was erased."""

    marks: frozenset[str] = frozenset()

    @classmethod
    def of(cls, stones: Iterable[Tombstone]) -> "Tombstones":
        """Those of the stones."""
        return cls(frozenset(stone.mark for stone in stones))

    def __bool__(self) -> bool:
        return bool(self.marks)

    def bar(self, *addresses: str | None) -> bool:
        """Whether one of the addresses is that of an erased page, or lies on an erased host."""
        return bool(self.marks) and any(
            not self.marks.isdisjoint(marks_of(address)) for address in addresses if address
        )

    def without_names(self, text: str | None) -> str | None:
        """The text with the addresses in it withheld that are barred."""
        if not text or not self.marks:
            return text
        return _ADDRESS.sub(lambda found: withheld(found[0]) if self.bar(found[0].rstrip(".,;:")) else found[0], text)


@lru_cache(maxsize=4096)
def marks_of(address: str) -> tuple[str, ...]:
    """Marks by which the address can be barred: its page's, its host's, and those of the hosts above that."""
    if address.startswith(_WITHHELD):
        return ()
    return (page_mark(address), *(host_mark(host) for host in _hosts(web_host(address))))


def page_mark(address: str) -> str:
    """Mark of a page, however its address is written."""
    return _mark("page", page_name(address))


def host_mark(host: str) -> str:
    """Mark of a host and all below it."""
    return _mark("host", host.lower().rstrip("."))


def withheld(address: str) -> str:
    """What stands for an address in the tables: equal for equal ones, so that rows still find each other."""
    return address if address.startswith(_WITHHELD) else _WITHHELD + stable_id(ERASED, address)


def is_withheld(address: str) -> bool:
    """Whether something stands for an address there."""
    return address.startswith(_WITHHELD)


def _mark(kind: MarkKind, name: str) -> str:
    return hashlib.sha256(f"newslake {kind}\n{name}".encode("utf-8", "surrogatepass")).hexdigest()


def _hosts(host: str) -> Iterator[str]:
    while host:
        yield host
        host = host.partition(".")[2]
