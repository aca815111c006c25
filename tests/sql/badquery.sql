-- Queries that are handed over as text: one SELECT that only reads.
.load build/classify
.read tests/sql/data/tickets.sql
SELECT 'trained', classify_train(body, category, 'kinds', :small) IS NOT NULL FROM tickets;

-- What does not parse, or is no query.
SELECT * FROM classify_rows('');
SELECT * FROM classify_rows('   ');
SELECT * FROM classify_rows('tickets');
SELECT * FROM classify_rows('SELECT id, body FORM tickets');
SELECT * FROM classify_rows('SELECT id, body FROM nowhere');
SELECT * FROM classify_rows('SELECT id, absent FROM tickets');
SELECT * FROM classify_rows('SELECT id, body FROM tickets WHERE ''');
SELECT * FROM classify_rows(5);
SELECT * FROM classify_rows('SELECT id, body FROM tickets WHERE id = ?');
SELECT * FROM classify_rows(CAST('SELECT id, body FROM tickets' AS BLOB));

-- Another number of columns.
SELECT epoch FROM classify_train('SELECT body FROM tickets');
SELECT epoch FROM classify_train('SELECT * FROM tickets');
SELECT * FROM classify_rows('SELECT body FROM tickets');

-- Statements that write, or more than one.
SELECT * FROM classify_rows('DELETE FROM tickets RETURNING id, body');
SELECT * FROM classify_rows('WITH t AS (SELECT 1) DELETE FROM tickets RETURNING id, body');
SELECT * FROM classify_rows('INSERT INTO tickets(body) VALUES (1) RETURNING id, body');
SELECT * FROM classify_rows('SELECT id, body FROM tickets; DELETE FROM tickets');
SELECT * FROM classify_rows('SELECT id, body FROM tickets; SELECT 1');
SELECT * FROM classify_rows('DROP TABLE tickets');
SELECT * FROM classify_rows('COMMIT');
SELECT epoch FROM classify_train('DELETE FROM tickets RETURNING body, category', 'kinds', :small);
SELECT count(*) FROM tickets;

-- PRAGMA, EXPLAIN, ATTACH.
SELECT * FROM classify_rows('PRAGMA table_info(tickets)');
SELECT * FROM classify_rows('PRAGMA user_version = 7');
SELECT * FROM classify_rows('EXPLAIN SELECT id, body FROM tickets');
SELECT * FROM classify_rows('EXPLAIN QUERY PLAN SELECT id, body FROM tickets');
SELECT * FROM classify_rows('ATTACH '':memory:'' AS other');
PRAGMA user_version;

-- These are good: comments, a trailing semicolon, blanks, WITH, VALUES, lower case, compound queries.
SELECT id, label FROM classify_rows('/* the first */ -- and only
  select id, body from tickets order by id limit 1; -- no more');
SELECT id, label FROM classify_rows('VALUES (1, ''my refund is late'') ; ;');
SELECT id, label FROM classify_rows('WITH t(a, b) AS (VALUES (1, ''my refund is late''))
                                      SELECT a, b FROM t UNION ALL SELECT 2, ''my printer is late''');
SELECT count(*) FROM classify_rows('SELECT id, body FROM tickets ORDER BY random() LIMIT 3');

-- A query fails while it runs.
SELECT * FROM classify_rows('SELECT id, json_extract(''{'', ''$'') FROM tickets');
SELECT epoch FROM classify_train('SELECT body, abs(-9223372036854775808) FROM tickets', 'kinds', :small);

-- A long query is cut in the message, between two characters.
SELECT * FROM classify_rows('xééééééééééééééééééééééééééééééééééééééééééé');
