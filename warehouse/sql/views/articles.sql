-- Every article once, in its latest version.
-- column nlp_status: Whether the text was analysed in full; NULL where it has not been annotated yet.
-- column nlp_detail: Why it was not, for a person.
CREATE VIEW articles AS
SELECT
    latest.day,
    article.source,
    article.publisher,
    article.title,
    article.authors,
    article.* EXCLUDE (source, publisher, title, authors),
    latest.versions,
    latest.first_observed_at,
    annotation.nlp_status,
    annotation.detail AS nlp_detail
FROM lake.articles AS article
JOIN lake.latest_pages AS latest ON latest.page_id = article.page_id AND latest.part = article.part
LEFT JOIN lake.annotations AS annotation
    ON annotation.page_id = article.page_id AND annotation.part = article.part;
