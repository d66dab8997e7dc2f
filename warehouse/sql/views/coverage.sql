-- What was got of every source on every UTC day, from its first day to its last; days without anything are rows too.
-- column day: UTC day that the pages are filed under.
-- column status: How much of the day was fetched: done, partial, failed or missing; unplanned where no window covers it.
-- column expected: Pages that the source named for the day.
-- column got: Those of them that are in the lake, be it from another source.
-- column waiting: Those still to be asked for, or to be asked for again.
-- column refused: Those that could not be had and are not asked for again; missing_pages names them.
-- column pages: Raw pages stored, later versions of a page included.
-- column articles: Articles made from them.
-- column rejects: Pages refused.
-- column annotated: Articles that were annotated.
-- column fetches: Attempts to fetch something.
-- column fetch_failures: Attempts that failed; a site need not have robots.txt.
-- column usual_articles: Median of the articles of the 28 days before; NULL where there are none.
-- column gaps: Times of the day that were not fetched, as START/END.
CREATE VIEW coverage AS
WITH stored AS (
    SELECT
        source,
        day,
        sum(rows) FILTER (table_name = 'raw_pages') AS pages,
        sum(rows) FILTER (table_name = 'articles') AS articles,
        sum(rows) FILTER (table_name = 'rejects') AS rejects,
        sum(rows) FILTER (table_name = 'annotations') AS annotated
    FROM lake.loaded_parts
    GROUP BY source, day
),
attempts AS (
    SELECT
        split_part(part, '/', 2) AS source,
        split_part(part, '/', 1)::DATE AS day,
        count(*) AS fetches,
        count(*) FILTER (
            outcome NOT IN ('ok', 'not-modified') AND NOT (purpose = 'robots' AND outcome = 'http-4xx')
        ) AS fetch_failures
    FROM lake.fetches
    GROUP BY ALL
),
known AS (
    SELECT source, day FROM stored
    UNION
    SELECT source, day FROM lake.source_days
),
days AS (
    SELECT source, unnest(generate_series(min(day), max(day), INTERVAL 1 DAY))::DATE AS day
    FROM known
    GROUP BY source
)
SELECT
    days.source,
    days.day,
    coalesce(planned.status, 'unplanned') AS status,
    coalesce(planned.found, 0) AS expected,
    coalesce(planned.got, 0) AS got,
    coalesce(planned.waiting, 0) AS waiting,
    coalesce(planned.refused, 0) AS refused,
    coalesce(stored.pages, 0)::BIGINT AS pages,
    coalesce(stored.articles, 0)::BIGINT AS articles,
    coalesce(stored.rejects, 0)::BIGINT AS rejects,
    coalesce(stored.annotated, 0)::BIGINT AS annotated,
    coalesce(attempts.fetches, 0) AS fetches,
    coalesce(attempts.fetch_failures, 0) AS fetch_failures,
    median(coalesce(stored.articles, 0)) OVER (
        PARTITION BY days.source ORDER BY days.day ROWS BETWEEN 28 PRECEDING AND 1 PRECEDING
    ) AS usual_articles,
    coalesce(planned.gaps, []) AS gaps
FROM days
LEFT JOIN lake.source_days AS planned ON planned.source = days.source AND planned.day = days.day
LEFT JOIN stored ON stored.source = days.source AND stored.day = days.day
LEFT JOIN attempts ON attempts.source = days.source AND attempts.day = days.day;
