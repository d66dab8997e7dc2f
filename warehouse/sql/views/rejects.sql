-- Every page that gave no article, with the reason.
-- column day: UTC day of fetching.
CREATE VIEW rejects AS
SELECT observed_at::DATE AS day, rejects.*
FROM lake.rejects AS rejects;
