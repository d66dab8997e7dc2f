-- Stories that several sources tell in equal texts or texts much alike, those of most sources first.
-- column outlets: Sources that have the story, on whatever day.
-- column articles: Articles of the story.
SELECT title, sources AS outlets, articles, agencies, first_day, last_day
FROM stories
WHERE
    first_day < $until::DATE AND last_day >= $since::DATE
    AND len(sources) > 1
    AND list_has_any(sources, $sources)
ORDER BY len(sources) DESC, articles DESC, first_day, story_id
LIMIT 15;
