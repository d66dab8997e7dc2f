-- Every time expression with the days it means, in the articles' latest versions.
CREATE VIEW times AS
SELECT latest.day, latest.source, times.*
FROM lake.times AS times
JOIN lake.latest_pages AS latest ON latest.page_id = times.page_id AND latest.part = times.part;
