-- Every mention of an entity, in the articles' latest versions.
CREATE VIEW entity_mentions AS
SELECT latest.day, latest.source, entity_mentions.*
FROM lake.entity_mentions AS entity_mentions
JOIN lake.latest_pages AS latest ON latest.page_id = entity_mentions.page_id AND latest.part = entity_mentions.part;
