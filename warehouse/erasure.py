"""Erasure: pages leave the lake, the catalogue and the database, and what would bring them back is told not to.

The order makes a kill harmless: first it is noted what must go, so that nothing fetched or cleaned from then on brings
it back; then it goes, part by part; at last the database is made from what is left. What was interrupted is finished by
the next call, whatever that one is about.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from transforms.erased_rows import NAMES, named_pages, without_erased
from transforms.erasure import Tombstone, Tombstones, is_withheld, page_mark
from transforms.schemas import ARTICLES, RAW_PAGES
from warehouse.catalogue import Catalogue
from warehouse.erasure_targets import Found, Targets, find
from warehouse.home import Home
from warehouse.lake import Lake
from warehouse.locks import exclusive
from warehouse.parts import Part, PartFile
from warehouse.publish import Publication, publish_anew
from warehouse.rewriting import rewrite_part
from warehouse.slots import Slots
from warehouse.tombstones import store_tombstones, stored_tombstones

LIGHT = ("fetches", "discoveries", "rejects")
"""Tables that are read in full to see whether a part has to do with what is erased."""


class ErasureUnfinishedError(RuntimeError):
    """The pages are gone from lake and catalogue, but the published database still holds them."""


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """What was erased."""

    pages: int
    """Raw pages that were emptied."""
    rows: Mapping[str, int] = field(default_factory=dict)
    """Rows removed or emptied, by table."""
    files_rewritten: int = 0
    files_removed: int = 0
    bytes_removed: int = 0
    """Size of the removed files of the lake."""
    marks: int = 0
    """Tombstones set, of which some may have been there before."""
    catalogue_rows: int = 0
    """Rows of the catalogue that were changed."""
    publication: Publication | None = None
    """How the database was made anew; None where nothing was published before."""
    still_named_in: tuple[str, ...] = ()
    """Files of the home that are not the lake's own and still name it: sources.toml, Prefect's database, lists."""


def plan(lake: Lake, catalogue: Catalogue, targets: Targets, *, now: datetime) -> ErasureReport:
    """What ``erase`` would remove from the tables; nothing is changed.

    Raises:
        LookupError: the lake has no article of an id that was given.
    """
    stones = find(lake, catalogue, targets).stones(now, None)
    tombstones = Tombstones.of(stones)
    rows: Counter[str] = Counter()
    pages = 0
    for files in _parts(catalogue).values():
        if _concerns(lake, files, tombstones, now):
            change = without_erased({file.table: lake.read(file) for file in files}, tombstones, now=now)
            rows.update(change.rows)
            pages += change.rows.get(RAW_PAGES.name, 0)
    return ErasureReport(pages, dict(sorted(rows.items())), marks=len(stones))


def erase(
    home: Home, lake: Lake, catalogue: Catalogue, targets: Targets, *, reason: str | None, now: datetime
) -> ErasureReport:
    """Erase what the targets name, and finish what was interrupted before. The same call again is harmless.

    Waits for fetches and other work that is under way. Readers that have the database open keep the old content until
    they close it. Of SQLite's catalogue nothing deleted is left; another database has to be vacuumed by its owner.

    Args:
        home: The lake's home.
        lake: Its files.
        catalogue: Its catalogue.
        targets: What to erase; nothing, to finish only.
        reason: Kept beside the marks, as it is.
        now: When.

    Raises:
        LookupError: the lake has no article of an id that was given, and no erasure was interrupted.
        ErasureUnfinishedError: a check keeps the old database published.
    """
    try:
        found = find(lake, catalogue, targets)
    except LookupError:
        if not catalogue.tombstones.unfinished():
            raise
        found = Found()
    stones = found.stones(now, reason)
    set_tombstones(lake, catalogue, stones)
    tombstones = catalogue.tombstones.all()
    report = _clear_lake(home, lake, catalogue, tombstones, now)
    changed = catalogue.erase_names(tombstones, _emptied_pages(lake, catalogue))
    catalogue.compact()
    report = replace(
        report, marks=len(stones), catalogue_rows=changed, publication=_publish(home, catalogue, lake, now)
    )
    catalogue.tombstones.finish(now=now)
    catalogue.compact()
    return replace(report, still_named_in=_still_named_in(home, found))


def set_tombstones(lake: Lake, catalogue: Catalogue, stones: Sequence[Tombstone]) -> None:
    """Note what must not come back: in the lake's file first, which outlives the catalogue."""
    if stones:
        store_tombstones(lake.root, stones)
        catalogue.tombstones.add(stored_tombstones(lake.root))


def erase_part(lake: Lake, catalogue: Catalogue, part: Part, tombstones: Tombstones, *, now: datetime) -> ErasureReport:
    """Take what the tombstones name out of one part; hold its lock."""
    files = catalogue.files(part=part)
    if not _concerns(lake, files, tombstones, now):
        return ErasureReport(0)
    change = without_erased({file.table: lake.read(file) for file in files}, tombstones, now=now)
    if not change.tables:
        return ErasureReport(0)
    written = rewrite_part(lake, catalogue, part, change.tables)
    return ErasureReport(change.rows.get(RAW_PAGES.name, 0), change.rows, files_rewritten=len(written))


def empty_erased_pages(
    home: Home, lake: Lake, catalogue: Catalogue, part: Part, pages: Collection[str], *, now: datetime
) -> None:
    """Empty pages that came by a new address and say themselves that they are erased ones; hold the part's lock.

    Their addresses are barred from then on. For a part whose pages are about to be committed as refused.
    """
    files = catalogue.files(part=part)
    rows = [
        row
        for file in files
        if file.table == RAW_PAGES.name
        for row in lake.read(file, ["page_id", *NAMES]).to_pylist()
        if row["page_id"] in pages and not is_withheld(row["url"])
    ]
    if not rows:
        return
    own = {name for row in rows for name in (row["url"], *(row["known_by"] or ())) if not name.startswith("page:")}
    stones = [Tombstone(mark, "page", now) for mark in sorted({page_mark(name) for name in own})]
    set_tombstones(lake, catalogue, stones)
    tombstones = Tombstones.of(stones)
    erase_part(lake, catalogue, part, tombstones, now=now)
    named = {file.path for file in catalogue.files(part=part)}
    with exclusive(home.publish_lock):
        for file in files:
            if file.path not in named:
                lake.path(file).unlink(missing_ok=True)
    catalogue.erase_names(tombstones, pages)


def _clear_lake(home: Home, lake: Lake, catalogue: Catalogue, tombstones: Tombstones, now: datetime) -> ErasureReport:
    rows: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for source in _sources(lake, catalogue):
        # Whoever fetches after this has seen the tombstones.
        with exclusive(home.fetch_lock(source)):
            parts = {file.part for file in catalogue.files(source=source)} | _parts_on_disk(lake, source)
            for part in sorted(parts):
                with exclusive(home.part_lock(part)):
                    done = erase_part(lake, catalogue, part, tombstones, now=now)
                    # A loader that read the catalogue before this may still read the old files.
                    with exclusive(home.publish_lock):
                        files, size = lake.remove_unnamed(part, catalogue.files(part=part))
                rows.update(done.rows)
                counts.update(pages=done.pages, rewritten=done.files_rewritten, removed=files, bytes=size)
    return ErasureReport(
        counts["pages"],
        dict(sorted(rows.items())),
        counts["rewritten"],
        counts["removed"],
        counts["bytes"],
    )


def _concerns(lake: Lake, files: Sequence[PartFile], tombstones: Tombstones, now: datetime) -> bool:
    """Whether anything of the part changes; the bodies of pages are not read for it."""
    columns = {RAW_PAGES.name: ["page_id", *NAMES], ARTICLES.name: ["page_id", "url", "canonical_url"]}
    names = {file.table: lake.read(file, columns[file.table]) for file in files if file.table in columns}
    small = {file.table: lake.read(file) for file in files if file.table in LIGHT}
    if named_pages(names | {name: table for name, table in small.items() if name == "rejects"}, tombstones):
        return True
    return bool(without_erased(small, tombstones, now=now).tables)


def _emptied_pages(lake: Lake, catalogue: Catalogue) -> set[str]:
    """Every page that was ever erased: also of a call that was killed before it came to the catalogue."""
    return {
        row["page_id"]
        for file in catalogue.files(table=RAW_PAGES.name)
        for batch in lake.batches(file, ["page_id", "url"], rows=4096)
        for row in batch.to_pylist()
        if is_withheld(row["url"])
    }


def _publish(home: Home, catalogue: Catalogue, lake: Lake, now: datetime) -> Publication | None:
    if not any(path.exists() for path in (home.database, *Slots(home).both)):
        return None
    publication = publish_anew(home, catalogue, lake, now=now)
    if not publication.published:
        raise ErasureUnfinishedError(
            "the pages are gone from the lake, but the published database has them still: a check stops the new one, "
            f"{'; '.join(publication.problems)} Put that right and run the same command again"
        )
    return publication


def _parts(catalogue: Catalogue) -> dict[Part, list[PartFile]]:
    parts: dict[Part, list[PartFile]] = {}
    for file in catalogue.files():
        parts.setdefault(file.part, []).append(file)
    return parts


def _sources(lake: Lake, catalogue: Catalogue) -> list[str]:
    """Those that the catalogue or the files know of."""
    known = {record.part.source for record in catalogue.steps()} | {day.source for day in catalogue.source_days()}
    folders = {path.name.removeprefix("source=") for path in lake.root.glob("*/day=*/source=*")}
    return sorted(known | catalogue.queue.waiting().keys() | folders)


def _parts_on_disk(lake: Lake, source: str) -> set[Part]:
    """Parts of which there is any file, named or not."""
    parts = set()
    for path in lake.root.glob(f"*/day=*/source={source}/*"):
        number = path.name.lstrip(".")[:4]
        if number.isdigit():
            day = path.parent.parent.name.removeprefix("day=")
            parts.add(Part.parse(f"{day}/{source}/{number}"))
    return parts


def _still_named_in(home: Home, found: Found) -> tuple[str, ...]:
    """Files that are somebody else's and name what was erased: left as they are, and told."""
    words = [word.encode() for word in found.words()]
    strangers = [
        path for path in sorted(home.root.glob("*")) if path.is_file() and path.suffix in {".toml", ".txt", ".csv"}
    ]
    strangers += sorted(path for path in home.prefect.rglob("*") if path.is_file())
    return tuple(str(path.relative_to(home.root)) for path in strangers if words and _names_any(path, words))


def _names_any(path: Path, words: Sequence[bytes]) -> bool:
    longest = max(map(len, words))
    before = b""
    with path.open("rb") as content:
        while block := content.read(1 << 20):
            if any(word in before + block for word in words):
                return True
            before = block[-longest:]
    return False
