-- Entities with that id, that name in any article or a name that has these words: SELECT * FROM entity('harbour').
CREATE MACRO entity(wanted) AS TABLE
WITH found AS (
    SELECT entity_id
    FROM lake.entities
    WHERE length(wanted) > 0 AND (entity_id = wanted OR regexp_matches(name, '(?i)' || regexp_escape(wanted)))
    UNION
    SELECT entity_id
    FROM lake.entity_mentions
    WHERE lower(surface) = lower(wanted)
),
surfaces AS (
    SELECT entity_id, list_sort(list(DISTINCT surface)) AS surfaces
    FROM entity_mentions
    WHERE entity_id IN (FROM found)
    GROUP BY entity_id
)
SELECT
    entities.entity_id,
    arg_max(entities.name, {'mentions': entities.mentions, 'name': entities.name}) AS name,
    mode(entities.type ORDER BY entities.type) AS type,
    mode(entities.country ORDER BY entities.country) AS country,
    count(DISTINCT entities.article_id) AS n_articles,
    count(DISTINCT entities.source) AS n_sources,
    sum(entities.mentions)::BIGINT AS n_mentions,
    min(entities.day) AS first_day,
    max(entities.day) AS last_day,
    list_sort(list(DISTINCT entities.role) FILTER (entities.role IS NOT NULL)) AS roles,
    any_value(surfaces.surfaces) AS surfaces
FROM entities
LEFT JOIN surfaces ON surfaces.entity_id = entities.entity_id
WHERE entities.entity_id IN (FROM found)
GROUP BY entities.entity_id
ORDER BY n_articles DESC, entities.entity_id;
