-- Every entity once, over all articles: its names, and since when and how much it has been in the news.
-- column name: Name that most articles give as the fullest.
-- column n_articles: Articles that name it.
-- column n_stories: Stories of those articles: copies of one text count once.
-- column n_sources: Sources of those articles.
-- column n_mentions: Mentions in all of them.
-- column n_titles: Articles that name it in the headline.
-- column first_day: Day of the first article.
-- column last_day: Day of the last one.
-- column names: Different fullest names in articles; macro entity has all wordings.
-- column roles: Titles and roles printed with it.
CREATE VIEW canonical_entities AS
SELECT
    entities.entity_id,
    mode(entities.name ORDER BY entities.name) AS name,
    mode(entities.type ORDER BY entities.type) AS type,
    mode(entities.country ORDER BY entities.country) AS country,
    count(DISTINCT entities.article_id) AS n_articles,
    count(DISTINCT coalesce(story.story_id, entities.article_id)) AS n_stories,
    count(DISTINCT entities.source) AS n_sources,
    sum(entities.mentions)::BIGINT AS n_mentions,
    count(*) FILTER (entities.in_title) AS n_titles,
    min(entities.day) AS first_day,
    max(entities.day) AS last_day,
    list_sort(list(DISTINCT entities.name)) AS names,
    list_sort(list(DISTINCT entities.role) FILTER (entities.role IS NOT NULL)) AS roles
FROM entities
LEFT JOIN lake.story_articles AS story ON story.article_id = entities.article_id
GROUP BY entities.entity_id;
