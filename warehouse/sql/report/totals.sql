-- How much there is of the period, and of the equally long one before it: one row a period, the earlier one first.
-- column period: before or now.
-- column sources: Sources that have an article of it.
-- column quotes_named: Quotes whose speaker's name is known.
-- column events: Different events that its articles report.
WITH periods AS (
    SELECT 'before' AS period, $before::DATE AS first, $since::DATE AS past
    UNION ALL
    SELECT 'now', $since::DATE, $until::DATE
),
counted_articles AS (
    SELECT period, count(*) AS articles, count(DISTINCT source) AS sources
    FROM articles JOIN periods ON day >= first AND day < past
    WHERE list_contains($sources, source)
    GROUP BY period
),
counted_entities AS (
    SELECT period, count(DISTINCT entity_id) AS entities
    FROM entities JOIN periods ON day >= first AND day < past
    WHERE list_contains($sources, source)
    GROUP BY period
),
counted_quotes AS (
    SELECT period, count(*) AS quotes, count(speaker_name) AS quotes_named
    FROM quotes JOIN periods ON day >= first AND day < past
    WHERE list_contains($sources, source)
    GROUP BY period
),
counted_events AS (
    SELECT period, count(DISTINCT event_id) AS events
    FROM event_reports JOIN periods ON day >= first AND day < past
    WHERE list_contains($sources, source)
    GROUP BY period
)
SELECT
    period,
    coalesce(articles, 0) AS articles,
    coalesce(sources, 0) AS sources,
    coalesce(entities, 0) AS entities,
    coalesce(quotes, 0) AS quotes,
    coalesce(quotes_named, 0) AS quotes_named,
    coalesce(events, 0) AS events
FROM periods
LEFT JOIN counted_articles USING (period)
LEFT JOIN counted_entities USING (period)
LEFT JOIN counted_quotes USING (period)
LEFT JOIN counted_events USING (period)
ORDER BY period;
