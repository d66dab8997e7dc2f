"""What an erasure is about: from an address, an article's id or a host to every name of every page that must go."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from transforms.addresses import page_name, web_host
from transforms.erased_rows import NAMES, names_of
from transforms.erasure import Tombstone, Tombstones, host_mark, is_withheld, page_mark
from transforms.identity import ID_LENGTH
from transforms.schemas import ARTICLES, RAW_PAGES
from warehouse.catalogue import Catalogue
from warehouse.lake import Lake

_ARTICLE_ID = re.compile(rf"[0-9a-f]{{{ID_LENGTH}}}")
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


@dataclass(frozen=True, slots=True)
class Targets:
    """What somebody wants erased."""

    urls: tuple[str, ...] = ()
    article_ids: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    """Each with all hosts below it."""

    @classmethod
    def parse(cls, words: Sequence[str]) -> "Targets":
        """Each word is an address with its scheme, an article's id, or a host.

        Raises:
            ValueError: a word is none of these.
        """
        kinds: dict[str, list[str]] = {"urls": [], "article_ids": [], "hosts": []}
        for word in words:
            if "://" in word:
                kinds["urls"].append(word)
            elif _ARTICLE_ID.fullmatch(word):
                kinds["article_ids"].append(word)
            elif _HOST.fullmatch(word.lower().rstrip(".")):
                kinds["hosts"].append(word.lower().rstrip("."))
            else:
                raise ValueError(
                    f"{word!r} is no address such as https://www.example.com/a, no article_id and no host such as "
                    "example.com"
                )
        return cls(**{kind: tuple(found) for kind, found in kinds.items()})

    def marks(self) -> Tombstones:
        """What names them as they were given."""
        pages = (page_mark(url) for url in self.urls)
        return Tombstones(frozenset([*pages, *(host_mark(host) for host in self.hosts)]))


@dataclass(frozen=True, slots=True)
class Found:
    """The pages that targets mean, by all their names."""

    targets: Targets = Targets()
    names: frozenset[str] = field(default_factory=frozenset)
    """Addresses that mean these pages and no other."""

    def stones(self, now: datetime, reason: str | None) -> list[Tombstone]:
        """Tombstones for all of it, by mark; a page on a host that is erased needs none of its own."""
        hosts = [Tombstone(host_mark(host), "host", now, reason) for host in self.targets.hosts]
        below = Tombstones.of(hosts)
        names = (*self.targets.urls, *(name for name in self.names if not below.bar(name)))
        pages = [Tombstone(mark, "page", now, reason) for mark in sorted({page_mark(name) for name in names})]
        return [*hosts, *pages]

    def words(self) -> list[str]:
        """By what a file is searched that may name them: addresses without scheme, and hosts."""
        return sorted({*map(page_name, (*self.targets.urls, *self.names)), *self.targets.hosts})


def find(lake: Lake, catalogue: Catalogue, targets: Targets) -> Found:
    """Every version of every article that the targets name, and all pages of it.

    A name is a page's if it was asked for there or remembered by it, or is the canonical URL. An address that a page
    was only led to counts where no other page was led to it, and where it is no front page.

    Raises:
        LookupError: the lake has no article of an id that was given.
    """
    seeds = targets.marks()
    pages = {row["page_id"] for row in _raw(lake, catalogue) if seeds.bar(*names_of(row))}
    articles: set[str] = set()
    size = -1
    while size < len(pages) + len(articles):
        size = len(pages) + len(articles)
        for row in _articles(lake, catalogue):
            meant = row["page_id"] in pages or row["article_id"] in articles or row["article_id"] in targets.article_ids
            if meant or seeds.bar(row["url"], row["canonical_url"]):
                pages.add(row["page_id"])
                articles.add(row["article_id"])
    if missing := [article for article in targets.article_ids if article not in articles]:
        raise LookupError(f"no article {', '.join(missing)} in the lake")
    own, led_to = _names(lake, catalogue, pages)
    hosts = {web_host(name) for name in led_to.values()}
    for row in _raw(lake, catalogue):
        if led_to and row["page_id"] not in pages:
            for name in names_of(row):
                if web_host(name) in hosts:
                    led_to.pop(page_name(name), None)
    return Found(targets, frozenset(own | set(led_to.values())))


def _names(lake: Lake, catalogue: Catalogue, pages: set[str]) -> tuple[set[str], dict[str, str]]:
    """Addresses that are the pages' own, and those that they were led to, by page name."""
    own: set[str] = set()
    led_to: dict[str, str] = {}
    for row in _raw(lake, catalogue):
        if row["page_id"] in pages:
            own |= {row["url"], *(key for key in row["known_by"] or () if not key.startswith("page:"))}
            for name in (row["final_url"], *(row["redirects"] or ())):
                led_to.setdefault(page_name(name), name)
    for row in _articles(lake, catalogue):
        if row["page_id"] in pages:
            own.add(row["canonical_url"])
    return own, {key: name for key, name in led_to.items() if "/" in key}


def _raw(lake: Lake, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """Names of all raw pages that were not erased."""
    for file in catalogue.files(table=RAW_PAGES.name):
        for batch in lake.batches(file, ["page_id", *NAMES], rows=1024):
            yield from (row for row in batch.to_pylist() if not is_withheld(row["url"]))


def _articles(lake: Lake, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    for file in catalogue.files(table=ARTICLES.name):
        for batch in lake.batches(file, ["page_id", "article_id", "url", "canonical_url"], rows=1024):
            yield from batch.to_pylist()
