-- Pairs of a touched article and another one whose texts are alike, in both directions. Two texts are compared where
-- they share a number of their signatures at the same place; those of one source, where they are of one day.
WITH bands AS (
    SELECT
        number,
        is_touched,
        unnest(list_transform(signature, lambda band, place: place::UBIGINT * 4294967296 + band)) AS band
    FROM compared_articles
),
candidates AS (
    SELECT DISTINCT one.number AS number, other.number AS other_number
    FROM bands AS one
    JOIN bands AS other ON other.band = one.band
    -- A pair of touched articles is found once.
    WHERE one.is_touched AND one.number <> other.number AND (NOT other.is_touched OR one.number < other.number)
),
differences AS (
    SELECT
        one.article_id,
        other.article_id AS other_id,
        one.shingles AS shingles,
        other.shingles AS other_shingles,
        list_transform(list_zip(one.signature, other.signature), lambda bands: xor(bands[1], bands[2])) AS bands
    FROM candidates
    JOIN compared_articles AS one ON one.number = candidates.number
    JOIN compared_articles AS other ON other.number = candidates.other_number
    WHERE abs(one.day - other.day) <= CASE WHEN one.source = other.source THEN 0 ELSE $max_days_apart END
),
resemblances AS (
    SELECT
        article_id,
        other_id,
        shingles,
        other_shingles,
        -- Slots of 8 bits that are equal, without those that are so by chance.
        greatest(
            0,
            (
                list_sum(
                    list_transform(
                        bands,
                        lambda band: (band & 255 = 0)::INTEGER
                        + ((band >> 8) & 255 = 0)::INTEGER
                        + ((band >> 16) & 255 = 0)::INTEGER
                        + (band >> 24 = 0)::INTEGER
                    )
                )
                / $slots::DOUBLE
                - $by_chance::DOUBLE
            )
            / (1 - $by_chance::DOUBLE)
        ) AS resemblance
    FROM differences
),
pairs AS (
    SELECT
        article_id,
        other_id,
        resemblance,
        least(
            1,
            resemblance / (1 + resemblance) * (shingles + other_shingles) / least(shingles, other_shingles)
        ) AS containment
    FROM resemblances
),
alike AS (
    SELECT *
    FROM pairs
    WHERE
        resemblance >= $min_resemblance
        OR (resemblance >= $min_resemblance_of_contained AND containment >= $min_containment)
)
SELECT article_id, other_id, resemblance, containment FROM alike
UNION ALL
SELECT other_id AS article_id, article_id AS other_id, resemblance, containment FROM alike
