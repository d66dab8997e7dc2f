-- Pages that sources named for the period and the lake has not, by what came of the last attempt.
-- column last_outcome: Kind of the last failure; NULL where it has not been asked for.
SELECT
    coalesce(last_outcome, 'not asked for') AS last_outcome,
    count(*) AS pages,
    list_sort(list(DISTINCT source)) AS sources,
    min(url) AS sample_url,
    arg_min(last_detail, {'url': url, 'source': source}) AS sample_detail
FROM missing_pages
WHERE day >= $since::DATE AND day < $until::DATE AND list_contains($sources, source)
GROUP BY ALL
ORDER BY pages DESC, last_outcome;
