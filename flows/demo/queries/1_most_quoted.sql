-- Who was quoted most, in how many outlets, and how did it sound?
SELECT speaker_name, count(*) AS quotes, count(DISTINCT source) AS outlets,
    arg_max(content, length(content)) FILTER (length(content) < 90 AND quote_type = 'direct') AS said
FROM quotes
WHERE speaker_name IS NOT NULL
GROUP BY speaker_name
ORDER BY quotes DESC, speaker_name
LIMIT 5;
