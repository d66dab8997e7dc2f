-- Pages filed under days of the period that gave no article, by reason, with one of them.
-- column sources: Sources that have such pages.
-- column sample_url: One of the pages.
-- column sample_detail: What was seen in it.
SELECT
    reason,
    count(*) AS pages,
    list_sort(list(DISTINCT source)) AS sources,
    min_by(url, {'url': url, 'page': page_id}) AS sample_url,
    min_by(detail, {'url': url, 'page': page_id}) AS sample_detail
FROM (SELECT split_part(part, '/', 1)::DATE AS filed_under, * FROM rejects)
WHERE filed_under >= $since::DATE AND filed_under < $until::DATE AND list_contains($sources, source)
GROUP BY reason
ORDER BY pages DESC, reason;
