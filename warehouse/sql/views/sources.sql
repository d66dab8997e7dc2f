-- Every source with what is stored of it.
-- column first_day: First day of which anything is known.
-- column last_day: Last day of which anything is known.
-- column days: Days from the first to the last.
-- column days_done: Days that were fetched in full.
-- column days_with_articles: Days that gave articles.
-- column pages: Raw pages stored.
-- column articles: Articles made from them, all versions.
-- column rejects: Pages refused.
-- column fetch_failures: Attempts to fetch something that failed.
CREATE VIEW sources AS
SELECT
    source,
    min(day) AS first_day,
    max(day) AS last_day,
    count(*) AS days,
    count(*) FILTER (status = 'done') AS days_done,
    count(*) FILTER (articles > 0) AS days_with_articles,
    sum(pages)::BIGINT AS pages,
    sum(articles)::BIGINT AS articles,
    sum(rejects)::BIGINT AS rejects,
    sum(fetch_failures)::BIGINT AS fetch_failures
FROM coverage
GROUP BY source;
