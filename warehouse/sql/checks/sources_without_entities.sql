-- Sources (of at least 20 analysed articles) in which more than half of them have no entity.
-- severity: warn
SELECT latest.source, count(*) AS articles, count(*) FILTER (named.page_id IS NULL) AS without_entities
FROM lake.annotations AS annotation
JOIN lake.latest_pages AS latest ON latest.page_id = annotation.page_id AND latest.part = annotation.part
LEFT JOIN (SELECT DISTINCT page_id FROM lake.entities) AS named ON named.page_id = annotation.page_id
WHERE annotation.nlp_status = 'ok'
GROUP BY latest.source
HAVING count(*) >= 20 AND count(*) FILTER (named.page_id IS NULL) > count(*) / 2
