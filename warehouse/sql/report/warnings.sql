-- Checks that found something before this database was published, over all days and sources.
SELECT check_name, severity, doc, offending, sample
FROM check_results
WHERE offending > 0
ORDER BY severity, offending DESC, check_name;
