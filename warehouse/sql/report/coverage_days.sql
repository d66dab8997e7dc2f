-- How complete each source is in each day or week of the period.
-- column bucket: The day, or the Monday of the week.
-- column status: The worst of its days: failed, missing, partial, unplanned where no window covers it, done.
WITH days AS (
    SELECT unnest(generate_series($since::DATE, $until::DATE - 1, INTERVAL 1 DAY))::DATE AS day
)
SELECT
    wanted.source,
    date_trunc($step, days.day)::DATE AS bucket,
    arg_min(
        coalesce(coverage.status, 'unplanned'),
        list_position(['failed', 'missing', 'partial', 'unplanned', 'done'], coalesce(coverage.status, 'unplanned'))
    ) AS status
FROM (SELECT unnest($sources) AS source) AS wanted
CROSS JOIN days
LEFT JOIN coverage ON coverage.source = wanted.source AND coverage.day = days.day
GROUP BY ALL
ORDER BY wanted.source, bucket;
