-- Who was quoted most, and by how many outlets?
SELECT speaker_name, count(*) AS quotes, count(DISTINCT source) AS outlets, min(content) AS for_example
FROM quotes
WHERE speaker_name IS NOT NULL
GROUP BY speaker_name
ORDER BY quotes DESC, speaker_name
LIMIT 5;
