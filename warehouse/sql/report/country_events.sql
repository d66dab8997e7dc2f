-- Events of the period from one country to another, by quad class: who did what to whom, where both are countries.
-- column actor: Country that acts.
-- column recipient: Country that it is done to.
-- column types: Types of these events with their number, the most frequent first.
WITH reported AS (
    SELECT DISTINCT
        event_id,
        event_type,
        quad_class,
        unnest(list_filter(actor_ids, lambda id: starts_with(id, 'country:'))) AS actor_id,
        list_filter(recipient_ids, lambda id: starts_with(id, 'country:')) AS recipient_ids
    FROM event_reports
    WHERE day >= $since::DATE AND day < $until::DATE AND list_contains($sources, source)
),
pairs AS (
    SELECT DISTINCT event_id, event_type, quad_class, actor_id, unnest(recipient_ids) AS recipient_id FROM reported
),
counted AS (
    SELECT actor_id, recipient_id, quad_class, event_type, count(*) AS events
    FROM pairs
    WHERE actor_id <> recipient_id
    GROUP BY ALL
),
names AS (
    SELECT entity_id, min(name) AS name FROM lake.entities WHERE starts_with(entity_id, 'country:') GROUP BY entity_id
)
SELECT
    coalesce(actors.name, actor_id) AS actor,
    coalesce(recipients.name, recipient_id) AS recipient,
    quad_class,
    sum(events)::BIGINT AS events,
    string_agg(event_type || ' ' || events, ', ' ORDER BY events DESC, event_type) AS types
FROM counted
LEFT JOIN names AS actors ON actors.entity_id = actor_id
LEFT JOIN names AS recipients ON recipients.entity_id = recipient_id
GROUP BY actor_id, recipient_id, actors.name, recipients.name, quad_class
ORDER BY sum(sum(events)) OVER (PARTITION BY actor_id, recipient_id) DESC, actor, recipient, actor_id, recipient_id, quad_class;
