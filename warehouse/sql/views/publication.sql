-- When this database was published, and by which definitions.
CREATE VIEW publication AS
SELECT *
FROM lake.publication;
