-- Mentions of changed parts whose entity the article does not have.
-- severity: warn
SELECT mention.part, mention.page_id, mention.surface, mention.entity_id
FROM (SELECT * FROM lake.entity_mentions WHERE part IN (SELECT part FROM changed_parts)) AS mention
ANTI JOIN lake.entities AS entity
    ON entity.page_id = mention.page_id AND entity.part = mention.part AND entity.entity_id = mention.entity_id
