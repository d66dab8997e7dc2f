-- Runs of the flows, as they stood when this database was published.
CREATE VIEW runs AS
SELECT *
FROM lake.runs;
