-- Characters of a text from first until before last, with those around them: SELECT * FROM context(page_id, 120, 140).
-- The page is named by its page_id; an article_id stands for the article's latest version.
CREATE MACRO context(id, first, last) AS TABLE
SELECT
    regexp_replace(substr(text, greatest(1, first - 99), first - greatest(0, first - 100)), '\s+', ' ', 'g') AS before,
    substr(text, first + 1, last - first) AS surface,
    regexp_replace(substr(text, last + 1, 100), '\s+', ' ', 'g') AS after,
    title,
    url,
    observed_at,
    page_id
FROM lake.articles
WHERE
    (page_id = id OR page_id = (SELECT latest.page_id FROM lake.latest_pages AS latest WHERE latest.article_id = id))
    AND first >= 0
    AND last >= first
QUALIFY row_number() OVER (PARTITION BY page_id ORDER BY part) = 1;
