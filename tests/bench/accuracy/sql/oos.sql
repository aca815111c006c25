-- Whether confidence tells the texts of oos from those of test: the threshold that
-- keeps 95% of test, the share of oos below it, and the area under the ROC curve,
-- which is how often a row of test is more confident than one of oos.

INSERT INTO results.out_of_scope
WITH
  strangers AS MATERIALIZED (SELECT confidence FROM classify_rows('SELECT rowid, text FROM oos', 'bench')),
  held AS (
    SELECT confidence AS threshold FROM outcome ORDER BY confidence
    LIMIT 1 OFFSET (SELECT count(*) / 20 FROM outcome)),
  -- equal confidences share the mean of their ranks
  ranked AS (
    SELECT known, rank() OVER (ORDER BY confidence) + (count(*) OVER (PARTITION BY confidence) - 1) / 2.0 AS rank
    FROM (SELECT confidence, 1 AS known FROM outcome UNION ALL SELECT confidence, 0 FROM strangers)),
  counts AS (SELECT sum(known) AS known, count(*) - sum(known) AS unknown FROM ranked)
SELECT :dataset, :seed, :build,
       (SELECT avg(confidence >= threshold) FROM outcome),
       threshold,
       (SELECT avg(confidence < threshold) FROM strangers),
       ((SELECT sum(rank) FROM ranked WHERE known) - known * (known + 1) / 2.0) / (known * unknown)
FROM held, counts;

SELECT printf('    threshold %.4f keeps %.4f of the test rows; below it %.4f of the others; AUROC %.4f',
              threshold, kept, below, auroc)
FROM results.out_of_scope WHERE (dataset, seed, build) = (:dataset, :seed, :build);
