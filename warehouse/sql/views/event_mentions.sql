-- Every place in a text that reports an event, in the articles' latest versions.
CREATE VIEW event_mentions AS
SELECT latest.day, latest.source, event_mentions.*
FROM lake.event_mentions AS event_mentions
JOIN lake.latest_pages AS latest ON latest.page_id = event_mentions.page_id AND latest.part = event_mentions.part;
