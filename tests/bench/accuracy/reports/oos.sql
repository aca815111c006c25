-- kept: the share of test rows at or above the threshold.

SELECT seed, printf('%.4f', accuracy) AS "accuracy on test", printf('%.4f', threshold) AS threshold,
       printf('%.4f', kept) AS kept, printf('%.4f', below) AS "out of scope, below", printf('%.4f', auroc) AS AUROC
FROM measured JOIN results.out_of_scope USING (dataset, seed, build)
UNION ALL
SELECT 'mean', printf('%.4f', avg(accuracy)), printf('%.4f', avg(threshold)), printf('%.4f', avg(kept)),
       printf('%.4f', avg(below)), printf('%.4f', avg(auroc))
FROM measured JOIN results.out_of_scope USING (dataset, seed, build);
