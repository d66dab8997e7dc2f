-- Days of a source (of at least 10 attempts) on which more than half of the attempts to fetch failed.
-- severity: warn
SELECT source, day, fetches, fetch_failures
FROM coverage
WHERE fetches >= 10 AND fetch_failures > fetches / 2
