-- Every article once, in its latest version, with the story that it is a copy of.
-- column nlp_status: Whether the text was analysed in full; NULL where it has not been annotated yet.
-- column nlp_detail: Why it was not, for a person.
-- column story_id: The story: the id of its original, the article that was published first; its own where it has no copies.
-- column duplicate_of: Original of the story where this is a copy of it: the same text, one much like it, or a part of one.
-- column is_agency_copy: Whether several sources have the story and one of its articles names a news agency.
CREATE VIEW articles AS
SELECT
    latest.day,
    article.source,
    article.publisher,
    article.title,
    article.authors,
    article.* EXCLUDE (source, publisher, title, authors, similarity_signature, similarity_shingles),
    latest.versions,
    latest.first_observed_at,
    annotation.nlp_status,
    annotation.detail AS nlp_detail,
    coalesce(story.story_id, article.article_id) AS story_id,
    nullif(story.story_id, article.article_id) AS duplicate_of,
    story.duplicate_kind,
    story.story_agency,
    coalesce(story.is_agency_copy, false) AS is_agency_copy
FROM lake.articles AS article
JOIN lake.latest_pages AS latest ON latest.page_id = article.page_id AND latest.part = article.part
LEFT JOIN lake.annotations AS annotation
    ON annotation.page_id = article.page_id AND annotation.part = article.part
LEFT JOIN lake.story_articles AS story ON story.article_id = article.article_id;
