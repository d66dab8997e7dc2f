-- Every entity of every article, in the article's latest version: one row an article and entity.
CREATE VIEW entities AS
SELECT latest.day, latest.source, entities.*
FROM lake.entities AS entities
JOIN lake.latest_pages AS latest ON latest.page_id = entities.page_id AND latest.part = entities.part;
