-- Where the swapped rows stand in the list of classify_doubts(), and where they would
-- stand by what the model, which has learned their labels, says of these.

DELETE FROM clock;
INSERT INTO clock VALUES (julianday('now'));
DELETE FROM listed;
INSERT INTO listed SELECT 'classify_doubts', id, row_number() OVER ()
FROM classify_doubts('SELECT rowid, text, label FROM train', 'bench');
INSERT INTO results.doubts
SELECT :dataset, judge, :seed, :build, avg(place <= (SELECT count(*) / 10 FROM train)),
       avg(place <= (SELECT count(*) / 20 FROM train)), 86400 * (julianday('now') - (SELECT at FROM clock))
FROM listed JOIN damaged USING (id) GROUP BY judge;

DELETE FROM listed;
INSERT INTO listed
SELECT 'the model itself', rowid, row_number() OVER (
  ORDER BY (SELECT probability FROM classify_labels(text, 'bench') AS said WHERE said.label = train.label))
FROM train;
INSERT INTO results.doubts
SELECT :dataset, judge, :seed, :build, avg(place <= (SELECT count(*) / 10 FROM train)),
       avg(place <= (SELECT count(*) / 20 FROM train)), NULL
FROM listed JOIN damaged USING (id) GROUP BY judge;
