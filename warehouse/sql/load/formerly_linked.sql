-- Touched articles, and all that were in one chain with one of them before this load.
SELECT article_id FROM touched_articles
UNION
SELECT article_id
FROM lake.story_articles
WHERE chain_id IN (
    SELECT chain_id FROM lake.story_articles WHERE article_id IN (SELECT article_id FROM touched_articles)
)
