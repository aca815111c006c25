-- Means over the seeds, and the spread between them. Of comprehensiveness more is
-- better, of sufficiency less.

SELECT sets.dataset AS "set", reason AS "tokens by", count(*) AS seeds, texts,
       printf('%.3f', avg(comprehensiveness)) AS comprehensiveness,
       printf('%.3f', max(comprehensiveness) - min(comprehensiveness)) AS "max - min",
       printf('%.3f', avg(sufficiency)) AS sufficiency,
       printf('%.3f', max(sufficiency) - min(sufficiency)) AS "max - min"
FROM sets JOIN measured USING (dataset) JOIN results.faithfulness USING (dataset, seed, build)
GROUP BY sets.rowid, reason
ORDER BY sets.rowid, instr('weight, contribution, leave_one_out, random', reason);

-- The share of contributions with the sign of leave_one_out.
.print
SELECT dataset AS "set", count(*) AS seeds, printf('%.4f', avg(accuracy)) AS accuracy,
       printf('%.3f', avg(sign)) AS "sign right", printf('%.3f', max(sign) - min(sign)) AS "max - min",
       iif(count(second_sign), printf('%.3f', avg(second_sign)), NULL) AS "of the second label",
       printf('%.1f', avg(train_seconds)) AS "training s", printf('%.1f', avg(seconds)) AS "reasons s"
FROM sets JOIN measured USING (dataset) JOIN results.faithfulness USING (dataset, seed, build)
WHERE reason = 'contribution' GROUP BY sets.rowid ORDER BY sets.rowid;

-- Average precision against what people marked: all tokens, and those alone that
-- the network reads.
.print
SELECT dataset AS "set", reason AS "tokens by", count(*) AS seeds,
       printf('%.3f', avg(agreement)) AS "average precision",
       printf('%.3f', max(agreement) - min(agreement)) AS "max - min",
       printf('%.3f', avg(agreement_read)) AS "of those read"
FROM sets JOIN measured USING (dataset) JOIN results.faithfulness USING (dataset, seed, build)
WHERE agreement IS NOT NULL
GROUP BY sets.rowid, reason
ORDER BY sets.rowid, instr('weight, contribution, leave_one_out, random', reason);
