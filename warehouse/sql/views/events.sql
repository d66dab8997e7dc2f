-- Every event once, over all articles that report it.
-- column day: First day of the event; where no article dates it, the day of the first report.
-- column n_articles: Articles that report it.
-- column n_sources: Sources of those articles.
-- column n_stories: Stories of those articles: copies of one text count once, so these are independent reports.
-- column n_mentions: Mentions in all of them.
-- column first_reported: Day of the first article.
-- column last_reported: Day of the last article.
-- column status: Whether it took place: the strongest of happened, planned, denied, hypothetical in any article.
-- column place: Where, by the first article that tells.
-- column article_ids: The articles, by day.
CREATE VIEW events AS
SELECT
    event_id,
    coalesce(min(date_start), min(day)) AS day,
    min(event_type) AS event_type,
    min(mode) AS mode,
    min(cameo_root) AS cameo_root,
    min(quad_class) AS quad_class,
    arg_min(actor_names, {'day': day, 'page_id': page_id}) AS actor_names,
    arg_min(recipient_names, {'day': day, 'page_id': page_id}) AS recipient_names,
    arg_min(actor_ids, {'day': day, 'page_id': page_id}) AS actor_ids,
    arg_min(recipient_ids, {'day': day, 'page_id': page_id}) AS recipient_ids,
    arg_min(place, {'day': day, 'page_id': page_id}) FILTER (place IS NOT NULL) AS place,
    arg_min(status, list_position(['happened', 'planned', 'denied', 'hypothetical'], status)) AS status,
    min(date_start) AS date_start,
    max(date_end) AS date_end,
    count(DISTINCT event_reports.article_id) AS n_articles,
    count(DISTINCT source) AS n_sources,
    count(DISTINCT coalesce(story.story_id, event_reports.article_id)) AS n_stories,
    sum(mentions)::BIGINT AS n_mentions,
    min(day) AS first_reported,
    max(day) AS last_reported,
    list(event_reports.article_id ORDER BY day, event_reports.article_id) AS article_ids
FROM event_reports
LEFT JOIN lake.story_articles AS story ON story.article_id = event_reports.article_id
GROUP BY event_id;
