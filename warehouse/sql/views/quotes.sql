-- Every quotation, in the articles' latest versions: the words and who said them.
CREATE VIEW quotes AS
SELECT latest.day, latest.source, quotes.*
FROM lake.quotes AS quotes
JOIN lake.latest_pages AS latest ON latest.page_id = quotes.page_id AND latest.part = quotes.part;
