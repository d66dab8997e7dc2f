-- Who was quoted most: speakers whose name is known, with one of their quotes.
-- column outlets: Sources that quote them.
-- column sample: A quote of theirs: one in quotation marks before others, then the one nearest to 140 characters.
-- column sample_url: Address of the article that it stands in.
WITH named AS (
    SELECT
        coalesce(quotes.speaker_entity_id, quotes.speaker_name) AS speaker,
        quotes.*,
        articles.title,
        articles.url
    FROM quotes
    JOIN articles ON articles.page_id = quotes.page_id
    WHERE
        quotes.day >= $since::DATE AND quotes.day < $until::DATE
        AND list_contains($sources, quotes.source)
        AND quotes.speaker_name IS NOT NULL
),
samples AS (
    SELECT *
    FROM named
    QUALIFY row_number() OVER (
        PARTITION BY speaker
        ORDER BY
            list_position(['direct', 'mixed', 'indirect'], quote_type),
            abs(length(content) - 140),
            confidence DESC,
            quote_id,
            page_id
    ) = 1
)
SELECT
    mode(named.speaker_name ORDER BY named.speaker_name) AS name,
    mode(named.speaker_kind ORDER BY named.speaker_kind) AS kind,
    count(*) AS quotes,
    count(DISTINCT named.source) AS outlets,
    count(DISTINCT named.article_id) AS articles,
    any_value(samples.content) AS sample,
    any_value(samples.source) AS sample_source,
    any_value(samples.day) AS sample_day,
    any_value(samples.title) AS sample_title,
    any_value(samples.url) AS sample_url
FROM named
JOIN samples USING (speaker)
GROUP BY named.speaker
ORDER BY quotes DESC, outlets DESC, name, named.speaker
LIMIT 15;
