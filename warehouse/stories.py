"""Copies of a text linked to stories, for the articles that a load touched and those they are connected with.

Expects the loader's temporary table ``touched_articles`` and ``lake.latest_pages`` already renewed. What comes out
depends on the articles alone and not on the order in which they were loaded: whatever a touched article was or is
connected with is linked anew.
"""

import duckdb

from transforms import duplicates
from warehouse.ddl import quoted
from warehouse.state import SIMILAR_ARTICLES, STORY_ARTICLES
from warehouse.statements import statement


def renew(connection: duckdb.DuckDBPyConnection) -> None:
    """Find what the touched articles are like, and link the stories anew that this can change."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE formerly_linked AS {_sql('formerly_linked')}")
    connection.execute(
        "DELETE FROM lake.similar_articles WHERE article_id IN (SELECT article_id FROM touched_articles) "
        "OR other_id IN (SELECT article_id FROM touched_articles)"
    )
    compared = {"max_days_apart": duplicates.MAX_DAYS_APART}
    connection.execute(f"CREATE OR REPLACE TEMP TABLE compared_articles AS {_sql('compared_articles')}", compared)
    connection.execute(
        f"INSERT INTO lake.{quoted(SIMILAR_ARTICLES.name)} BY NAME {_sql('similar_articles')}",
        {
            **compared,
            "slots": duplicates.SLOTS,
            "by_chance": 1 / 2**duplicates.SLOT_BITS,
            "min_resemblance": duplicates.MIN_RESEMBLANCE,
            "min_containment": duplicates.MIN_CONTAINMENT,
            "min_resemblance_of_contained": duplicates.MIN_RESEMBLANCE_OF_CONTAINED,
        },
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE connected_articles AS {_sql('connected_articles')}")
    connection.execute(
        "DELETE FROM lake.story_articles WHERE article_id IN (SELECT article_id FROM connected_articles)"
    )
    connection.execute(
        f"INSERT INTO lake.{quoted(STORY_ARTICLES.name)} BY NAME {_sql('story_articles')}",
        {"max_story_days": duplicates.MAX_STORY_DAYS},
    )
    for table in ("formerly_linked", "compared_articles", "connected_articles"):
        connection.execute(f"DROP TABLE temp.{table}")


def _sql(name: str) -> str:
    return statement("load", name).sql
