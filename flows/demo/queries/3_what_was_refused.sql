-- What is not in the articles, and why?
SELECT source, url, 'page refused: ' || reason AS why FROM rejects
UNION ALL
SELECT source, url, 'not fetched: ' || outcome FROM fetches WHERE failed
ORDER BY source, url;
