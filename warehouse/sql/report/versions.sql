-- Tools that made what the database holds of the period.
-- column files: Files of the lake that each of them made.
SELECT tool, count(*) AS files
FROM lake.loaded_parts
WHERE day >= $since::DATE AND day < $until::DATE AND list_contains($sources, source)
GROUP BY tool
ORDER BY tool;
