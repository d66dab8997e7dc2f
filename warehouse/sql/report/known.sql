-- What a report can be about: when the database was published, its sources, the last day that has articles by then.
-- column last_day: NULL where there are no articles.
SELECT
    publication.published_at,
    publication.definitions,
    (SELECT coalesce(list(source ORDER BY source), []) FROM sources) AS sources,
    (SELECT max(day) FROM articles WHERE day <= publication.published_at::DATE) AS last_day
FROM publication;
