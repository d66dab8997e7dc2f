"""How much of the texts is kept, and how long: facts stay, the words around them go."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from transforms.reduced_text import Kept, reduced_tables, stricter
from transforms.schemas import ARTICLES, RAW_PAGES
from warehouse.catalogue import Catalogue
from warehouse.lake import Lake
from warehouse.parts import Part, PartFile
from warehouse.retention import BODIES_REMOVED, REDUCED, SOME_BODIES_REMOVED, emptied, remove_bodies, worked_up_on
from warehouse.rewriting import rewrite_part

UNREDUCED = "texts whole"
"""In place of ``REDUCED`` where a part was looked at and no page of it had to lose its text."""


@dataclass(frozen=True, slots=True)
class TextRule:
    """What is kept of a source's texts once they are worked up."""

    kept: Kept = "full"
    days: int = 0
    """For how many days after that they are kept in full."""
    of_opted_out: Kept = "full"
    """What is kept from the beginning of pages that forbid archiving or data mining, where the source records them."""

    def at(self, worked_up: date, today: date) -> "TextRule":
        """What holds for a part on that day."""
        due = self.days == 0 or worked_up + timedelta(days=self.days) < today
        kept: Kept = self.kept if due else "full"
        return TextRule(kept, 0, stricter(self.of_opted_out, kept))

    @property
    def keeps_all(self) -> bool:
        """Whether nothing goes."""
        return self.kept == self.of_opted_out == "full"

    @property
    def mark(self) -> str:
        """How it is noted at the end of a file's tool that the part is as it should be."""
        return f"{self.kept} kept, of opt-outs {self.of_opted_out}"


@dataclass(frozen=True, slots=True)
class TextsReduced:
    """What became of a part's texts."""

    articles: int
    """Articles of which less is kept than before."""
    bytes: int
    """Of the bodies of their pages, which went with them."""


def parts_to_reduce(catalogue: Catalogue, rules: Mapping[str, TextRule], today: date) -> list[tuple[Part, TextRule]]:
    """Parts that are worked up and keep more than they should, with what holds for each, oldest first.

    Args:
        catalogue: Has the parts.
        rules: By source; the texts of others are kept.
        today: UTC day.
    """
    worked_up = worked_up_on(catalogue)
    articles = {file.part: file.tool for file in catalogue.files(table=ARTICLES.name)}
    found = []
    for file in catalogue.files(table=RAW_PAGES.name):
        part, rule = file.part, rules.get(file.part.source)
        if rule is None or part not in worked_up:
            continue
        now = rule.at(worked_up[part], today)
        if part in articles:
            due = not now.keeps_all and not articles[part].endswith(now.mark)
        else:
            due = now.kept != "full" and not file.tool.endswith(f"; {BODIES_REMOVED}")
        if due:
            found.append((part, now))
    return found


def reduce_texts(lake: Lake, catalogue: Catalogue, part: Part, rule: TextRule, *, now: datetime) -> TextsReduced:
    """Reduce the part's texts to what is kept, and remove the bodies of their pages; hold the part's lock.

    Such a part cannot be worked up again. The old files are left to a sweep.
    """
    files = {file.table: file for file in catalogue.files(part=part)}
    if ARTICLES.name not in files:
        # Pages that gave no article have texts too.
        return TextsReduced(0, remove_bodies(lake, catalogue, part, now=now) if rule.kept != "full" else 0)
    kept = _kept(lake, files, rule)
    tables = {name: lake.read(file) for name, file in files.items() if file.step != "fetch" and name != "rejects"}
    changed = reduced_tables(tables, kept)
    before = tables[ARTICLES.name]["text_kept"].to_pylist()
    changed.setdefault(ARTICLES.name, tables[ARTICLES.name])
    after = changed[ARTICLES.name]["text_kept"].to_pylist()
    state = REDUCED if any(after) else UNREDUCED
    tools = {ARTICLES.name: f"{_plain(files[ARTICLES.name].tool)}; {state}: {rule.mark}"}
    size = 0
    if RAW_PAGES.name in files and not files[RAW_PAGES.name].tool.endswith(f"; {BODIES_REMOVED}"):
        pages = lake.read(files[RAW_PAGES.name])
        gone = pa.array([kept[str(page)] != "full" for page in pages["page_id"].to_pylist()], pa.bool_())
        size = int(pc.sum(pc.binary_length(pages["body"].filter(gone))).as_py() or 0)
        if size:
            changed[RAW_PAGES.name] = emptied(pages, now, gone)
            how = BODIES_REMOVED if all(gone.to_pylist()) else SOME_BODIES_REMOVED
            tools[RAW_PAGES.name] = f"{files[RAW_PAGES.name].tool.removesuffix(f'; {SOME_BODIES_REMOVED}')}; {how}"
    rewrite_part(lake, catalogue, part, changed, tools=tools)
    return TextsReduced(sum(one != other for one, other in zip(before, after, strict=True)), size)


def _plain(tool: str) -> str:
    return tool.partition(f"; {REDUCED}")[0].partition(f"; {UNREDUCED}")[0]


def _kept(lake: Lake, files: Mapping[str, PartFile], rule: TextRule) -> dict[str, Kept]:
    """What is kept, by page: of those that opted out no more than is said for them."""
    if RAW_PAGES.name not in files:
        return {}
    rows = lake.read(files[RAW_PAGES.name], ["page_id", "opt_outs"]).to_pylist()
    opted_out = stricter(rule.kept, rule.of_opted_out)
    return {str(row["page_id"]): opted_out if row["opt_outs"] else rule.kept for row in rows}
