-- Every event as each article reports it, in the articles' latest versions.
CREATE VIEW event_reports AS
SELECT latest.day, latest.source, events.*
FROM lake.events AS events
JOIN lake.latest_pages AS latest ON latest.page_id = events.page_id AND latest.part = events.part;
