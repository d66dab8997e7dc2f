-- The events that most articles of the period report.
-- column articles: Articles of the period that report it.
WITH reported AS (
    SELECT
        event_id,
        coalesce(min(date_start), min(day)) AS day,
        min(event_type) AS event_type,
        min(quad_class) AS quad_class,
        arg_min(actor_names, {'day': day, 'page_id': page_id}) AS actors,
        arg_min(recipient_names, {'day': day, 'page_id': page_id}) AS recipients,
        arg_min(status, list_position(['happened', 'planned', 'denied', 'hypothetical'], status)) AS status,
        count(DISTINCT article_id) AS articles,
        count(DISTINCT source) AS sources,
        sum(mentions) AS mentions
    FROM event_reports
    WHERE day >= $since::DATE AND day < $until::DATE AND list_contains($sources, source)
    GROUP BY event_id
)
SELECT day, event_type, quad_class, actors, recipients, status, articles, sources
FROM reported
ORDER BY articles DESC, sources DESC, mentions DESC, event_id
LIMIT 10;
