-- What each check found before this database was published.
CREATE VIEW check_results AS
SELECT *
FROM lake.check_results;
