-- Sources (of at least 20 articles) in which more than a third of the articles have no date.
-- severity: warn
SELECT source, count(*) AS articles, count(*) FILTER (published_date IS NULL) AS undated
FROM lake.articles
GROUP BY source
HAVING count(*) >= 20 AND count(*) FILTER (published_date IS NULL) > count(*) / 3
