"""What a commit does to parts, steps and files, inside the transaction of its caller."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, and_, delete, insert, select, update

from warehouse.catalogue_tables import FILES, PARTS, STEP_STATES
from warehouse.parts import STEPS, Part, PartFile, Step


class PartTakenError(ValueError):
    """Another fetch has committed a part of this number; its pages are not written over."""


class StepNotDoneError(ValueError):
    """A step cannot be committed before the one it reads from."""


def of_part(table: FromClause, part: Part) -> ColumnElement[bool]:
    """The rows of that part."""
    return and_(table.c.day == part.day, table.c.source == part.source, table.c.number == part.number)


def part_of(row: Row[Any]) -> Part:
    """The part that a row belongs to."""
    return Part(row.day, row.source, row.number)


def add_part(
    connection: Connection, part: Part, files: Sequence[PartFile], tool: str, run_id: str, now: datetime
) -> None:
    """Add a part that does not exist yet, or do nothing where it exists with these very files.

    Raises:
        PartTakenError: it exists with others.
    """
    exists = connection.execute(select(PARTS.c.number).where(of_part(PARTS, part))).one_or_none()
    if exists is None:
        replace_step(connection, part, "fetch", files, tool, run_id, now)
        return
    fetched = connection.execute(select(FILES.c.path).where(of_part(FILES, part), FILES.c.step == "fetch"))
    if set(fetched.scalars()) != {file.path for file in files}:
        raise PartTakenError(f"part {part.name} exists with other files: numbers must be taken under the source's lock")


def replace_step(
    connection: Connection,
    part: Part,
    step: Step,
    files: Sequence[PartFile],
    tool: str,
    run_id: str | None,
    now: datetime,
    *,
    generation: int | None = None,
) -> None:
    """Put the files in place of what the step and those after it had made of the part.

    Raises:
        StepNotDoneError: the step before is not done.
        ValueError: a file is of another part or step.
    """
    for file in files:
        if (file.part, file.step) != (part, step):
            raise ValueError(f"{file.path} belongs to {file.step} of {file.part.name}, not to {step} of {part.name}")
    key = {"day": part.day, "source": part.source, "number": part.number}
    if step == STEPS[0]:
        generation = _advance(connection, part, generation, create=True)
    else:
        generation = _advance(connection, part, generation, create=False)
        _require_done(connection, part, STEPS[STEPS.index(step) - 1], step)
    replaced = STEPS[STEPS.index(step) :]
    # Their files go with them, by the foreign key.
    connection.execute(delete(STEP_STATES).where(of_part(STEP_STATES, part), STEP_STATES.c.step.in_(replaced)))
    state = {"status": "done", "generation": generation, "tool": tool, "finished_at": now, "run_id": run_id}
    connection.execute(insert(STEP_STATES).values(**key, step=step, failures=0, **state))
    if files:
        connection.execute(insert(FILES), [key | _file_row(file) for file in files])


def record_failure(connection: Connection, part: Part, step: Step, error: str, run_id: str) -> None:
    """Count a failed attempt; a step that was once done stays done.

    Raises:
        KeyError: no such part.
    """
    if connection.execute(select(PARTS.c.number).where(of_part(PARTS, part))).one_or_none() is None:
        raise KeyError(part.name)
    counted = connection.execute(
        update(STEP_STATES)
        .where(of_part(STEP_STATES, part), STEP_STATES.c.step == step)
        .values(failures=STEP_STATES.c.failures + 1, error=error)
    )
    if counted.rowcount == 0:
        key = {"day": part.day, "source": part.source, "number": part.number}
        state = {"status": "failed", "generation": 0, "run_id": run_id, "failures": 1, "error": error}
        connection.execute(insert(STEP_STATES).values(**key, step=step, **state))


def swap_file(connection: Connection, old: PartFile, new: PartFile) -> bool:
    """Put one file in place of another; False where that one is not named any more."""
    removed = connection.execute(delete(FILES).where(FILES.c.path == old.path))
    if removed.rowcount == 0:
        return False
    key = {"day": new.part.day, "source": new.part.source, "number": new.part.number}
    connection.execute(insert(FILES).values(**key, **_file_row(new)))
    return True


def swap_steps(connection: Connection, part: Part, steps: Mapping[Step, tuple[int, Sequence[PartFile]]]) -> None:
    """Put files in place of all that these steps had; how the steps stand is left as it is."""
    key = {"day": part.day, "source": part.source, "number": part.number}
    connection.execute(delete(FILES).where(of_part(FILES, part), FILES.c.step.in_(list(steps))))
    for step, (generation, files) in steps.items():
        _advance(connection, part, generation, create=False)
        own = and_(of_part(STEP_STATES, part), STEP_STATES.c.step == step)
        connection.execute(update(STEP_STATES).where(own).values(generation=generation))
        if files:
            connection.execute(insert(FILES), [key | _file_row(file) for file in files])


def _advance(connection: Connection, part: Part, generation: int | None, *, create: bool) -> int:
    """Count one commit more, or go to the generation given; the part's row stays locked until the transaction ends."""
    row = connection.execute(select(PARTS.c.generation).where(of_part(PARTS, part)).with_for_update()).one_or_none()
    if row is None:
        if not create:
            raise StepNotDoneError(f"part {part.name} was never fetched")
        reached = generation or 1
        connection.execute(
            insert(PARTS).values(day=part.day, source=part.source, number=part.number, generation=reached)
        )
        return reached
    reached = int(row.generation) + 1 if generation is None else max(generation, int(row.generation))
    connection.execute(update(PARTS).where(of_part(PARTS, part)).values(generation=reached))
    return reached


def _require_done(connection: Connection, part: Part, before: Step, step: Step) -> None:
    done = select(STEP_STATES.c.step).where(
        of_part(STEP_STATES, part), STEP_STATES.c.step == before, STEP_STATES.c.status == "done"
    )
    if connection.execute(done).one_or_none() is None:
        raise StepNotDoneError(f"{step} of part {part.name} cannot be committed: {before} is not done")


def _file_row(file: PartFile) -> dict[str, Any]:
    return {
        "path": file.path,
        "step": file.step,
        "table_name": file.table,
        "rows": file.rows,
        "bytes": file.bytes,
        "content_hash": file.content_hash,
        "tool": file.tool,
    }
