-- How good a model is: classify_evaluate(), classify_report(), classify_confusion().
.load build/classify
.read tests/sql/data/byhand.sql
.read tests/sql/data/tickets.sql
.headers on

-- A logit is 'spam' if it is above 0: p = 1 / (1 + exp(-2 logit)).
CREATE TABLE mails(id INTEGER PRIMARY KEY, text, label);
INSERT INTO mails(text, label) VALUES
  ('free', 'spam'), ('free offer', 'spam'), ('meeting', 'spam'), ('now', 'ham'),
  ('meeting', 'ham'), ('meeting meeting', 'ham'), ('offer', 'spam'), ('and', 'ham');
SELECT rows, round(accuracy, 4) AS accuracy, round(macro_f1, 4) AS macro_f1, round(weighted_f1, 4) AS weighted_f1,
       round(log_loss, 4) AS log_loss, round(calibration_error, 4) AS calibration_error
FROM classify_evaluate('SELECT text, label FROM mails', 'byhand');
SELECT label, round(precision, 4) AS precision, round(recall, 4) AS recall, round(f1, 4) AS f1, support
FROM classify_report('SELECT text, label FROM mails', 'byhand');
SELECT * FROM classify_confusion('SELECT text, label FROM mails', 'byhand');

-- The same from the rows, in SQL.
WITH p AS (SELECT label, classify(text, 'byhand') AS predicted,
                  json_extract(classify_scores(text, 'byhand'), '$.' || label) AS probability FROM mails)
SELECT count(*) AS rows, avg(label = predicted) AS accuracy, round(avg(-ln(probability)), 4) AS log_loss FROM p;

-- Labels that the model does not know: rows have them, they are never predicted, and have no probability.
SELECT label, precision, recall, f1, support
FROM classify_report('SELECT text, iif(id % 2, label, 5) FROM mails', 'byhand') WHERE label = 5;
SELECT rows, accuracy, log_loss > 10 AS surprised
FROM classify_evaluate('SELECT text, ''no such label'' FROM mails', 'byhand');
SELECT * FROM classify_confusion('SELECT text, iif(id < 3, 2.5, ''x'') FROM mails ORDER BY id', 'byhand');

-- A label that the model knows but no row has is listed once it is predicted.
SELECT label, precision, recall, f1, support FROM classify_report('SELECT ''free'', ''ham''', 'byhand');

-- Rows without text or label do not count; there may be none.
SELECT rows FROM classify_evaluate('SELECT text, nullif(label, ''ham'') FROM mails', 'byhand');
SELECT rows FROM classify_evaluate('SELECT nullif(text, ''meeting''), label FROM mails', 'byhand');
SELECT quote(rows), quote(accuracy), quote(log_loss) FROM classify_evaluate('SELECT text, label FROM mails WHERE 0', 'byhand');
SELECT count(*) FROM classify_report('SELECT text, label FROM mails WHERE 0', 'byhand');
SELECT count(*) FROM classify_confusion('SELECT text, NULL FROM mails', 'byhand');

-- Without a query: the rows that were held out. What training said of them is the same.
SELECT classify_train(body, category, 'kinds', json_set(:small, '$.validation', 0.2)) IS NOT NULL AS trained
FROM (SELECT * FROM tickets ORDER BY id);
SELECT rows, accuracy = json_extract(metrics, '$.validation_accuracy') AS same_accuracy,
       abs(macro_f1 - json_extract(metrics, '$.validation_f1')) < 1e-5 AS same_f1, log_loss BETWEEN 0 AND 1 AS small_loss
FROM classify_evaluate(NULL, 'kinds'), classify_models WHERE name = 'kinds';
SELECT * FROM classify_report(NULL, 'kinds');
SELECT * FROM classify_confusion(NULL, 'kinds');
SELECT rows FROM classify_evaluate() LIMIT 1;
SELECT (SELECT sum(support) FROM classify_report(NULL, 'kinds@1')) AS support,
       (SELECT sum(count) FROM classify_confusion(NULL, 'kinds@1')) AS count;

-- A validation query may have labels that the model does not know.
SELECT classify_train(body, category, 'checked', json_set(:small, '$.validation',
  'SELECT body, iif(id % 10 = 0, ''other'', category) FROM tickets ORDER BY id')) IS NOT NULL AS trained
FROM (SELECT * FROM tickets ORDER BY id);
SELECT * FROM classify_confusion(NULL, 'checked');
SELECT label, support FROM classify_report(NULL, 'checked');
SELECT round(accuracy, 3) AS accuracy FROM classify_evaluate(NULL, 'checked');

-- Numbers stay numbers.
SELECT classify_train(body, id % 2 * 2 + (category = 'billing') * 0.5, 'numbers', json_set(:small, '$.validation', 0.2))
       IS NOT NULL AS trained FROM tickets;
SELECT group_concat(DISTINCT typeof(label)) FROM classify_report(NULL, 'numbers');

-- Labels of another type than the model's, which read the same, would all be mistakes: an error says so.
CREATE TABLE stars(body, number, text);
INSERT INTO stars SELECT body, (category = 'billing') * 1, CAST((category = 'billing') * 1 AS TEXT) FROM tickets ORDER BY rowid;
SELECT classify_train(body, number, 'number', :small) IS NOT NULL AS number, classify_train(body, text, 'text', :small) IS NOT NULL AS text,
       classify_train(body, number + 0.5, 'real', :small) IS NOT NULL AS real,
       classify_train(body, json_array(number), 'array', :small) IS NOT NULL AS array FROM stars;
SELECT rows FROM classify_evaluate('SELECT body, text FROM stars ORDER BY rowid', 'number');
SELECT rows FROM classify_evaluate('SELECT body, number FROM stars ORDER BY rowid', 'text');
SELECT rows FROM classify_evaluate('SELECT body, CAST(number AS REAL) FROM stars ORDER BY rowid', 'text');
SELECT rows FROM classify_evaluate('SELECT body, text || ''.5'' FROM stars ORDER BY rowid', 'real');
SELECT rows FROM classify_evaluate('SELECT body, json_array(text) FROM stars ORDER BY rowid', 'array');
SELECT * FROM classify_report('SELECT body, iif(rowid = 1, text, number) FROM stars ORDER BY rowid', 'number');
SELECT * FROM classify_confusion('SELECT body, text || ''.0'' FROM stars ORDER BY rowid', 'number');
SELECT * FROM classify_doubts('SELECT rowid, body, text FROM stars ORDER BY rowid', 'number');
SELECT classify_train(body, number, 'v', json_set(:small, '$.validation', 'SELECT body, text FROM stars ORDER BY rowid')) FROM stars;
SELECT classify_train(body, text, 'v', json_set(:small, '$.validation', 'SELECT body, number FROM stars ORDER BY rowid')) FROM stars;
SELECT classify_train(body, json_array(text), 'v', json_set(:small, '$.validation', 'SELECT body, json_array(number) FROM stars ORDER BY rowid'))
FROM stars;
SELECT count(*) AS trained FROM classify_models WHERE name = 'v';
SELECT rows FROM classify_evaluate('SELECT body, CAST(text AS NUMERIC) FROM stars ORDER BY rowid', 'number');
SELECT rows FROM classify_evaluate('SELECT NULL, text FROM stars ORDER BY rowid', 'number');
SELECT rows FROM classify_evaluate('SELECT body, ''1 star'' FROM stars ORDER BY rowid', 'number');

-- A model may have both.
SELECT classify_train(body, iif(rowid % 2, number, text), 'both', :small) IS NOT NULL AS trained FROM stars;
SELECT rows FROM classify_evaluate('SELECT body, text FROM stars ORDER BY rowid', 'both');

-- What cannot be.
SELECT * FROM classify_evaluate(NULL, 'byhand');
SELECT * FROM classify_report(NULL, 'nobody');
SELECT * FROM classify_evaluate('SELECT text FROM mails', 'byhand');
SELECT * FROM classify_confusion('SELECT id, text, label FROM mails', 'byhand');
SELECT * FROM classify_report('byhand');
SELECT * FROM classify_evaluate('SELECT text, x''00'' FROM mails', 'byhand');
SELECT * FROM classify_evaluate('DELETE FROM mails RETURNING text, label', 'byhand');
SELECT * FROM classify_evaluate('SELECT text, label FROM mails', 'byhand', 'x');

-- Results that someone has written: what makes no sense counts for nothing.
UPDATE classify_models SET name = 'forged', metrics =
  '{"validation":{"confusion":[["a","b",-5],[1,null,1],["<b>",2.5,3],["ham","spam","4"],"ham",[],["ham","ham",1e99]]}}'
WHERE name = 'byhand';
SELECT * FROM classify_confusion(NULL, 'forged');
SELECT rows, accuracy, quote(log_loss), quote(calibration_error) FROM classify_evaluate(NULL, 'forged');
UPDATE classify_models SET metrics = '{"validation":{"confusion":"drop table mails"}}' WHERE name = 'forged';
SELECT * FROM classify_confusion(NULL, 'forged');
UPDATE classify_models SET metrics = 'no JSON' WHERE name = 'forged';
SELECT * FROM classify_confusion(NULL, 'forged');

-- Views and triggers that a file may hold cannot call them: they run SQL.
CREATE VIEW judged AS SELECT * FROM classify_evaluate('SELECT text, label FROM mails', 'byhand');
SELECT * FROM judged;
