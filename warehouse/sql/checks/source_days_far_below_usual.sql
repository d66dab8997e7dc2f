-- Days fetched in full that gave less than a fifth of the source's usual articles (of at least 10 a day).
-- severity: warn
SELECT source, day, articles, usual_articles
FROM coverage
WHERE status = 'done' AND usual_articles >= 10 AND articles < usual_articles / 5
