-- Who did what to whom, and did it really happen?
SELECT day, event_type, list_aggregate(actor_names, 'string_agg', ', ') AS who,
    list_aggregate(recipient_names, 'string_agg', ', ') AS whom, status, n_articles
FROM events
WHERE len(actor_ids) > 0 AND len(recipient_ids) > 0
ORDER BY n_articles DESC, day, event_id
LIMIT 8;
