-- Articles dated more than a day after they were fetched.
-- severity: warn
SELECT source, part, page_id, url, published_date, published_origin, observed_at
FROM lake.articles
WHERE published_date > observed_at::DATE + 1
