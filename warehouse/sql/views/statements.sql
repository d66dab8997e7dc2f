-- Every statement once, however many articles print it: the same words, but for case, marks and spaces, of one speaker.
-- column statement: Its fullest form.
-- column first_day: Day of the first article that prints it.
-- column last_day: Day of the last one.
-- column n_articles: Articles that print it.
-- column n_sources: Sources of those articles.
-- column n_stories: Stories of those articles: copies of one text count once.
-- column sources: Their names.
-- column quote_ids: The quotations, by day.
CREATE VIEW statements AS
SELECT
    any_value(quotes.speaker_name ORDER BY length(quotes.speaker_name) DESC, quotes.speaker_name) AS speaker_name,
    quotes.speaker_entity_id,
    arg_max(quotes.content, {'length': length(quotes.content), 'content': quotes.content}) AS statement,
    min(quotes.day) AS first_day,
    max(quotes.day) AS last_day,
    count(DISTINCT quotes.article_id) AS n_articles,
    count(DISTINCT quotes.source) AS n_sources,
    count(DISTINCT coalesce(story.story_id, quotes.article_id)) AS n_stories,
    list_sort(list(DISTINCT quotes.source)) AS sources,
    list(quotes.quote_id ORDER BY quotes.day, quotes.quote_id) AS quote_ids
FROM quotes
LEFT JOIN lake.story_articles AS story ON story.article_id = quotes.article_id
GROUP BY
    quotes.speaker_entity_id,
    coalesce(quotes.speaker_entity_id, lower(coalesce(quotes.speaker_name, quotes.speaker_mention))),
    lower(regexp_replace(quotes.content, '[^\p{L}\p{N}]+', ' ', 'g'));
