-- Labelling in bulk: classify_rows().
.load build/classify
.read tests/sql/data/tickets.sql
SELECT 'trained', classify_train(body, category, 'kinds', :small) IS NOT NULL FROM tickets;

-- Rows come back in the query's order, with the id they had.
SELECT id, label, confidence > 0.5
FROM classify_rows('SELECT id, body FROM tickets WHERE id % 10 = 1 ORDER BY id DESC');

-- The same as one by one.
SELECT count(*), sum(r.label = classify(t.body)), sum(abs(r.confidence - classify_confidence(t.body)) < 1e-5)
FROM classify_rows('SELECT id, body FROM tickets', 'kinds') AS r JOIN tickets AS t ON t.id = r.id;

-- An id is any value; a NULL text has no label; an empty text has.
SELECT quote(id), quote(label), confidence IS NULL
FROM classify_rows('VALUES (''a'', ''my refund''), (2.5, ''my printer''), (NULL, ''my receipt''), (x''0102'', NULL),
                           (7, NULL)');
SELECT id, label IS NOT NULL, confidence > 0 FROM classify_rows('SELECT ''empty'', ''''');
SELECT count(*) FROM classify_rows('SELECT id, NULL FROM tickets') WHERE label IS NULL;

-- No rows, no rows.
SELECT 'rows', count(*) FROM classify_rows('SELECT id, body FROM tickets WHERE 0');

-- UPDATE FROM labels a column in one statement.
ALTER TABLE tickets ADD COLUMN guess;
UPDATE tickets SET guess = r.label FROM classify_rows('SELECT id, body FROM tickets WHERE guess IS NULL') AS r
WHERE r.id = tickets.id;
SELECT guess, count(*), sum(guess = category) FROM tickets GROUP BY guess;

-- DELETE by label.
DELETE FROM tickets
WHERE id IN (SELECT id FROM classify_rows('SELECT id, body FROM tickets') WHERE label = 'billing');
SELECT category, count(*) FROM tickets GROUP BY category;

-- Rows put into the table that is being read are not read again.
INSERT INTO tickets(body, category) SELECT 'again ' || id, label FROM classify_rows('SELECT id, body FROM tickets');
SELECT count(*) FROM tickets;

-- It may be called for each row of another table, and within itself.
SELECT q.name, count(*) FROM (SELECT 'few' AS name, 3 AS n UNION ALL SELECT 'more', 5) AS q,
  classify_rows('SELECT id, body FROM tickets LIMIT ' || q.n) GROUP BY q.name;
SELECT id, typeof(label) FROM classify_rows('SELECT id, label FROM classify_rows(''SELECT 1, ''''my refund is late'''''')');

-- Wrong arguments.
SELECT * FROM classify_rows;
SELECT * FROM classify_rows(NULL);
SELECT * FROM classify_rows('SELECT id FROM tickets');
SELECT * FROM classify_rows('SELECT id, body, category FROM tickets');
SELECT * FROM classify_rows('SELECT id, CAST(body AS BLOB) FROM tickets ORDER BY id');
SELECT * FROM classify_rows('SELECT id, body FROM nowhere');
SELECT * FROM classify_rows('SELECT id, body FROM tickets', 'nope');
SELECT * FROM classify_rows('SELECT id, body FROM tickets', 'kinds', '{"threads":0}');
SELECT * FROM classify_rows('SELECT id, body FROM tickets', 'kinds', '{"epochs":1}');
SELECT * FROM classify_rows('SELECT id, body FROM tickets', 'kinds', 'threads');
SELECT * FROM classify_rows('SELECT id, abs(-9223372036854775808) FROM tickets');
