-- Articles whose title or text has the phrase, whatever its case, best first: SELECT * FROM search('climate summit').
CREATE MACRO search(phrase) AS TABLE
SELECT
    day,
    source,
    title,
    trim(
        regexp_replace(
            coalesce(
                nullif(regexp_extract(text, '(?is)\b.{0,60}' || regexp_escape(phrase) || '.{0,90}'), ''),
                left(text, 150)
            ),
            '\s+',
            ' ',
            'g'
        )
    ) AS snippet,
    len(regexp_extract_all(text, '(?i)' || regexp_escape(phrase)))
    + 5 * len(regexp_extract_all(coalesce(title, ''), '(?i)' || regexp_escape(phrase))) AS rank,
    url,
    article_id,
    page_id
FROM articles
WHERE
    length(phrase) > 0
    AND (
        regexp_matches(text, '(?i)' || regexp_escape(phrase))
        OR regexp_matches(title, '(?i)' || regexp_escape(phrase))
    )
ORDER BY rank DESC, day DESC, article_id;
