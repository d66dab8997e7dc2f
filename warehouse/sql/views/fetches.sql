-- Every attempt to fetch something.
-- column day: UTC day of the attempt.
-- column failed: Whether it failed: neither an answer nor a file, or one that says no; a site need not have robots.txt.
CREATE VIEW fetches AS
SELECT
    started_at::DATE AS day,
    outcome NOT IN ('ok', 'not-modified') AND NOT (purpose = 'robots' AND outcome = 'http-4xx') AS failed,
    fetches.*
FROM lake.fetches AS fetches;
