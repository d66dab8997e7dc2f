"""Copies of a text become one story, the same in whatever order and pieces they were loaded."""

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.lake_builder import World, contents, rebuilt, similarity
from transforms.identity import content_hash, stable_id
from transforms.schemas import TABLES
from warehouse.parts import Part
from warehouse.query import open_read_only

FIRST_DAY = date(2026, 3, 2)
WORDS = 150


def words(seed: int, count: int = WORDS) -> list[str]:
    numbers = random.Random(seed)
    return [f"w{numbers.randrange(10**6)}" for _ in range(count)]


def text(seed: int) -> str:
    return " ".join(words(seed))


def edited(seed: int, *, introduction: int) -> str:
    """A copy: another introduction, and a few words less at the end."""
    return " ".join(words(introduction, 20) + words(seed)[:-5])


def article(source: str, slug: str, content: str, *, day: int = 0, hour: int = 9, **other: Any) -> dict[str, Any]:
    url = f"https://{source}.example/{slug}"
    published = datetime.combine(FIRST_DAY + timedelta(days=day), datetime.min.time(), UTC) + timedelta(hours=hour)
    row = {
        "article_id": stable_id("article", url),
        "page_id": stable_id("page", url, content),
        "source": source,
        "url": url,
        "canonical_url": url,
        "title": slug,
        "published_at": published,
        "published_date": published.date(),
        "text": content,
        "headings": [],
        "is_live_blog": False,
        "word_count": len(content.split()),
        "text_hash": content_hash(content.encode()),
        "observed_at": published + timedelta(hours=1),
        "tool": "clean 1",
        **similarity(content),
    }
    return {**row, **other}


def tables(part: Part, rows: list[dict[str, Any]]) -> dict[str, Any]:
    empty = {name: table.rows([]) for name, table in TABLES.items()}
    return {**empty, "articles": TABLES["articles"].rows([{**row, "part": part.name} for row in rows])}


def add(world: World, *rows: dict[str, Any], number: int = 0) -> Part:
    """One part with the rows; their own sources stand in them."""
    part = Part(FIRST_DAY, "all", number)
    return world.add(part, tables(part, list(rows)))


def asked(world: World, query: str) -> list[tuple[Any, ...]]:
    with open_read_only(world.home) as connection:
        return connection.execute(query).fetchall()


def linked(world: World) -> dict[str, tuple[str | None, str | None]]:
    """Title → title of the original and kind."""
    query = """
        SELECT copy.title, original.title, copy.duplicate_kind
        FROM articles AS copy LEFT JOIN articles AS original ON original.article_id = copy.duplicate_of
    """
    return {title: (original, kind) for title, original, kind in asked(world, query)}


def test_equal_and_like_texts_are_copies_of_what_was_published_first(world: World) -> None:
    add(
        world,
        article("courier", "second", text(1), hour=10),
        article("ledger", "first", text(1), hour=8),
        article("gazette", "third", edited(1, introduction=50), hour=12),
        article("gazette", "other", text(2)),
    )
    world.publish()

    assert linked(world) == {
        "first": (None, None),
        "second": ("first", "exact"),
        "third": ("first", "near"),
        "other": (None, None),
    }
    [[story]] = asked(world, "SELECT DISTINCT story_id FROM articles WHERE title <> 'other'")
    assert story == stable_id("article", "https://ledger.example/first")
    assert asked(world, "SELECT story_id = article_id FROM articles WHERE title = 'other'") == [(True,)]
    assert asked(world, "SELECT title, copies, copied_by FROM articles_unique ORDER BY title") == [
        ("first", 3, ["courier", "gazette", "ledger"]),
        ("other", 1, ["gazette"]),
    ]
    assert asked(world, "SELECT title, articles, exact, sources, is_agency_copy FROM stories") == [
        ("first", 3, 2, ["courier", "gazette", "ledger"], False)
    ]


def test_of_a_day_without_an_hour_it_counts_the_end(world: World) -> None:
    add(
        world,
        article("courier", "hour known", text(1), hour=23),
        article("ledger", "day known", text(1), published_at=None),
        article("gazette", "nothing known", text(1), day=3, published_at=None, published_date=None),
    )
    world.publish()

    assert {title for title, (original, _) in linked(world).items() if original is None} == {"hour known"}


def test_a_story_in_several_sources_of_which_one_names_an_agency_is_agency_copy(world: World) -> None:
    add(
        world,
        article("courier", "wire", text(1), agency="AFP"),
        article("ledger", "wire too", edited(1, introduction=51), hour=11),
        article("courier", "own", text(2), agency="AFP"),
        article("courier", "own again", text(2), hour=10),
        article("courier", "signed", text(3), hour=9),
        article("ledger", "syndicated", text(3), hour=10),
    )
    world.publish()

    assert asked(world, "SELECT title, story_agency, is_agency_copy, agency FROM articles ORDER BY title") == [
        ("own", "AFP", False, "AFP"),
        ("own again", "AFP", False, None),
        ("signed", None, False, None),
        ("syndicated", None, False, None),
        ("wire", "AFP", True, "AFP"),
        ("wire too", "AFP", True, None),
    ]


def test_what_one_source_prints_on_another_day_with_changes_is_no_copy(world: World) -> None:
    add(
        world,
        article("courier", "weather", text(1)),
        article("courier", "weather again", edited(1, introduction=52), day=1),
        article("courier", "weather corrected", edited(1, introduction=57), hour=20),
        article("courier", "notice", text(2)),
        article("courier", "notice again", text(2), day=30),
    )
    world.publish()

    assert linked(world) == {
        "weather": (None, None),
        "weather again": (None, None),
        "weather corrected": ("weather", "near"),
        "notice": (None, None),
        "notice again": ("notice", "exact"),
    }


def test_like_texts_of_two_sources_are_copies_if_few_days_lie_between_them(world: World) -> None:
    add(
        world,
        article("courier", "report", text(1)),
        article("ledger", "late", edited(1, introduction=53), day=3),
        article("gazette", "too late", edited(1, introduction=54), day=7),
    )
    world.publish()

    assert linked(world) == {"report": (None, None), "late": ("report", "near"), "too late": (None, None)}


def test_a_chain_of_likenesses_is_cut_into_stories_of_a_week(world: World) -> None:
    sources = ("courier", "ledger")
    add(
        world,
        *(
            article(sources[day % 2], f"day {day:02}", edited(1, introduction=60 + day), day=day, hour=1)
            for day in range(20)
        ),
    )
    world.publish()

    assert asked(world, "SELECT count(*), count(DISTINCT chain_id) FROM lake.story_articles") == [(20, 1)]
    assert asked(world, "SELECT title, articles FROM stories ORDER BY title") == [
        ("day 00", 8),
        ("day 08", 8),
        ("day 16", 4),
    ]


def test_live_blogs_are_copies_only_where_their_texts_are_equal(world: World) -> None:
    add(
        world,
        article("courier", "live", text(1), is_live_blog=True),
        article("ledger", "live copy", text(1), hour=10, is_live_blog=True),
        article("courier", "live later", edited(1, introduction=55), hour=11, is_live_blog=True),
    )
    world.publish()

    assert linked(world) == {"live": (None, None), "live copy": ("live", "exact"), "live later": (None, None)}


def test_versions_of_an_article_are_no_copies_and_the_latest_decides(world: World) -> None:
    add(world, article("courier", "report", text(1)), article("ledger", "copy", text(1), hour=10))
    changed = article("ledger", "copy", text(2), hour=10)
    world.publish()
    assert linked(world)["copy"] == ("report", "exact")

    add(world, {**changed, "observed_at": changed["observed_at"] + timedelta(hours=5)}, number=1)
    world.publish()

    assert linked(world) == {"report": (None, None), "copy": (None, None)}
    assert asked(world, "SELECT count(*) FROM lake.story_articles") == [(0,)]
    assert asked(world, "SELECT count(*) FROM article_versions WHERE title = 'copy'") == [(2,)]


def test_a_story_falls_apart_when_what_held_it_together_leaves(world: World) -> None:
    first, second = words(1), words(2)
    between = " ".join(first + second)
    add(world, article("courier", "one", text(1)), article("ledger", "two", text(2), hour=10))
    middle = add(world, article("gazette", "both", between, hour=11), number=1)
    world.publish()
    assert {original for original, _ in linked(world).values()} == {None, "one"}

    world.replace(middle, tables(middle, []))
    world.publish()

    assert linked(world) == {"one": (None, None), "two": (None, None)}
    assert asked(world, "SELECT count(*) FROM lake.similar_articles") == [(0,)]


def test_an_article_from_before_signatures_is_linked_by_its_equal_text(world: World) -> None:
    old: dict[str, Any] = {"similarity_signature": None, "similarity_shingles": None}
    add(
        world,
        article("courier", "old", text(1), **old),
        article("ledger", "new", text(1), hour=10),
        article("gazette", "like the new one", edited(1, introduction=56), hour=11),
    )
    world.publish()

    assert {title: kind for title, (_, kind) in linked(world).items()} == {
        "old": None,
        "new": "exact",
        "like the new one": "near",
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_order_of_loads_replacements_and_removals_gives_the_same_stories(
    world: World, tmp_path: Path, seed: int
) -> None:
    numbers = random.Random(seed)
    parts: list[Part] = []
    for step in range(7):
        if parts and numbers.random() < 0.4:
            part = numbers.choice(parts)
            world.replace(part, tables(part, some_articles(numbers)) if numbers.random() < 0.7 else tables(part, []))
        else:
            parts.append(add(world, *some_articles(numbers), number=step))
        world.publish()

    assert asked(world, "SELECT count(*) > 0 FROM lake.similar_articles") == [(True,)]
    assert asked(world, "SELECT count(*) > 0 FROM stories WHERE exact > 1") == [(True,)]
    assert contents(world.home) == contents(rebuilt(world, tmp_path / "rebuilt"))


def some_articles(numbers: random.Random) -> list[dict[str, Any]]:
    """Articles of a few stories, some as copies, some under addresses that come again with other texts."""
    rows = {}
    for _ in range(12):
        source, slug, story = numbers.choice("abc"), f"s{numbers.randrange(25)}", numbers.randrange(6)
        content = text(story) if numbers.random() < 0.4 else edited(story, introduction=numbers.randrange(100, 104))
        if numbers.random() < 0.2:
            content = " ".join(words(story) + words(story + 1))
        row = article(source, slug, content, day=numbers.randrange(12), agency=numbers.choice([None, "AP", "dpa"]))
        rows[row["article_id"]] = {**row, "observed_at": row["observed_at"] + timedelta(minutes=numbers.randrange(999))}
    return list(rows.values())
