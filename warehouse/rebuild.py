"""The catalogue made anew from the files' own metadata, when it was lost."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from warehouse.catalogue import Catalogue, KnownUrl
from warehouse.lake import Lake, StoredFile, UnreadableFile
from warehouse.parts import STEPS, Part, PartFile, Step


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was found in the lake's folder."""

    parts: int
    files: int
    superseded: tuple[str, ...]
    """Paths of whole files that a later version replaces, or that are left of a step that never ended."""
    unreadable: tuple[UnreadableFile, ...]


def rebuild_catalogue(lake: Lake, catalogue: Catalogue) -> Rebuilt:
    """Enter every part, step, file and known URL that the lake's files tell of.

    Several versions of one step lie side by side only if nobody swept since. Of those that are whole, the highest
    generation counts, and a step counts only if it is not older than the step it was made from; what was refused is
    left for a sweep. A step that ended without rows left no file: it is done again, which costs little. Windows, feed
    validators and the run log are not in the files: days show as missing until they are fetched again, which
    downloads only what is not known.

    Raises:
        ValueError: the catalogue has parts already.
    """
    if catalogue.steps():
        raise ValueError("only an empty catalogue can be rebuilt")
    versions: dict[Part, dict[Step, dict[int, list[StoredFile]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    unreadable = []
    paths = set()
    for found in lake.inventory():
        if isinstance(found, UnreadableFile):
            unreadable.append(found)
        else:
            versions[found.file.part][found.file.step][found.generation].append(found)
            paths.add(found.file.path)
    named: set[str] = set()
    parts = 0
    for part in sorted(versions):
        reached = 0
        for step in STEPS:
            generation = max(
                (number for number, files in versions[part][step].items() if number >= reached and _is_whole(files)),
                default=None,
            )
            if generation is None:
                break
            files = [stored.file for stored in versions[part][step][generation]]
            known = _known_urls(lake, files) if step == "fetch" else ()
            catalogue.restore_step(part, step, files, files[0].tool, generation, known)
            named.update(file.path for file in files)
            parts += step == "fetch"
            reached = generation
    return Rebuilt(parts, len(named), tuple(sorted(paths - named)), tuple(unreadable))


def _is_whole(files: Sequence[StoredFile]) -> bool:
    """Whether these are the files of one writing of the step, all of them."""
    found = {stored.file.table: stored.file.rows for stored in files}
    return len(found) == len(files) and all(dict(stored.siblings) == found for stored in files)


def _known_urls(lake: Lake, files: Iterable[PartFile]) -> list[KnownUrl]:
    return [
        KnownUrl(row["url"], row["page_id"], row["source"], row["observed_at"])
        for file in files
        if file.table == "raw_pages"
        for batch in lake.batches(file, ["url", "page_id", "source", "observed_at"], rows=1024)
        for row in batch.to_pylist()
    ]
