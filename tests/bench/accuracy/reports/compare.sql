-- A line for each set and variant, means over the seeds; then the means over the sets.

CREATE TEMP TABLE means AS
SELECT dataset, rows, variant, count(*) AS seeds,
       max(build = 'peer') AS peer, min(place) AS place,
       dense_rank() OVER (PARTITION BY dataset ORDER BY rows) AS size,
       avg(accuracy) AS accuracy, max(accuracy) - min(accuracy) AS spread, avg(f1) AS f1, avg(ece) AS ece,
       avg(train_seconds) AS seconds, sum(test_rows) / sum(label_seconds) AS speed
FROM measured GROUP BY dataset, rows, variant;

SELECT dataset AS "set", rows, variant, seeds, printf('%.4f', accuracy) AS accuracy,
       printf('%.4f', spread) AS "max - min", printf('%.4f', f1) AS "macro-F1", round(ece, 4) AS ECE,
       printf('%.1f', seconds) AS "training s", CAST(speed AS INTEGER) AS "classify_rows rows/s"
FROM (SELECT sets.rowid AS line, means.* FROM sets JOIN means USING (dataset)
      UNION ALL
      SELECT 1000, printf('mean of %d', count(*)), iif(min(rows) = max(rows), rows, NULL), variant,
             min(seeds), peer, min(place), size, avg(accuracy), avg(spread), avg(f1), avg(ece), avg(seconds), avg(speed)
      FROM means GROUP BY variant, size HAVING count(*) > 1)
ORDER BY line, size, peer, place;
