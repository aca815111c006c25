-- The same by five models, each of which has learned four fifths of the rows and judges
-- the rest.

DELETE FROM clock;
INSERT INTO clock VALUES (julianday('now'));
DELETE FROM lesson;
WITH fold(n) AS (VALUES (0), (1), (2), (3), (4))
INSERT INTO lesson(summary)
SELECT classify_train(text, label, 'fold-' || n, json_patch(:options, json_object('seed', :seed)))
FROM train JOIN fold ON train.rowid % 5 <> n GROUP BY n;
DELETE FROM listed;
INSERT INTO listed
SELECT 'five models', rowid, row_number() OVER (
  ORDER BY (SELECT probability FROM classify_labels(text, 'fold-' || (train.rowid % 5)) AS said
            WHERE said.label = train.label))
FROM train;
INSERT INTO results.doubts
SELECT :dataset, judge, :seed, :build, avg(place <= (SELECT count(*) / 10 FROM train)),
       avg(place <= (SELECT count(*) / 20 FROM train)), 86400 * (julianday('now') - (SELECT at FROM clock))
FROM listed JOIN damaged USING (id) GROUP BY judge;

SELECT printf('  %-20s %-20s seed %d   in the first tenth %.3f, twentieth %.3f   %s', dataset, judge, seed, tenth, twentieth,
              ifnull(printf('%.1f s', seconds), ''))
FROM results.doubts WHERE (dataset, seed, build) = (:dataset, :seed, :build) ORDER BY rowid;
