"""The catalogue made anew from the files' own metadata, when it was lost."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from transforms.erasure import is_withheld
from warehouse.catalogue import Catalogue, KnownUrl
from warehouse.lake import Lake, StoredFile, UnreadableFile
from warehouse.parts import STEPS, Part, PartFile, Step
from warehouse.records import FoundPage
from warehouse.tombstones import stored_tombstones


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was found in the lake's folder."""

    parts: int
    files: int
    superseded: tuple[str, ...]
    """Paths of whole files that a later version replaces, or that are left of a step that never ended."""
    unreadable: tuple[UnreadableFile, ...]


def rebuild_catalogue(lake: Lake, catalogue: Catalogue) -> Rebuilt:
    """Enter every part, step, file, known URL and queued page that the lake's files tell of.

    Several versions of one step lie side by side only if nobody swept since. Of those that are whole, the highest
    generation counts, and a step counts only if it is not older than the step it was made from; what was refused is
    left for a sweep. A step that ended without rows left no file: it is done again, which costs little. Windows, what
    is remembered of feeds and archives, and the run log are not in the files: days show as missing until they are
    fetched again, which downloads only what is not known. Pages that were asked for in vain are asked for again; those
    that were only named and not yet asked for are found again if their source still names them. What was erased stays
    barred; the next erasure looks once more whether anything of it is left.

    Raises:
        ValueError: the catalogue has parts already.
    """
    if catalogue.steps():
        raise ValueError("only an empty catalogue can be rebuilt")
    catalogue.tombstones.add(stored_tombstones(lake.root))
    stored: dict[Part, dict[Step, list[StoredFile]]] = defaultdict(lambda: defaultdict(list))
    unreadable = []
    paths = set()
    for found in lake.inventory():
        if isinstance(found, UnreadableFile):
            unreadable.append(found)
        else:
            stored[found.file.part][found.file.step].append(found)
            paths.add(found.file.path)
    named: set[str] = set()
    discoveries: list[PartFile] = []
    parts = 0
    for part in sorted(stored):
        reached = 0
        for step in STEPS:
            versions = [version for version in _versions(stored[part][step]) if version[0].generation >= reached]
            if not versions:
                break
            version = max(versions, key=_rank)
            reached = version[0].generation
            files = [member.file for member in version]
            known = _known_urls(lake, files) if step == "fetch" else ()
            catalogue.restore_step(part, step, files, files[0].tool, reached, known)
            named.update(file.path for file in files)
            discoveries += [file for file in files if file.table == "discoveries"]
            parts += step == "fetch"
    # Last, as what a page is known by may stand in a later part than the page's discovery.
    for file in discoveries:
        _queue(lake, catalogue, file)
    return Rebuilt(parts, len(named), tuple(sorted(paths - named)), tuple(unreadable))


def _versions(files: Iterable[StoredFile]) -> list[list[StoredFile]]:
    """Whole versions of one step of one part: files that name each other, with none missing."""
    groups: dict[tuple[int, str, tuple[tuple[str, int], ...]], dict[str, StoredFile]] = defaultdict(dict)
    for stored in files:
        groups[stored.generation, stored.version, tuple(sorted(stored.siblings.items()))][stored.file.table] = stored
    return [
        list(group.values())
        for (_, _, siblings), group in groups.items()
        if all(table in group and group[table].file.rows == rows for table, rows in siblings)
    ]


def _rank(version: Sequence[StoredFile]) -> tuple[int, int, list[str]]:
    """The highest generation wins.

    Two attempts share one only if the first was killed before its commit and came out differently, as fetches do:
    then both are true, and the fuller one is taken, or the last by path.
    """
    return version[0].generation, sum(stored.file.rows for stored in version), [stored.file.path for stored in version]


def _known_urls(lake: Lake, files: Iterable[PartFile]) -> list[KnownUrl]:
    return [
        KnownUrl(key, row["page_id"], row["source"], row["observed_at"])
        for file in files
        if file.table == "raw_pages"
        for batch in lake.batches(file, ["url", "known_by", "page_id", "source", "observed_at"], rows=1024)
        for row in batch.to_pylist()
        if not is_withheld(row["url"])
        for key in row["known_by"] or [row["url"]]
    ]


def _queue(lake: Lake, catalogue: Catalogue, file: PartFile) -> None:
    """Queue the pages that were asked for; those that the lake has count as got."""
    columns = ["url", "key", "found_in", "title", "published", "dated_at", "found_at", "address"]
    for batch in lake.batches(file, columns, rows=1024):
        for row in batch.to_pylist():
            if is_withheld(row["url"]):
                continue  # when the source names it again, it is refused
            page = FoundPage(
                row["url"],
                row["key"],
                row["found_in"],
                file.part.day,
                row["title"],
                row["published"],
                row["dated_at"],
                row["address"],
            )
            catalogue.queue.add(file.part.source, [page], found_at=row["found_at"])
