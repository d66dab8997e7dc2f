-- Events that articles of the period report, by the day or week that they are dated to and by quad class.
-- column bucket: The day, or the Monday of the week; NULL for events dated outside the period.
-- column events: Different events; one that no article dates counts on the day of its first report.
WITH reported AS (
    SELECT event_id, coalesce(min(date_start), min(day)) AS day, min(quad_class) AS quad_class
    FROM event_reports
    WHERE day >= $since::DATE AND day < $until::DATE AND list_contains($sources, source)
    GROUP BY event_id
)
SELECT
    CASE WHEN day >= $since::DATE AND day < $until::DATE THEN date_trunc($step, day)::DATE END AS bucket,
    quad_class,
    count(*) AS events
FROM reported
GROUP BY ALL
ORDER BY bucket NULLS LAST, quad_class;
