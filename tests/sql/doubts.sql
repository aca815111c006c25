-- What is wrong in a table: classify_doubts().
.load build/classify
.read tests/sql/data/byhand.sql
.read tests/sql/data/tickets.sql
.headers on

-- Rows that the model has not seen are judged by it: those with labels by the label's probability ...
CREATE TABLE mails(id PRIMARY KEY, text, label);
INSERT INTO mails VALUES
  ('a', 'free', 'spam'), ('b', 'offer', 'ham'), ('c', 'meeting', 'spam'), ('d', 'now', 'no such label'),
  ('e', 'free now', NULL), ('f', 'and', NULL), ('g', 'meeting', NULL), ('h', NULL, 'spam'), ('i', NULL, NULL),
  (10, 'meeting', 'ham'), (2.5, '', 'ham'), (NULL, 'offer', 'spam');
SELECT quote(id) AS id, label, suggested, round(probability, 3) AS probability
FROM classify_doubts('SELECT id, text, label FROM mails ORDER BY rowid', 'byhand');

-- Nothing to doubt.
SELECT * FROM classify_doubts('SELECT id, text, label FROM mails WHERE 0', 'byhand');

-- Rows that it has learned are judged by the others: here four of 50 were given the wrong label.
CREATE TABLE damaged AS SELECT id, body, CASE WHEN id NOT IN (7, 19, 33, 41) THEN category
  WHEN category = 'billing' THEN 'technical' ELSE 'billing' END AS category FROM tickets;
SELECT classify_train(body, category, 'damaged', json_set(:small, '$.epochs', 60)) IS NOT NULL AS trained FROM damaged;
SELECT count(*) AS of_the_first_four FROM (
  SELECT id FROM classify_doubts('SELECT id, body, category FROM damaged', 'damaged') LIMIT 4) WHERE id IN (7, 19, 33, 41);
SELECT count(*) AS rows, sum(suggested <> label) >= 4 AS doubted, count(DISTINCT id) AS ids
FROM classify_doubts('SELECT id, body, category FROM damaged', 'damaged');

-- With less than a quarter of what it has learned the model itself judges.
SELECT count(*) AS rows, max(abs(probability - classify_confidence(body, 'damaged'))) < 1e-5 AS by_the_model
FROM classify_doubts('SELECT id, body, category FROM damaged WHERE id <= 12 AND category = ''billing''', 'damaged')
JOIN damaged USING (id);

-- Labels and rows of any kind.
SELECT id, typeof(label) AS type, suggested
FROM classify_doubts('SELECT id, text, 5 FROM mails WHERE text IS NOT NULL ORDER BY rowid LIMIT 1', 'byhand');
SELECT count(*) AS rows FROM classify_doubts('SELECT id, body, id FROM damaged', 'damaged');
SELECT count(*) AS rows FROM classify_doubts('SELECT 1, '''', ''billing'' UNION ALL SELECT 2, ''?'', ''technical''', 'damaged');

-- What cannot be.
SELECT * FROM classify_doubts();
SELECT * FROM classify_doubts('SELECT text, label FROM mails', 'byhand');
SELECT * FROM classify_doubts('SELECT id, text, x''00'' FROM mails', 'byhand');
SELECT * FROM classify_doubts('SELECT id, x''00'', label FROM mails', 'byhand');
SELECT * FROM classify_doubts('SELECT id, text, label FROM mails', 'nobody');
SELECT * FROM classify_doubts('UPDATE mails SET label = 1 RETURNING id, text, label', 'byhand');

-- The rows may be mended while they are listed.
UPDATE damaged SET category = d.suggested
FROM (SELECT * FROM classify_doubts('SELECT id, body, category FROM damaged', 'damaged') LIMIT 4) AS d WHERE d.id = damaged.id;
SELECT count(*) AS still_wrong FROM damaged JOIN tickets USING (id) WHERE damaged.category <> tickets.category;
