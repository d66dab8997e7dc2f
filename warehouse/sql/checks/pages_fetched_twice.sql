-- Articles made twice from the same bytes of the same URL; views show one of them.
-- severity: warn
SELECT page_id, count(*) AS times, list(part ORDER BY part) AS parts
FROM lake.articles
GROUP BY page_id
HAVING count(*) > 1
