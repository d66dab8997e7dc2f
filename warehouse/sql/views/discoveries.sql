-- Every page that a source named and that was asked for at least once.
-- column day: UTC day that it is filed under.
-- column got: Whether the lake has it.
-- column page_id: The page that was stored first.
-- column attempts: Times that it was asked for.
-- column last_outcome: What came of the last attempt.
-- column last_detail: What was wrong with it, for a person.
-- column last_attempt_at: When that was.
CREATE VIEW discoveries AS
WITH attempts AS (
    SELECT
        source,
        url,
        count(*) AS attempts,
        min_by(page_id, started_at) FILTER (page_id IS NOT NULL) AS page_id,
        max_by(outcome, {'at': started_at, 'attempt': coalesce(attempt, 1)}) AS last_outcome,
        max_by(coalesce(detail, ''), {'at': started_at, 'attempt': coalesce(attempt, 1)}) AS last_detail,
        max(started_at) AS last_attempt_at
    FROM lake.fetches
    WHERE purpose = 'page'
    GROUP BY source, url
)
SELECT
    split_part(discoveries.part, '/', 1)::DATE AS day,
    discoveries.*,
    attempts.page_id IS NOT NULL AS got,
    attempts.page_id,
    coalesce(attempts.attempts, 0) AS attempts,
    attempts.last_outcome,
    nullif(attempts.last_detail, '') AS last_detail,
    attempts.last_attempt_at
FROM lake.discoveries AS discoveries
LEFT JOIN attempts
    ON attempts.source = discoveries.source AND attempts.url = coalesce(discoveries.address, discoveries.url);
