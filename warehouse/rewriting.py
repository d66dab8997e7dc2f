"""A part written anew with other rows, though nothing was computed: for what must go from its files."""

from collections.abc import Mapping

import pyarrow as pa

from transforms.schemas import TABLES
from warehouse.catalogue import Catalogue
from warehouse.lake import Lake
from warehouse.parts import STEPS, Part, PartFile, Step


def rewrite_part(
    lake: Lake,
    catalogue: Catalogue,
    part: Part,
    changed: Mapping[str, pa.Table],
    *,
    tools: Mapping[str, str] | None = None,
) -> tuple[PartFile, ...]:
    """Name files with these tables in place of the part's, in one transaction; hold the part's lock.

    Every step from the first that changes is written at a new generation, so that a rebuilt catalogue takes these
    files where older ones were not yet swept. The old files are left where they are.

    Args:
        lake: Gets the files.
        catalogue: Has the part.
        part: The part.
        changed: Tables with their new rows; the others stay as they are.
        tools: Versions of single tables, where they are others now.
    """
    done = catalogue.steps(part=part, status="done")
    stored = {file.table: file for file in catalogue.files(part=part)}
    first = min(STEPS.index(step) for step in STEPS if any(TABLES[name].step == step for name in changed))
    generation = catalogue.next_generation(part)
    steps: dict[Step, tuple[int, tuple[PartFile, ...]]] = {}
    for record in done:
        if STEPS.index(record.step) < first:
            continue
        names = [name for name, table in TABLES.items() if table.step == record.step]
        tables = {
            name: changed[name] if name in changed else lake.read(stored[name])
            for name in names
            if name in changed or name in stored
        }
        kept = {name: file.tool for name, file in stored.items() if name in names}
        files = lake.write_step(
            part,
            record.step,
            tables,
            record.tool or "",
            generation=generation,
            tools={**kept, **{name: tool for name, tool in (tools or {}).items() if name in names}},
        )
        steps[record.step] = (generation, files)
        generation += 1
    catalogue.replace_steps(part, steps)
    return tuple(file for _, files in steps.values() for file in files)
