-- Articles that can be alike: those touched by this load, and those of the days around them, in their latest versions.
-- Live blogs are left out: each state of one repeats the state before it.
WITH touched_days AS (
    SELECT min(day) - $max_days_apart::INTEGER AS first, max(day) + $max_days_apart::INTEGER AS last
    FROM lake.latest_pages
    WHERE article_id IN (SELECT article_id FROM touched_articles)
)
SELECT
    row_number() OVER ()::INTEGER AS number,
    latest.article_id,
    latest.source,
    latest.day,
    article.similarity_signature AS signature,
    article.similarity_shingles AS shingles,
    latest.article_id IN (SELECT article_id FROM touched_articles) AS is_touched
FROM lake.latest_pages AS latest
JOIN lake.articles AS article ON article.page_id = latest.page_id AND article.part = latest.part
WHERE
    latest.day BETWEEN (SELECT first FROM touched_days) AND (SELECT last FROM touched_days)
    AND article.similarity_signature IS NOT NULL
    AND NOT article.is_live_blog
