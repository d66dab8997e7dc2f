-- The stories of the connected articles. Equal and like texts connect articles to chains. A chain's days are counted off
-- from its first article in spans of a week and a day, each a story; an article goes with the first one that has its
-- text. A story's original is what was published first: where only the day is known, at its end; then by page.
WITH RECURSIVE placed AS (
    SELECT
        latest.article_id,
        latest.source,
        latest.day,
        article.text_hash,
        article.agency,
        row_number() OVER (
            ORDER BY
                coalesce(article.published_at, article.published_date + INTERVAL 1 DAY, article.observed_at),
                article.page_id
        ) AS number
    FROM lake.latest_pages AS latest
    JOIN lake.articles AS article ON article.page_id = latest.page_id AND article.part = latest.part
    WHERE latest.article_id IN (SELECT article_id FROM connected_articles)
),
texts AS (
    SELECT
        *,
        min(number) OVER same_text AS first_with_text,
        arg_min(day, number) OVER same_text AS day_of_text
    FROM placed
    WINDOW same_text AS (PARTITION BY text_hash)
),
links AS (
    SELECT one.number, other.number AS other_number
    FROM lake.similar_articles AS pair
    JOIN placed AS one ON one.article_id = pair.article_id
    JOIN placed AS other ON other.article_id = pair.other_id
    UNION ALL
    SELECT number, first_with_text FROM texts WHERE number <> first_with_text
    UNION ALL
    SELECT first_with_text, number FROM texts WHERE number <> first_with_text
),
-- Each takes the least number that reaches it, until none changes.
chains(number, chain) USING KEY (number) AS (
    SELECT number, number AS chain FROM placed
    UNION
    SELECT links.other_number, min(chains.chain)
    FROM chains
    JOIN links ON links.number = chains.number
    JOIN recurring.chains AS reached ON reached.number = links.other_number
    GROUP BY links.other_number
    HAVING min(chains.chain) < min(reached.chain)
),
spans AS (
    SELECT
        texts.*,
        chains.chain,
        (texts.day_of_text - min(texts.day_of_text) OVER (PARTITION BY chains.chain)) // ($max_story_days + 1) AS span
    FROM texts
    JOIN chains ON chains.number = texts.number
),
stories AS (
    SELECT
        *,
        min(number) OVER story AS original,
        arg_min(text_hash, number) OVER story AS original_text,
        arg_min(agency, number) FILTER (agency IS NOT NULL) OVER story AS story_agency,
        min(source) OVER story <> max(source) OVER story AS in_several_sources,
        count(*) OVER chain AS chain_length
    FROM spans
    WINDOW story AS (PARTITION BY chain, span), chain AS (PARTITION BY chain)
)
SELECT
    stories.article_id,
    first_of_chain.article_id AS chain_id,
    original.article_id AS story_id,
    CASE
        WHEN stories.number = stories.original THEN NULL
        WHEN stories.text_hash = stories.original_text THEN 'exact'
        ELSE 'near'
    END AS duplicate_kind,
    stories.story_agency,
    stories.in_several_sources AND stories.story_agency IS NOT NULL AS is_agency_copy
FROM stories
JOIN placed AS first_of_chain ON first_of_chain.number = stories.chain
JOIN placed AS original ON original.number = stories.original
WHERE stories.chain_length > 1
