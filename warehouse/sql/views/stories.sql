-- Stories that several articles tell in equal texts or texts much alike, such as agency copy: one row a story.
-- column story_id: The story: the id of its original, the article that was published first.
-- column articles: Articles of the story.
-- column exact: Those of them whose text is that of the original, itself included.
-- column sources: Sources that have one.
-- column first_day: Day of the first of them.
-- column last_day: Day of the last of them.
-- column title: The original's headline.
-- column titles: Their different headlines.
-- column agencies: News agencies they name.
-- column is_agency_copy: Whether several sources have the story and one of its articles names a news agency.
-- column article_ids: The articles, by day.
CREATE VIEW stories AS
SELECT
    story.story_id,
    count(*) AS articles,
    count(*) FILTER (story.duplicate_kind IS DISTINCT FROM 'near') AS exact,
    list_sort(list(DISTINCT article.source)) AS sources,
    min(latest.day) AS first_day,
    max(latest.day) AS last_day,
    any_value(article.title) FILTER (story.story_id = story.article_id) AS title,
    list_sort(list(DISTINCT article.title) FILTER (article.title IS NOT NULL)) AS titles,
    list_sort(list(DISTINCT article.agency) FILTER (article.agency IS NOT NULL)) AS agencies,
    bool_or(story.is_agency_copy) AS is_agency_copy,
    list(article.article_id ORDER BY latest.day, article.article_id) AS article_ids
FROM lake.story_articles AS story
JOIN lake.latest_pages AS latest ON latest.article_id = story.article_id
JOIN lake.articles AS article ON article.page_id = latest.page_id AND article.part = latest.part
GROUP BY story.story_id
HAVING count(*) > 1;
