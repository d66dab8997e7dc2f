-- Every story once, by its original: the article that was published first, of equal texts and texts much alike.
-- column copies: Articles of the story, this one included.
-- column copied_by: Sources that have one.
CREATE VIEW articles_unique AS
SELECT
    articles.*,
    coalesce(copied.copies, 1) AS copies,
    coalesce(copied.copied_by, [articles.source]) AS copied_by
FROM articles
LEFT JOIN (
    SELECT story.story_id, count(*) AS copies, list_sort(list(DISTINCT latest.source)) AS copied_by
    FROM lake.story_articles AS story
    JOIN lake.latest_pages AS latest ON latest.article_id = story.article_id
    GROUP BY story.story_id
) AS copied ON copied.story_id = articles.article_id
WHERE articles.duplicate_of IS NULL;
