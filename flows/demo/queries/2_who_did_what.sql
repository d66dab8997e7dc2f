-- Which country did what to which, and did it really happen?
SELECT day, event_type, actor_names AS who, recipient_names AS whom, status, n_articles AS articles
FROM events
WHERE len(list_filter(actor_ids || recipient_ids, lambda id: id LIKE 'country:%')) >= 2
ORDER BY n_sources DESC, day, event_type, event_id
LIMIT 10;
