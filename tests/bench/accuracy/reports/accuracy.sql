-- Accuracy / macro-F1 on the test rows, means over the seeds, and the seconds of
-- training. fastText: the better of its two settings.

-- the figures and seconds come from the row of the maximum
CREATE TEMP TABLE peers AS
SELECT dataset, iif(variant LIKE 'fastText%', 'fastText', variant) AS name, max(accuracy),
       printf('%.3f / %.3f', accuracy, f1) AS figures, round(train_seconds, 1) AS seconds
FROM measured WHERE build = 'peer' GROUP BY 1, 2;

CREATE TEMP TABLE ours AS
SELECT dataset, rows, labels, test_rows, count(*) AS seeds,
       avg(accuracy) AS accuracy, max(accuracy) - min(accuracy) AS accuracy_spread,
       avg(f1) AS f1, max(f1) - min(f1) AS f1_spread, avg(ece) AS ece, avg(epochs) AS epochs,
       avg(train_seconds) AS seconds, sum(test_rows) / sum(label_seconds) AS speed
FROM measured WHERE build <> 'peer' GROUP BY dataset;

SELECT sets.dataset AS "set", rows, labels, printf('%.3f / %.3f', accuracy, f1) AS ours,
       svc.figures AS SVC, chars.figures AS "SVC chars", fasttext.figures AS fastText,
       printf('%.1f', ours.seconds) AS "seconds: ours", svc.seconds AS SVC, chars.seconds AS "SVC chars",
       fasttext.seconds AS fastText
FROM sets JOIN ours USING (dataset)
  LEFT JOIN peers AS svc ON svc.dataset = sets.dataset AND svc.name = 'SVC'
  LEFT JOIN peers AS chars ON chars.dataset = sets.dataset AND chars.name = 'SVC-chars'
  LEFT JOIN peers AS fasttext ON fasttext.dataset = sets.dataset AND fasttext.name = 'fastText'
ORDER BY sets.rowid;

.print
SELECT dataset AS "set", seeds, test_rows AS "test rows",
       printf('%.4f', accuracy) AS accuracy, printf('%.4f', accuracy_spread) AS "max - min", target,
       printf('%.4f', f1) AS "macro-F1", printf('%.4f', f1_spread) AS "max - min", printf('%.4f', ece) AS ECE,
       round(epochs, 1) AS epochs, printf('%.1f', seconds) AS "training s",
       CAST(speed AS INTEGER) AS "classify_rows rows/s"
FROM sets JOIN ours USING (dataset) ORDER BY sets.rowid;
