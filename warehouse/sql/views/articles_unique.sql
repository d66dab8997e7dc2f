-- Every text once: of articles with the same text, the one that was published first.
-- column copies: Articles with exactly this text, this one included.
-- column copied_by: Sources that have it.
CREATE VIEW articles_unique AS
WITH texts AS (
    SELECT
        min({
            'unknown': article.published_at IS NULL,
            'day': latest.day,
            'published_at': coalesce(article.published_at, article.observed_at),
            'page_id': article.page_id
        }).page_id AS page_id,
        count(*) AS copies,
        list_sort(list(DISTINCT article.source)) AS copied_by
    FROM lake.articles AS article
    JOIN lake.latest_pages AS latest ON latest.page_id = article.page_id AND latest.part = article.part
    GROUP BY article.text_hash
)
SELECT articles.*, texts.copies, texts.copied_by
FROM articles
JOIN texts ON texts.page_id = articles.page_id;
