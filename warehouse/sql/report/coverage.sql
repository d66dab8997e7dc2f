-- What was got of each source in the period against what it named, and the days that are not complete.
-- column days_done: Days fetched in full.
-- column expected: Pages that the source named for the days.
-- column got: Those of them that are in the lake.
-- column open_days: Days that are not done, with their status.
WITH days AS (
    SELECT unnest(generate_series($since::DATE, $until::DATE - 1, INTERVAL 1 DAY))::DATE AS day
),
statuses AS (
    SELECT
        wanted.source,
        days.day,
        coalesce(coverage.status, 'unplanned') AS status,
        coverage.expected,
        coverage.got,
        coverage.waiting,
        coverage.refused
    FROM (SELECT unnest($sources) AS source) AS wanted
    CROSS JOIN days
    LEFT JOIN coverage ON coverage.source = wanted.source AND coverage.day = days.day
)
SELECT
    source,
    count(*) AS days,
    count(*) FILTER (status = 'done') AS days_done,
    coalesce(sum(expected), 0)::BIGINT AS expected,
    coalesce(sum(got), 0)::BIGINT AS got,
    coalesce(sum(waiting), 0)::BIGINT AS waiting,
    coalesce(sum(refused), 0)::BIGINT AS refused,
    coalesce(
        list({'day': day, 'status': status} ORDER BY day) FILTER (status <> 'done'), []
    ) AS open_days
FROM statuses
GROUP BY source
ORDER BY source;
