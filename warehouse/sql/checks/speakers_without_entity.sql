-- Quotations whose speaker was resolved to an entity that the article does not have.
-- severity: warn
SELECT quote.part, quote.page_id, quote.quote_id, quote.speaker_name, quote.speaker_entity_id
FROM lake.quotes AS quote
ANTI JOIN lake.entities AS entity
    ON entity.page_id = quote.page_id AND entity.part = quote.part AND entity.entity_id = quote.speaker_entity_id
WHERE quote.speaker_entity_id IS NOT NULL
