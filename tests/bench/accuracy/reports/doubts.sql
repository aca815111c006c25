-- The share of swapped rows among the first of those listed, means over seeds.

.mode markdown
.headers on
SELECT dataset, judge, count(*) AS seeds, printf('%.3f', avg(tenth)) AS "first tenth",
       printf('%.3f', avg(twentieth)) AS "first twentieth", round(avg(seconds), 1) AS seconds
FROM results.doubts WHERE build = :build
GROUP BY dataset, judge ORDER BY dataset, judge;
