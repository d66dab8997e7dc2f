-- Pages that a source named and the lake has not, with what came of the last attempt: the gaps, one by one.
CREATE VIEW missing_pages AS
SELECT source, day, url, title, published, last_outcome, last_detail, attempts, last_attempt_at, found_in
FROM discoveries
WHERE NOT got;
