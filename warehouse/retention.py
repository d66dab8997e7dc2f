"""How long the bytes of pages are kept: rows stay for ever, bodies as long as was decided."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from transforms.schemas import ARTICLES, RAW_PAGES
from warehouse.catalogue import Catalogue
from warehouse.lake import Lake
from warehouse.parts import STEPS, Part, PartFile

BODIES_REMOVED = "bodies removed"
"""Added to the tool of a file, so that the catalogue tells which files are done."""
REDUCED = "texts reduced"
"""In the tool of a file of articles some of whose texts were reduced."""
SOME_BODIES_REMOVED = "some bodies removed"
"""The same where only some pages had to lose theirs."""


class BodiesRemovedError(ValueError):
    """A part cannot be worked up again: the bytes of its pages were removed when their time was over."""


def parts_to_empty(catalogue: Catalogue, keep_days: Mapping[str, int | None], today: date) -> list[Part]:
    """Parts whose pages have been worked up and kept long enough, oldest first.

    Args:
        catalogue: Has the parts.
        keep_days: Days to keep after the part's own and after it was worked up, by source; None or no entry keeps for
            ever.
        today: UTC day.
    """
    worked_up = worked_up_on(catalogue)
    return [
        file.part
        for file in catalogue.files(table=RAW_PAGES.name)
        if not file.tool.endswith(f"; {BODIES_REMOVED}")
        and (days := keep_days.get(file.part.source)) is not None
        and file.part in worked_up
        and worked_up[file.part] + timedelta(days=days) < today
    ]


def worked_up_on(catalogue: Catalogue) -> dict[Part, date]:
    """Parts that all steps have done, with the day from which they are kept: their own, or that of the last step."""
    return {
        record.part: max(record.part.day, record.finished_at.date() if record.finished_at else record.part.day)
        for record in catalogue.steps(step=STEPS[-1], status="done")
    }


def remove_bodies(lake: Lake, catalogue: Catalogue, part: Part, *, now: datetime) -> int:
    """Empty the bodies of the part's pages; return how many bytes they had. Hold the part's lock.

    Everything else that is known of the pages stays, and what was made from them. The old file is left to a sweep.
    """
    freed = 0
    for file in catalogue.files(part=part, step="fetch"):
        if file.table != RAW_PAGES.name or file.tool.endswith(f"; {BODIES_REMOVED}"):
            continue
        pages = lake.read(file)
        freed += int(pc.sum(pc.binary_length(pages["body"])).as_py() or 0)
        written = lake.rewrite(file, emptied(pages, now), f"{file.tool}; {BODIES_REMOVED}")
        catalogue.replace_file(file, written)
    return freed


def require_bodies(part: Part, files: list[PartFile]) -> None:
    """Make sure that the part can be worked up again from these files.

    Raises:
        BodiesRemovedError: bodies of its pages were removed, or texts of its articles were reduced.
    """
    if any(file.table == ARTICLES.name and REDUCED in file.tool for file in files):
        raise BodiesRemovedError(
            f"part {part.name} cannot be annotated again: its texts were reduced (keep_text); what was made from them "
            "before stays"
        )
    if any(file.table == RAW_PAGES.name and file.tool.endswith(BODIES_REMOVED) for file in files):
        raise BodiesRemovedError(
            f"part {part.name} cannot be cleaned again: the bytes of its pages were removed (keep_raw_days, "
            "keep_text); what was made from them before stays"
        )


def emptied(pages: pa.Table, now: datetime, which: pa.BooleanArray | None = None) -> pa.Table:
    """The raw pages without their bodies, or without those of some of them."""
    which = pa.array([True] * pages.num_rows, pa.bool_()) if which is None else which
    nothing: dict[str, bytes | datetime] = {"body": b"", "body_removed_at": now}
    for name, value in nothing.items():
        values = pc.if_else(which, pa.scalar(value, RAW_PAGES.schema.field(name).type), pages[name])
        pages = pages.set_column(pages.schema.get_field_index(name), RAW_PAGES.schema.field(name), values)
    return pages
