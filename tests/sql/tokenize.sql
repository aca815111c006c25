-- The option tokenize: a model that sees what a search index sees.
.load build/classify
.read tests/sql/data/tickets.sql

-- porter cuts words down to their stems.
SELECT 'trained', classify_train(body, category, 'stems', json_set(:small, '$.tokenize', 'porter unicode61')) IS NOT NULL
FROM tickets;
SELECT token, start, length, substr('My PRINTERS, charging!', start, length)
FROM classify_attention('My PRINTERS, charging!', 'stems');
SELECT classify('charging', 'stems'), classify('printers', 'stems'),
       classify_scores('charging', 'stems') = classify_scores('charge', 'stems');
SELECT json_extract(options, '$.tokenize') FROM classify_models;

-- Arguments as in CREATE VIRTUAL TABLE; quotes hold one together.
SELECT 'trained', classify_train(body, category, 'marks',
         json_set(:small, '$.tokenize', 'unicode61 remove_diacritics 2 tokenchars ''-_'''))
       IS NOT NULL FROM tickets;
SELECT token FROM classify_attention('É-COLE a_b c.d', 'marks');
SELECT 'trained', classify_train(body, category, 'trigrams', json_set(:small, '$.tokenize', 'trigram')) IS NOT NULL FROM tickets;
SELECT token, start, length FROM classify_attention('prints', 'trigrams');
SELECT classify('invoices', 'trigrams'), classify('logins', 'trigrams');

-- The same for rows in bulk, and in FROM.
SELECT id, label FROM classify_rows('SELECT id, body FROM tickets WHERE id IN (1, 50) ORDER BY id', 'stems');
SELECT max(epoch) FROM classify_train('SELECT body, category FROM tickets', 'stems',
         json_set(:small, '$.tokenize', 'ascii'));

-- Null is the default.
SELECT 'trained', classify_train(body, category, 'default', json_set(:small, '$.tokenize', null)) IS NOT NULL FROM tickets;
SELECT token FROM classify_attention('É-COLE', 'default');

-- A tokenizer that there is not, or that refuses its arguments.
SELECT classify_train(body, category, 'bad', '{"tokenize":"klingon"}') FROM tickets;
SELECT classify_train(body, category, 'bad', '{"tokenize":"porter klingon"}') FROM tickets;
SELECT classify_train(body, category, 'bad', '{"tokenize":"unicode61 remove_diacritics 7"}') FROM tickets;
SELECT classify_train(body, category, 'bad', '{"tokenize":"unicode61 tokenchars"}') FROM tickets;
SELECT classify_train(body, category, 'bad', '{"tokenize":" "}') FROM tickets;
SELECT 'models', count(*) FROM classify_models WHERE name = 'bad';

-- A model whose tokenizer this SQLite lacks says so by name. (Its file is edited here, so its identifier has to go.)
CREATE TEMP TABLE edited AS SELECT weights FROM classify_models WHERE name = 'stems' AND version = 1;
UPDATE edited
SET weights = CAST(substr(weights, 1, at - 1) || CAST('parrot unicode61' AS BLOB) || substr(weights, at + 16) AS BLOB)
FROM (SELECT instr(weights, CAST('porter unicode61' AS BLOB)) AS at FROM edited);
UPDATE edited
SET weights = CAST(substr(weights, 1, at - 1) || CAST(printf('%48s', '') AS BLOB) || substr(weights, at + 48) AS BLOB)
FROM (SELECT instr(weights, CAST('"identifier":"' AS BLOB)) AS at FROM edited);
INSERT INTO classify_models SELECT 'elsewhere', 1, '', '', '', '', weights FROM edited;
SELECT classify('my refund', 'elsewhere');
SELECT * FROM classify_attention('my refund', 'elsewhere');
SELECT * FROM classify_rows('SELECT 1, 2', 'elsewhere');
