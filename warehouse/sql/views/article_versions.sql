-- Every stored version of every article, with what changed against the version before it.
-- column version: Number of the version, from 1 in the order of their changes: by the page's own word, else by fetching.
-- column is_latest: Whether the view articles shows this version.
-- column title_changed: Whether the headline differs from the version before; NULL in the first.
-- column text_changed: Whether the text differs from the version before; NULL in the first.
-- column previous_page_id: Page of the version before.
CREATE VIEW article_versions AS
WITH pages AS (
    -- A page that was fetched twice, byte for byte, is one version.
    SELECT article_id, page_id, part, least(modified_at, observed_at) AS changed_at, observed_at, title, text_hash
    FROM lake.articles
    QUALIFY row_number() OVER (PARTITION BY page_id ORDER BY observed_at, part) = 1
),
numbered AS (
    SELECT
        page_id,
        part,
        row_number() OVER versions AS version,
        title IS DISTINCT FROM lag(title) OVER versions AS title_changed,
        text_hash IS DISTINCT FROM lag(text_hash) OVER versions AS text_changed,
        lag(page_id) OVER versions AS previous_page_id
    FROM pages
    WINDOW versions AS (PARTITION BY article_id ORDER BY changed_at, observed_at, page_id)
)
SELECT
    article.article_id,
    numbered.version,
    latest.page_id = article.page_id AS is_latest,
    CASE WHEN numbered.version > 1 THEN numbered.title_changed END AS title_changed,
    CASE WHEN numbered.version > 1 THEN numbered.text_changed END AS text_changed,
    numbered.previous_page_id,
    article.* EXCLUDE (article_id, similarity_signature, similarity_shingles)
FROM lake.articles AS article
JOIN numbered ON numbered.page_id = article.page_id AND numbered.part = article.part
JOIN lake.latest_pages AS latest ON latest.article_id = article.article_id;
