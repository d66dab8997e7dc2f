-- Days of a source (of at least 10 articles) on which its usual language, that of four fifths, is that of less than half.
-- severity: warn
WITH days AS (
    SELECT source, observed_at::DATE AS day, language, count(*) AS articles
    FROM lake.articles
    WHERE language IS NOT NULL
    GROUP BY ALL
),
usual AS (
    SELECT source, arg_max(language, articles) AS language
    FROM (SELECT source, language, sum(articles) AS articles FROM days GROUP BY ALL)
    GROUP BY source
    HAVING max(articles) >= 0.8 * sum(articles)
)
SELECT
    days.source,
    days.day,
    usual.language AS usual_language,
    sum(days.articles)::BIGINT AS articles,
    coalesce(sum(days.articles) FILTER (days.language = usual.language), 0)::BIGINT AS in_usual_language
FROM days
JOIN usual ON usual.source = days.source
GROUP BY ALL
HAVING sum(days.articles) >= 10
    AND coalesce(sum(days.articles) FILTER (days.language = usual.language), 0) < 0.5 * sum(days.articles)
