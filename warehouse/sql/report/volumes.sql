-- Articles of each source in each day or week of the period; days without any are rows too.
-- column bucket: The day, or the Monday of the week.
-- column articles: Articles in their latest version, by their day of publication.
WITH buckets AS (
    SELECT DISTINCT date_trunc($step, day)::DATE AS bucket
    FROM (SELECT unnest(generate_series($since::DATE, $until::DATE - 1, INTERVAL 1 DAY)) AS day)
),
counted AS (
    SELECT source, date_trunc($step, day)::DATE AS bucket, count(*) AS articles
    FROM articles
    WHERE day >= $since::DATE AND day < $until::DATE
    GROUP BY ALL
)
SELECT wanted.source, buckets.bucket, coalesce(counted.articles, 0) AS articles
FROM (SELECT unnest($sources) AS source) AS wanted
CROSS JOIN buckets
LEFT JOIN counted USING (source, bucket)
ORDER BY wanted.source, buckets.bucket;
