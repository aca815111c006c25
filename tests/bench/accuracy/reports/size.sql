-- Means over the seeds; load: the first text, with which the model is read.

SELECT dataset AS "set", variant AS model, printf('%.2f', avg(bytes) / 1e6) AS MB, printf('%.4f', avg(accuracy)) AS accuracy,
       printf('%.1f', 1000 * avg(load_seconds)) AS "load, ms", CAST(sum(test_rows) / sum(label_seconds) AS INTEGER) AS "rows a second"
FROM results.sizes JOIN measured USING (dataset, variant, seed, build)
GROUP BY dataset, variant ORDER BY dataset, avg(bytes) DESC;
