-- Days of a source (of at least 10 pages) on which more than half of the pages gave no article.
-- severity: warn
SELECT source, day, pages, rejects
FROM coverage
WHERE pages >= 10 AND rejects > pages / 2
