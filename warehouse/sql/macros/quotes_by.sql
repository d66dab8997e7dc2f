-- Quotations of speakers whose name has these words, or of that entity id: SELECT * FROM quotes_by('merkel').
CREATE MACRO quotes_by(who) AS TABLE
SELECT
    quotes.day,
    quotes.source,
    quotes.speaker_name,
    quotes.speaker_mention,
    quotes.content,
    quotes.quote_type,
    quotes.cue,
    articles.title,
    articles.url,
    quotes.article_id,
    quotes.page_id,
    quotes.quote_id
FROM quotes
JOIN articles ON articles.page_id = quotes.page_id AND articles.part = quotes.part
WHERE
    length(who) > 0
    AND (
        quotes.speaker_entity_id = who
        OR regexp_matches(coalesce(quotes.speaker_name, quotes.speaker_mention), '(?i)' || regexp_escape(who))
    )
ORDER BY quotes.day DESC, quotes.article_id, quotes.sequence;
