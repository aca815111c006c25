-- Labels the table test. The seconds include that the model is read.

DELETE FROM clock;
INSERT INTO clock VALUES (julianday('now'));

DELETE FROM outcome;
INSERT INTO outcome
SELECT test.label, c.label, c.confidence
FROM classify_rows('SELECT rowid, text FROM test', 'bench') AS c JOIN test ON test.rowid = c.id;

DELETE FROM labelling;
INSERT INTO labelling SELECT 86400 * (julianday('now') - at) FROM clock;
