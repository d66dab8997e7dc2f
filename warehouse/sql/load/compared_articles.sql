-- Articles that can be alike: those touched by this load, and those of the days around them, in their latest versions.
-- Live blogs are left out: each state of one repeats the state before it.
WITH near_days AS (
    SELECT DISTINCT touched.day + apart.days::INTEGER AS day
    FROM (
        SELECT DISTINCT day FROM lake.latest_pages WHERE article_id IN (SELECT article_id FROM touched_articles)
    ) AS touched
    CROSS JOIN (SELECT unnest(range(-$max_days_apart::INTEGER, $max_days_apart::INTEGER + 1)) AS days) AS apart
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
    latest.day IN (SELECT day FROM near_days)
    AND article.similarity_signature IS NOT NULL
    AND NOT article.is_live_blog
