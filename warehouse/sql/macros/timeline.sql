-- How often an entity was in the news, day by day, by its id or full name: SELECT * FROM timeline('country:NO').
CREATE MACRO timeline(wanted) AS TABLE
SELECT
    day,
    entity_id,
    count(DISTINCT article_id) AS n_articles,
    count(DISTINCT source) AS n_sources,
    sum(mentions)::BIGINT AS n_mentions,
    count(*) FILTER (in_title) AS n_titles
FROM entities
WHERE entity_id = wanted OR lower(name) = lower(wanted)
GROUP BY day, entity_id
ORDER BY day, entity_id;
