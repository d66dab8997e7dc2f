-- Each source: its articles against the period before, and what they gave.
-- column before: Articles of the period before.
-- column quotes: Quotes in its articles of the period.
-- column events: Different events that they report.
-- column copies: Articles whose text is a copy of another one's.
WITH counted AS (
    SELECT
        source,
        count(*) FILTER (day >= $since::DATE) AS articles,
        count(*) FILTER (day < $since::DATE) AS before,
        count(duplicate_of) FILTER (day >= $since::DATE) AS copies
    FROM articles
    WHERE day >= $before::DATE AND day < $until::DATE
    GROUP BY source
),
quoted AS (
    SELECT source, count(*) AS quotes FROM quotes WHERE day >= $since::DATE AND day < $until::DATE GROUP BY source
),
reported AS (
    SELECT source, count(DISTINCT event_id) AS events
    FROM event_reports
    WHERE day >= $since::DATE AND day < $until::DATE
    GROUP BY source
)
SELECT
    wanted.source,
    coalesce(counted.articles, 0) AS articles,
    coalesce(counted.before, 0) AS before,
    coalesce(counted.copies, 0) AS copies,
    coalesce(quoted.quotes, 0) AS quotes,
    coalesce(reported.events, 0) AS events
FROM (SELECT unnest($sources) AS source) AS wanted
LEFT JOIN counted USING (source)
LEFT JOIN quoted USING (source)
LEFT JOIN reported USING (source)
ORDER BY articles DESC, wanted.source;
