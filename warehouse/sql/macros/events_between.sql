-- Events between two countries or their people, in either direction, by ISO codes: SELECT * FROM events_between('US', 'CN').
CREATE MACRO events_between(one, other) AS TABLE
WITH parties AS (
    SELECT
        list(DISTINCT entity_id) FILTER (country = upper(one) OR entity_id = 'country:' || upper(one)) AS of_one,
        list(DISTINCT entity_id) FILTER (country = upper(other) OR entity_id = 'country:' || upper(other)) AS of_other
    FROM lake.entities
)
SELECT events.*
FROM events, parties
WHERE
    (list_has_any(actor_ids, of_one) AND list_has_any(recipient_ids, of_other))
    OR (list_has_any(actor_ids, of_other) AND list_has_any(recipient_ids, of_one))
ORDER BY day DESC, event_id;
