-- classify_rows() on more rows than are read or labelled at a time.
.load build/classify
.read tests/sql/data/tickets.sql
SELECT 'trained', classify_train(body, category, 'kinds', :small) IS NOT NULL FROM tickets;

-- More rows than are read at a time, of many lengths: still in order, with any number of threads.
CREATE TABLE many(id INTEGER PRIMARY KEY, text);
WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
INSERT INTO many
  SELECT i, substr('my refund is late again, please, since monday, and monday, and monday', 1, 5 + i * 7 % 60) FROM n;
SELECT count(*), count(label), count(DISTINCT id), sum(id = previous + 1)
FROM (SELECT *, lag(id) OVER () AS previous FROM classify_rows('SELECT id, text FROM many ORDER BY id'));
SELECT 'rows that differ', count(*) FROM (
  SELECT id, label, confidence FROM classify_rows('SELECT id, text FROM many', 'kinds', '{"threads":1}') EXCEPT
  SELECT id, label, confidence FROM classify_rows('SELECT id, text FROM many', 'kinds', '{"threads":3}'));
SELECT count(*) FROM (SELECT * FROM classify_rows('SELECT id, text FROM many') LIMIT 7);

-- NULL and empty texts among them, and one of more than a megabyte; more rows than are labelled at a time.
CREATE TABLE mixed(id INTEGER PRIMARY KEY, text);
WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
INSERT INTO mixed
  SELECT i, CASE WHEN i % 97 = 0 THEN NULL WHEN i % 89 = 0 THEN '' ELSE (SELECT body FROM tickets WHERE id = 1 + i % 50) END
  FROM n;
UPDATE mixed SET text = replace(hex(zeroblob(60000)), '00', 'my printer is wrong, ') || 'since monday' WHERE id = 9000;
SELECT max(length(text)) > 1 << 20, sum(text IS NULL), sum(text = '') FROM mixed;
CREATE TEMP TABLE labelled AS SELECT * FROM classify_rows('SELECT id, text FROM mixed ORDER BY id');
SELECT count(*), sum(id = rowid) FROM labelled;
SELECT (l.label IS NULL) = (m.text IS NULL) AS agrees, count(*) FROM labelled AS l JOIN mixed AS m USING (id) GROUP BY 1;
SELECT count(*), sum(label = classify(text)), sum(abs(confidence - classify_confidence(text)) < 1e-5)
FROM labelled JOIN mixed USING (id) WHERE text IS NOT NULL AND (id % 7 = 0 OR id = 9000);
SELECT count(*), count(DISTINCT label), count(DISTINCT round(confidence, 5)) FROM labelled JOIN mixed USING (id) WHERE text = '';
SELECT label, confidence > 0.9 FROM labelled WHERE id = 9000;

-- In any order of the query, and of any part of it.
SELECT count(*), sum(id = 20001 - n)
FROM (SELECT id, row_number() OVER () AS n FROM classify_rows('SELECT id, text FROM mixed ORDER BY id DESC'));
SELECT * FROM (SELECT id FROM classify_rows('SELECT id, text FROM mixed ORDER BY id') LIMIT 1);
SELECT group_concat(id) FROM (SELECT id FROM classify_rows('SELECT id, text FROM mixed ORDER BY id') LIMIT 3 OFFSET 18000);
SELECT count(*), min(id), max(id) FROM classify_rows('SELECT id, NULL FROM mixed') WHERE label IS NULL;
SELECT count(*), sum(label IS NOT NULL) FROM classify_rows('SELECT id, '''' FROM mixed');

-- An error in the midst of the query: rows that were read before are there, if no more are asked for.
SELECT count(*) FROM classify_rows(
  'SELECT id, iif(id = 9000, abs(-9223372036854775807 - 1), text) FROM mixed');
SELECT count(*) FROM classify_rows('SELECT id, iif(id = 19999, x''00'', text) FROM mixed');
SELECT count(*) FROM (
  SELECT * FROM classify_rows('SELECT id, iif(id = 9000, x''00'', text) FROM mixed ORDER BY id') LIMIT 100);
SELECT count(*) FROM classify_rows('SELECT id, text FROM mixed WHERE id < 300');

-- With a tokenizer of FTS5, whose tokens are copied for the other threads.
SELECT 'trained', classify_train(body, category, 'stems', json_set(:small, '$.tokenize', 'porter unicode61')) IS NOT NULL FROM tickets;
CREATE TEMP TABLE stemmed AS SELECT * FROM classify_rows(
  'SELECT id, replace(text, ''charge'', ''Charging'') FROM mixed WHERE id < 6000 OR id = 9000 ORDER BY id', 'stems');
SELECT count(*), count(label), sum(id = rowid) FROM stemmed;
SELECT count(*), sum(label = classify(replace(text, 'charge', 'charges'), 'stems')),
       sum(abs(confidence - classify_confidence(replace(text, 'charge', 'charges'), 'stems')) < 1e-5)
FROM stemmed JOIN mixed USING (id) WHERE text IS NOT NULL;
SELECT count(*), sum(label IS NOT NULL) FROM classify_rows('SELECT id, '' .'' FROM mixed LIMIT 2500', 'stems');
SELECT 'rows that differ', count(*) FROM (
  SELECT id, label, confidence FROM classify_rows('SELECT id, text FROM mixed WHERE id < 6000', 'stems', '{"threads":1}') EXCEPT
  SELECT id, label, confidence FROM classify_rows('SELECT id, text FROM mixed WHERE id < 6000', 'stems', '{"threads":3}'));
DELETE FROM classify_models WHERE name = 'stems';

-- Rows put into the table that is being read are not read again.
INSERT INTO many(text) SELECT label FROM classify_rows('SELECT id, text FROM many');
SELECT count(*) FROM many;
