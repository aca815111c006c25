-- Judges outcome and keeps the figures.

INSERT INTO results.trainings
WITH
  -- F1 of a label: twice its hits over the rows that have it and those that got it;
  -- macro-F1: the mean over all labels that occur
  sides AS (
    SELECT actual AS label, actual = predicted AS hit FROM outcome
    UNION ALL SELECT predicted, 0 FROM outcome),
  f1 AS (SELECT 2.0 * sum(hit) / count(*) AS f1 FROM sides GROUP BY label),
  -- ECE: how far the mean confidence is from the share of hits, in each of 15 bins
  -- of equal width, weighted by the bins' rows
  bins AS (
    SELECT abs(sum((actual = predicted) - confidence)) AS gap
    FROM outcome GROUP BY min(CAST(confidence * 15 AS INTEGER), 14)),
  judged AS (SELECT count(*) AS rows, avg(actual = predicted) AS accuracy FROM outcome)
SELECT :part, :dataset, :rows, :variant, :seed, :build,
       (SELECT nullif(count(DISTINCT label), 0) FROM train),
       judged.rows,
       judged.accuracy,
       (SELECT avg(f1) FROM f1),
       (SELECT sum(gap) FROM bins) / judged.rows,
       json_extract(summary, '$.validation_accuracy'),
       json_extract(summary, '$.epochs'),
       lesson.seconds,
       (SELECT seconds FROM labelling)
FROM lesson, judged;
