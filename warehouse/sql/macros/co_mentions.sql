-- Articles that name both entities, each by its id or full name: SELECT * FROM co_mentions('country:NO', 'Ada Lund').
CREATE MACRO co_mentions(one, other) AS TABLE
WITH named AS (
    SELECT
        page_id,
        part,
        sum(mentions) FILTER (entity_id = one OR lower(name) = lower(one)) AS mentions_of_one,
        sum(mentions) FILTER (entity_id = other OR lower(name) = lower(other)) AS mentions_of_other
    FROM entities
    WHERE entity_id IN (one, other) OR lower(name) IN (lower(one), lower(other))
    GROUP BY page_id, part
)
SELECT
    articles.day,
    articles.source,
    articles.title,
    named.mentions_of_one::BIGINT AS mentions_of_one,
    named.mentions_of_other::BIGINT AS mentions_of_other,
    articles.url,
    articles.article_id,
    articles.page_id
FROM named
JOIN articles ON articles.page_id = named.page_id AND articles.part = named.part
WHERE named.mentions_of_one > 0 AND named.mentions_of_other > 0
ORDER BY articles.day DESC, articles.article_id;
