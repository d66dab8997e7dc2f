-- Texts that several articles have word for word, such as agency copy: one row a text.
-- column articles: Articles with this text.
-- column sources: Sources that have it.
-- column first_day: Day of the first of them.
-- column last_day: Day of the last of them.
-- column titles: Their different headlines.
-- column agencies: News agencies they name.
-- column article_ids: The articles, by day.
CREATE VIEW story_copies AS
SELECT
    article.text_hash,
    count(*) AS articles,
    list_sort(list(DISTINCT article.source)) AS sources,
    min(latest.day) AS first_day,
    max(latest.day) AS last_day,
    list_sort(list(DISTINCT article.title) FILTER (article.title IS NOT NULL)) AS titles,
    list_sort(list(DISTINCT article.agency) FILTER (article.agency IS NOT NULL)) AS agencies,
    list(article.article_id ORDER BY latest.day, article.article_id) AS article_ids
FROM lake.articles AS article
JOIN lake.latest_pages AS latest ON latest.page_id = article.page_id AND latest.part = article.part
GROUP BY article.text_hash
HAVING count(*) > 1;
