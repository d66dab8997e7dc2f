"""How long the bytes of pages are kept: rows stay for ever, bodies as long as was decided."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from transforms.schemas import RAW_PAGES
from warehouse.catalogue import Catalogue
from warehouse.lake import Lake
from warehouse.parts import STEPS, Part, PartFile

BODIES_REMOVED = "bodies removed"
"""Added to the tool of a file, so that the catalogue tells which files are done."""


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
    worked_up = {
        record.part: record.finished_at.date() if record.finished_at else record.part.day
        for record in catalogue.steps(step=STEPS[-1], status="done")
    }
    return [
        file.part
        for file in catalogue.files(table=RAW_PAGES.name)
        if not file.tool.endswith(BODIES_REMOVED)
        and (days := keep_days.get(file.part.source)) is not None
        and file.part in worked_up
        and max(file.part.day, worked_up[file.part]) + timedelta(days=days) < today
    ]


def remove_bodies(lake: Lake, catalogue: Catalogue, part: Part, *, now: datetime) -> int:
    """Empty the bodies of the part's pages; return how many bytes they had. Hold the part's lock.

    Everything else that is known of the pages stays, and what was made from them. The old file is left to a sweep.
    """
    freed = 0
    for file in catalogue.files(part=part, step="fetch"):
        if file.table != RAW_PAGES.name or file.tool.endswith(BODIES_REMOVED):
            continue
        pages = lake.read(file)
        freed += int(pc.sum(pc.binary_length(pages["body"])).as_py() or 0)
        emptied = lake.rewrite(file, _emptied(pages, now), f"{file.tool}; {BODIES_REMOVED}")
        catalogue.replace_file(file, emptied)
    return freed


def require_bodies(part: Part, files: list[PartFile]) -> None:
    """Make sure that the part can be cleaned.

    Raises:
        BodiesRemovedError: its bodies were removed.
    """
    if any(file.table == RAW_PAGES.name and file.tool.endswith(BODIES_REMOVED) for file in files):
        raise BodiesRemovedError(
            f"part {part.name} cannot be cleaned again: the bytes of its pages were removed (keep_raw_days); "
            "what was made from them before stays"
        )


def _emptied(pages: pa.Table, now: datetime) -> pa.Table:
    columns = {
        "body": pa.array([b""] * pages.num_rows, RAW_PAGES.schema.field("body").type),
        "body_removed_at": pa.array([now] * pages.num_rows, RAW_PAGES.schema.field("body_removed_at").type),
    }
    for name, values in columns.items():
        pages = pages.set_column(pages.schema.get_field_index(name), RAW_PAGES.schema.field(name), values)
    return pages
