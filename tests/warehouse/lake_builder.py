"""Small lakes of invented news whose rows fit together: offsets, references and counts are right."""

import os
import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from transforms.duplicates import signature
from transforms.identity import content_hash, stable_id
from transforms.schemas import INSTANT, TABLES, Table
from warehouse.catalogue import Catalogue, SourceDay
from warehouse.ddl import database_tables
from warehouse.home import Home
from warehouse.lake import Lake
from warehouse.parts import Part, Step
from warehouse.publish import Publication, publish
from warehouse.query import open_read_only
from warehouse.state import loaded_tables

PEOPLE = ("Ada Lund", "Jonas Brekke", "Mireille Okafor", "Tove Ås", "Ibrahim Çelik", "Yun Seo-yeon")
COUNTRIES = {"Norway": "NO", "Kenya": "KE", "Japan": "JP", "Chile": "CL"}
ACTS = (("signed an agreement with", "AGREE", "05", 1), ("accused", "ACCUSE", "11", 3), ("met", "CONSULT", "04", 1))
SUBJECTS = ("harbour 🚢", "tramway", "water works", "library", "fishing quota", "Ünder-bridge")
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Draft:
    """A text in the making, with what is said where."""

    article_id: str
    page_id: str
    title: str
    text: str
    people: tuple[tuple[str, int], ...]
    countries: tuple[tuple[str, int], ...]
    quotes: tuple[tuple[str, int, str, int], ...]
    """Words with their marks, their start, speaker, the speaker's start."""
    acts: tuple[tuple[int, str, int, str, int, int], ...]
    """Index of the act, actor, its start, recipient, its start, start of the trigger."""
    times: tuple[tuple[str, int], ...]


@dataclass
class World:
    """A home with lake and catalogue to fill and publish."""

    home: Home
    lake: Lake
    catalogue: Catalogue
    now: datetime = NOW

    @classmethod
    def at(cls, root: Path) -> "World":
        home = Home(root)
        root.mkdir(parents=True, exist_ok=True)
        return cls(home, Lake(home.lake), Catalogue.open(home.catalogue_url))

    def add(self, part: Part, tables: dict[str, pa.Table], *, annotated: bool = True) -> Part:
        """Commit a new part with its window, all steps done."""
        self.commit("fetch", part, tables)
        self.commit("clean", part, tables)
        if annotated:
            self.commit("annotate", part, tables)
        start = datetime.combine(part.day, datetime.min.time(), UTC)
        self.catalogue.record_window(
            SourceDay(part.source, part.day, start, start + timedelta(days=1), "done", pages=10, parts=1)
        )
        return part

    def commit(self, step: Step, part: Part, tables: dict[str, pa.Table]) -> None:
        """Commit one step of a part, in place of what it was."""
        own = {name: rows for name, rows in tables.items() if TABLES[name].step == step}
        files = self.lake.write_step(part, step, own, f"{step} 1", generation=self.catalogue.next_generation(part))
        if step == "fetch":
            self.catalogue.commit_fetch(part, files, tool="fetch 1", run_id="run")
        else:
            self.catalogue.commit_step(part, step, files, tool=f"{step} 1", run_id="run")

    def replace(self, part: Part, tables: dict[str, pa.Table]) -> None:
        """Clean and annotate a part again, with other results."""
        self.commit("clean", part, tables)
        self.commit("annotate", part, tables)

    def publish(self) -> Publication:
        return publish(self.home, self.catalogue, self.lake, now=self.now)


def copied(home: Home, root: Path) -> World:
    """A world of its own that begins as a copy of another, closed one."""
    shutil.copytree(home.root, root, ignore=shutil.ignore_patterns(home.database.name))
    world = World.at(root)
    os.link(root / ".news-a.duckdb", world.home.database)
    return world


def parts_of(days: int, sources: Sequence[str] = ("courier", "ledger"), first: date = date(2026, 3, 1)) -> list[Part]:
    return [Part(first + timedelta(days=day), source, 0) for day in range(days) for source in sources]


def fill(world: World, days: int, *, articles: int = 6, seed: int = 1) -> list[Part]:
    """Parts of two sources and that many days, with consistent rows."""
    return [world.add(part, part_tables(part, articles=articles, seed=seed)) for part in parts_of(days)]


def part_tables(
    part: Part, *, articles: int = 6, seed: int = 1, rejects: int = 1, returning: int = 1
) -> dict[str, pa.Table]:
    """All tables of a part.

    Args:
        part: Unit of work.
        articles: Articles in it.
        seed: Another seed gives other texts to the same addresses.
        rejects: Pages that give no article.
        returning: Of the articles, those whose address is the same in every part of the source: new versions.
    """
    random_numbers = random.Random(f"{seed}/{part.name}")
    observed = datetime.combine(part.day, datetime.min.time(), UTC) + timedelta(hours=9, minutes=part.number)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    for number in range(articles):
        slug = f"updated-{number}" if number < returning else f"{part.day}-{part.number}-{number}"
        url = f"https://{part.source}.example/{slug}"
        draft = _draft(random_numbers, url)
        _page_rows(rows, part, draft, url, observed + timedelta(seconds=number))
        _annotation_rows(rows, part, draft)
    for number in range(rejects):
        url = f"https://{part.source}.example/{part.day}-{part.number}/list-{number}"
        page = stable_id("page", url, "list")
        rows["raw_pages"].append(_raw_page(part, page, url, b"<ul></ul>", observed))
        rows["fetches"].append(_fetch(part, url, observed, page))
        rows["rejects"].append(
            {
                "page_id": page,
                "source": part.source,
                "url": url,
                "stage": "clean",
                "reason": "list-page",
                "observed_at": observed,
                "part": part.name,
                "tool": "clean 1",
            }
        )
        rows["discoveries"].append(_discovery(part, url, observed))
    gone = f"https://{part.source}.example/{part.day}-{part.number}/gone"
    rows["fetches"].append(_fetch(part, gone, observed, None, outcome="http-4xx"))
    rows["discoveries"].append(_discovery(part, gone, observed))
    return {name: TABLES[name].rows(table_rows) for name, table_rows in rows.items()}


def _draft(random_numbers: random.Random, url: str) -> Draft:
    subject = random_numbers.choice(SUBJECTS)
    title = f"{subject.capitalize()}: {random_numbers.choice(PEOPLE)} speaks"
    text = f"A day at the {subject}.\n\n"
    people: list[tuple[str, int]] = []
    countries: list[tuple[str, int]] = []
    quotes: list[tuple[str, int, str, int]] = []
    acts: list[tuple[int, str, int, str, int, int]] = []
    times: list[tuple[str, int]] = []
    for _ in range(random_numbers.randint(2, 4)):
        words = f"“The {random_numbers.choice(SUBJECTS)} will take {random_numbers.randint(2, 90)} weeks,”"
        speaker = random_numbers.choice(PEOPLE)
        quotes.append((words, len(text), speaker, len(text) + len(words) + 6))
        people.append((speaker, len(text) + len(words) + 6))
        text += f"{words} said {speaker}. "
    for _ in range(random_numbers.randint(1, 3)):
        index = random_numbers.randrange(len(ACTS))
        actor, recipient = random_numbers.sample(sorted(COUNTRIES), 2)
        trigger = len(text) + len(actor) + 1
        act = ACTS[index][0]
        after = trigger + len(act) + 1
        acts.append((index, actor, len(text), recipient, after, trigger))
        countries += [(actor, len(text)), (recipient, after)]
        text += f"{actor} {act} {recipient} on "
        times.append(("Monday", len(text)))
        text += "Monday. "
    text = text.rstrip()
    page = stable_id("page", url, content_hash(text.encode()))
    return Draft(
        stable_id("article", url),
        page,
        title,
        text,
        tuple(people),
        tuple(countries),
        tuple(quotes),
        tuple(acts),
        tuple(times),
    )


def _page_rows(rows: dict[str, list[dict[str, Any]]], part: Part, draft: Draft, url: str, observed: datetime) -> None:
    rows["raw_pages"].append(_raw_page(part, draft.page_id, url, draft.text.encode(), observed))
    rows["fetches"].append(_fetch(part, url, observed, draft.page_id))
    rows["articles"].append(
        {
            "article_id": draft.article_id,
            "page_id": draft.page_id,
            "source": part.source,
            "url": url,
            "canonical_url": url,
            "title": draft.title,
            "title_origin": "h1",
            "authors": ["Kari Nes"],
            "published_at": observed - timedelta(hours=1),
            "published_date": part.day,
            "published_precision": "instant",
            "language": "en",
            "text": draft.text,
            "headings": [{"start": 0, "end": 5}],
            "is_live_blog": False,
            "word_count": len(draft.text.split()),
            "text_hash": content_hash(draft.text.encode()),
            "observed_at": observed,
            "part": part.name,
            "tool": "clean 1",
            **similarity(draft.text),
        }
    )


def similarity(text: str) -> dict[str, Any]:
    """The columns that the clean step derives from a text to compare it by."""
    found = signature(text)
    return {"similarity_signature": list(found.bands), "similarity_shingles": found.shingles} if found else {}


def _annotation_rows(rows: dict[str, list[dict[str, Any]]], part: Part, draft: Draft) -> None:
    common = {
        "article_id": draft.article_id,
        "page_id": draft.page_id,
        "part": part.name,
        "tool": "annotate 1",
        "model": "none 0",
    }
    rows["annotations"].append({**common, "nlp_status": "ok", "sentences": draft.text.count(". ") + 1})
    named = [(name, start, "person", f"person:{name}") for name, start in draft.people]
    named += [(name, start, "country", f"country:{COUNTRIES[name]}") for name, start in draft.countries]
    for name, start, type_, entity in named:
        label = "PERSON" if type_ == "person" else "GPE"
        mention = {"entity_id": entity, "start": start, "end": start + len(name), "surface": name}
        rows["entity_mentions"].append(
            {**common, **mention, "sentence": 0, "label": label, "kind": "name", "origin": "model"}
        )
    for entity in sorted({entity for *_, entity in named}):
        own = [(name, start, type_) for name, start, type_, each in named if each == entity]
        rows["entities"].append(
            {
                **common,
                "entity_id": entity,
                "name": own[0][0],
                "type": own[0][2],
                "country": entity.removeprefix("country:") if own[0][2] == "country" else None,
                "mentions": len(own),
                "first_start": min(start for _, start, _ in own),
                "in_title": own[0][0] in draft.title,
            }
        )
    _quote_rows(rows, common, draft)
    _event_rows(rows, common, part, draft)
    for surface, start in draft.times:
        span = {"start": start, "end": start + len(surface), "surface": surface}
        time = {**common, **span, "type": "DATE", "value": "2026-03-02", "method": "weekday"}
        rows["times"].append({name: value for name, value in time.items() if name != "model"})


def _quote_rows(rows: dict[str, list[dict[str, Any]]], common: dict[str, Any], draft: Draft) -> None:
    for sequence, (words, start, speaker, speaker_start) in enumerate(draft.quotes):
        end = start + len(words)
        rows["quotes"].append(
            {
                **common,
                "quote_id": stable_id("quote", draft.article_id, words, str(sequence)),
                "sequence": sequence,
                "quote_type": "direct",
                "content": words,
                "content_spans": [{"start": start, "end": end}],
                "verbatim": words[1:-1],
                "verbatim_spans": [{"start": start + 1, "end": end - 1}],
                "cue": "said",
                "cue_lemma": "say",
                "cue_start": end + 1,
                "cue_end": end + 5,
                "speaker_mention": speaker,
                "speaker_start": speaker_start,
                "speaker_end": speaker_start + len(speaker),
                "speaker_name": speaker,
                "speaker_entity_id": f"person:{speaker}",
                "speaker_kind": "person",
                "resolved_by": "full-name",
                "rule_id": "quote-cue-speaker",
                "confidence": 0.9,
            }
        )


def _event_rows(rows: dict[str, list[dict[str, Any]]], common: dict[str, Any], part: Part, draft: Draft) -> None:
    seen: dict[str, dict[str, Any]] = {}
    for index, actor, actor_start, recipient, recipient_start, trigger_start in draft.acts:
        trigger, event_type, root, quad = ACTS[index]
        event = stable_id("event", event_type, actor, recipient, str(part.day))
        kind = {"event_type": event_type, "cameo_root": root, "quad_class": quad, "status": "happened"}
        mention = {
            **common,
            **kind,
            "event_id": event,
            "sentence": 0,
            "sentence_start": actor_start,
            "sentence_end": recipient_start + len(recipient),
            "trigger": trigger,
            "trigger_start": trigger_start,
            "trigger_end": trigger_start + len(trigger),
            "actors": [_party(actor, actor_start)],
            "recipients": [_party(recipient, recipient_start)],
            "date_start": part.day,
            "date_end": part.day,
            "rule_id": event_type.lower(),
        }
        rows["event_mentions"].append(mention)
        if event in seen:
            seen[event]["mentions"] += 1
            continue
        seen[event] = {
            **common,
            **kind,
            "event_id": event,
            "actor_names": [actor],
            "actor_ids": [f"country:{COUNTRIES[actor]}"],
            "recipient_names": [recipient],
            "recipient_ids": [f"country:{COUNTRIES[recipient]}"],
            "date_start": part.day,
            "date_end": part.day,
            "report_date": part.day,
            "mentions": 1,
        }
    rows["events"] += seen.values()


def _party(name: str, start: int) -> dict[str, Any]:
    return {
        "text": name,
        "start": start,
        "end": start + len(name),
        "entity_id": f"country:{COUNTRIES[name]}",
        "name": name,
    }


def _raw_page(part: Part, page: str, url: str, body: bytes, observed: datetime) -> dict[str, Any]:
    return {
        "page_id": page,
        "source": part.source,
        "url": url,
        "final_url": url,
        "status": 200,
        "body": body,
        "content_hash": content_hash(body),
        "observed_at": observed,
        "part": part.name,
    }


def _discovery(part: Part, url: str, found_at: datetime) -> dict[str, Any]:
    return {
        "source": part.source,
        "url": url,
        "key": url,
        "found_in": f"https://{part.source}.example/feed.xml",
        "title": "A page",
        "found_at": found_at,
        "part": part.name,
    }


def _fetch(part: Part, url: str, started: datetime, page: str | None, *, outcome: str = "ok") -> dict[str, Any]:
    return {
        "fetch_id": stable_id("fetch", part.source, url, started.isoformat()),
        "source": part.source,
        "url": url,
        "purpose": "page",
        "started_at": started,
        "outcome": outcome,
        "page_id": page,
        "part": part.name,
    }


def with_column(table: pa.Table, name: str, values: Sequence[Any]) -> pa.Table:
    """The table with other values in one column."""
    index = table.schema.get_field_index(name)
    field = table.schema.field(name)
    return table.set_column(index, field, pa.array(values, type=field.type))


def later(part: Part, number: int) -> Part:
    return replace(part, number=number)


def contents(home: Home) -> dict[str, tuple[int, int]]:
    """Rows and an order-free hash of every table of the published database, but for when and how it was made."""
    with open_read_only(home) as connection:
        return {
            table.name: _content(connection, table, f"lake.{table.name}")
            for table in database_tables()
            if table.name not in _OF_ITS_TIME
        }


def lake_contents(world: World) -> dict[str, tuple[int, int]]:
    """What ``contents`` should say of the loaded tables, by the lake's files without the loader."""
    found = {}
    with duckdb.connect() as connection:
        for table in loaded_tables():
            rows = [
                table.schema.empty_table(),
                *(world.lake.read(file) for file in world.catalogue.files(table=table.name)),
            ]
            connection.register("arrow_rows", pa.concat_tables(rows))
            instants = [column.name for column in table.columns if column.type == INSTANT]
            naive = ", ".join(f"{name} AT TIME ZONE 'UTC' AS {name}" for name in instants)
            values = f"(SELECT * REPLACE ({naive}) FROM arrow_rows)" if instants else "arrow_rows"
            found[table.name] = _content(connection, table, values)
    return found


def assert_right(world: World) -> None:
    """The published database has exactly the rows of the lake, and of every article the page observed last."""
    assert contents(world.home).items() >= lake_contents(world).items()
    with open_read_only(world.home) as connection:
        [[wrong]] = connection.execute(
            """
            SELECT count(*)
            FROM (SELECT article_id, max(observed_at) AS observed_at FROM lake.articles GROUP BY article_id) AS newest
            FULL JOIN (SELECT article_id, observed_at FROM articles) AS shown USING (article_id)
            WHERE newest.observed_at IS DISTINCT FROM shown.observed_at
            """
        ).fetchall()
    assert wrong == 0


def is_whole(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether every table has the rows that the database says it has loaded, and all tables are of one state."""
    [[promised]] = connection.execute(
        "SELECT coalesce(sum(rows), 0) FROM lake.loaded_parts WHERE table_name <> 'raw_pages'"
    ).fetchall()
    counts = " + ".join(f"(SELECT count(*) FROM lake.{table.name})" for table in loaded_tables())
    [[found]] = connection.execute(f"SELECT {counts}").fetchall()
    [[shown, analysed, latest]] = connection.execute(
        "SELECT (SELECT count(*) FROM articles), (SELECT count(nlp_status) FROM articles), "
        "(SELECT count(DISTINCT article_id) FROM lake.articles)"
    ).fetchall()
    return bool(promised == found and shown == analysed == latest)


_OF_ITS_TIME = ("publication", "check_results", "runs")


def _content(connection: duckdb.DuckDBPyConnection, table: Table, relation: str) -> tuple[int, int]:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    [[rows, digest]] = connection.execute(
        f"SELECT count(*), coalesce(sum(hash(({columns}))::HUGEINT), 0) FROM {relation}"
    ).fetchall()
    return int(rows), int(digest)


def rebuilt(world: World, root: Path) -> Home:
    """Another home, in which everything was loaded from the same lake at once."""
    home = Home(root)
    root.mkdir()
    publish(home, world.catalogue, world.lake, now=world.now)
    return home
