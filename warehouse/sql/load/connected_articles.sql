-- Articles whose story this load can change: touched ones, those that equal or like texts connect with them, and all
-- that were in one chain with any of these.
WITH touched_texts AS (
    SELECT article.text_hash
    FROM lake.latest_pages AS latest
    JOIN lake.articles AS article ON article.page_id = latest.page_id AND article.part = latest.part
    WHERE latest.article_id IN (SELECT article_id FROM touched_articles)
),
neighbours AS (
    SELECT latest.article_id
    FROM lake.latest_pages AS latest
    JOIN lake.articles AS article ON article.page_id = latest.page_id AND article.part = latest.part
    WHERE article.text_hash IN (SELECT text_hash FROM touched_texts)
    UNION
    SELECT other_id FROM lake.similar_articles WHERE article_id IN (SELECT article_id FROM touched_articles)
)
SELECT article_id FROM formerly_linked
UNION
SELECT article_id FROM neighbours
UNION
SELECT article_id
FROM lake.story_articles
WHERE chain_id IN (SELECT chain_id FROM lake.story_articles WHERE article_id IN (SELECT article_id FROM neighbours))
