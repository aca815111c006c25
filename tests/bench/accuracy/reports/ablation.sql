-- validation_accuracy, means over the seeds: a line for each set, a column for each
-- object of options. There may be any number of objects, so SQL writes the query.
-- The mean is over the sets on which all have been tried.

CREATE TEMP VIEW complete AS
SELECT * FROM measured WHERE dataset IN (
  SELECT dataset FROM measured GROUP BY dataset
  HAVING count(DISTINCT variant) = (SELECT count(DISTINCT variant) FROM measured));

.mode list
.headers off
.once pivot
WITH
  variants AS (SELECT variant FROM measured GROUP BY variant ORDER BY min(place)),
  columns AS (
    SELECT group_concat(printf(
      ', round(avg(validation_accuracy) FILTER (WHERE variant = %Q), 4) AS "%w"',
      variant, variant), '') AS list
    FROM variants)
SELECT printf('SELECT dataset AS "set"%s FROM sets JOIN measured USING (dataset) GROUP BY sets.rowid
               UNION ALL SELECT ''mean''%s FROM complete;', list, list)
FROM columns;
.mode markdown
.headers on
.read pivot
