-- The page that counts, for every article of which a page came or went: the one with the latest change, by the
-- page's own word where it has one, for an older capture may be read after a newer one; never later than its fetching.
SELECT
    article_id,
    newest.page_id AS page_id,
    newest.part AS part,
    newest.source AS source,
    newest.day AS day,
    versions,
    first_observed_at
FROM (
    SELECT
        article_id,
        max({
            'changed_at': least(modified_at, observed_at),
            'observed_at': observed_at,
            'page_id': page_id,
            'part': part,
            'source': source,
            'day': coalesce(published_date, observed_at::DATE)
        }) AS newest,
        count(DISTINCT page_id)::INTEGER AS versions,
        min(observed_at) AS first_observed_at
    FROM lake.articles
    WHERE article_id IN (SELECT article_id FROM touched_articles)
    GROUP BY article_id
)
