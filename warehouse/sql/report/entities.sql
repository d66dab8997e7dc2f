-- The entities in most articles, and how they moved against the period before.
-- column articles: Articles of the period that name it.
-- column sources: Sources of those articles.
-- column place: Rank by articles, then by sources, mentions and id.
-- column articles_before: Articles of the period before.
-- column place_before: Rank in the period before; NULL where nothing named it.
WITH counted AS (
    SELECT
        entity_id,
        day >= $since::DATE AS is_now,
        arg_max(name, {'mentions': mentions, 'name': name}) AS name,
        mode(type ORDER BY type) AS type,
        count(DISTINCT article_id) AS articles,
        count(DISTINCT source) AS sources,
        sum(mentions)::BIGINT AS mentions
    FROM entities
    WHERE day >= $before::DATE AND day < $until::DATE AND list_contains($sources, source)
    GROUP BY entity_id, is_now
),
ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY is_now ORDER BY articles DESC, sources DESC, mentions DESC, entity_id
        ) AS place
    FROM counted
)
SELECT
    now.place,
    now.entity_id,
    now.name,
    now.type,
    now.articles,
    now.sources,
    now.mentions,
    coalesce(earlier.articles, 0) AS articles_before,
    earlier.place AS place_before
FROM ranked AS now
LEFT JOIN ranked AS earlier ON earlier.entity_id = now.entity_id AND NOT earlier.is_now
WHERE now.is_now
ORDER BY now.place
LIMIT 20;
