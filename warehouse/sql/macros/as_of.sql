-- Every article in the latest version that had been fetched at that instant (UTC): SELECT * FROM as_of('2026-03-02 12:00').
CREATE MACRO as_of(instant) AS TABLE
SELECT article.*
FROM lake.articles AS article
JOIN (
    SELECT
        max({
            'changed_at': least(modified_at, observed_at),
            'observed_at': observed_at,
            'page_id': page_id,
            'part': part
        }) AS page
    FROM lake.articles
    WHERE observed_at <= instant::TIMESTAMP
    GROUP BY article_id
) AS latest
    ON latest.page.page_id = article.page_id AND latest.page.part = article.part
ORDER BY article.observed_at DESC, article.page_id;
