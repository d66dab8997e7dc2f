-- Sources (of at least 20 articles) in which no article has an author.
-- severity: warn
SELECT source, count(*) AS articles
FROM lake.articles
GROUP BY source
HAVING count(*) >= 20 AND count(*) FILTER (len(authors) > 0) = 0
