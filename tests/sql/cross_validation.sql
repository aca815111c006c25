-- Below 1,000 rows a training that may choose judges itself by cross-validation.
.load build/classify
.read tests/sql/data/tickets.sql

-- Every row is judged, and each figure is of all rows. The answer has those of the metrics.
CREATE TABLE answers AS SELECT classify_train(body, category, 'folds', json_remove(:small, '$.validation')) AS answer
FROM (SELECT * FROM tickets ORDER BY id);
SELECT json_extract(metrics, '$.rows', '$.validation_rows', '$.validation.rows', '$.validation.folds')
FROM classify_models;
SELECT rows FROM classify_evaluate(NULL, 'folds');
SELECT label, support FROM classify_report(NULL, 'folds') ORDER BY label;
SELECT sum(count) FROM classify_confusion(NULL, 'folds');
SELECT accuracy = json_extract(answer, '$.validation_accuracy'), macro_f1 = json_extract(answer, '$.validation_f1')
FROM classify_evaluate(NULL, 'folds'), answers;
SELECT card LIKE '%Measured by cross-validation on 50 rows: each was held out of a model that then judged it.%',
       card LIKE '%<dt>Rows</dt><dd>50</dd>%', card LIKE '%50 held out%' FROM (SELECT classify_card('folds') AS card);

-- A fraction or a query switches it off; null is the default.
WITH given(validation) AS (VALUES ('null'), (0), (0.1), (0.5), ('"SELECT body, category FROM tickets"'))
SELECT validation, json_extract(classify_train(body, category, 'given ' || validation,
                                               json_set(:small, '$.validation', json(validation))), '$.rows')
FROM given, tickets GROUP BY validation;
SELECT name, json_extract(metrics, '$.validation_rows', '$.validation.folds'), json_extract(options, '$.validation')
FROM classify_models WHERE name LIKE 'given%' ORDER BY name;

-- But for calibration the model is the same, and rows are labelled alike.
SELECT count(DISTINCT classify(body, 'folds') || classify(body, 'given 0.1')) FROM tickets;
SELECT count(*) FROM classify_words('folds') AS a JOIN classify_words('given 0.1') AS b USING (label, token, count)
WHERE (SELECT count(*) FROM classify_words('folds')) > 5;

-- The options of a model train it again. With any number of threads all of it is the same.
WITH threads(n) AS (VALUES (1), (2), (4), (9))
SELECT count(*) FROM (
  SELECT classify_train(body, category, 'again ' || n, json_set(options, '$.threads', n))
  FROM (SELECT * FROM tickets ORDER BY id), threads, classify_models
  WHERE name = 'folds' GROUP BY n);
SELECT count(*), count(DISTINCT weights), count(DISTINCT json_extract(metrics, '$.validation'))
FROM classify_models WHERE name = 'folds' OR name LIKE 'again%';

-- In FROM the epochs have the figures of the rows held out, one in ten. The last one learns from these.
SELECT count(*), sum(validation_accuracy IS NULL), max(epoch), sum(round(5 * validation_accuracy, 6) % 1 = 0)
FROM classify_train('SELECT body, category FROM tickets', 'watched', json_remove(:small, '$.validation'));
SELECT rows FROM classify_evaluate(NULL, 'watched');

-- Where the labels cannot be told from the words, that is what all rows say; five of them may say anything.
CREATE TABLE coins AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200)
SELECT i, 'word' || i || ' other' || i AS body, iif(i * i % 1009 * 7919 % 1013 % 2, 'heads', 'tails') AS side FROM n;
SELECT json_extract(classify_train(body, side, 'coins', json_remove(:small, '$.validation')), '$.validation_accuracy')
       BETWEEN 0.35 AND 0.65 FROM coins;
-- A text that is there twice is not judged by a model that knows it, so there is no warning.
SELECT json_extract(answer, '$.validation_accuracy') BETWEEN 0.35 AND 0.65, json_type(answer, '$.warnings')
FROM (SELECT classify_train(body, side, 'coins', json_remove(:small, '$.validation')) AS answer
      FROM coins, json_each('[1, 2]'));
SELECT json_extract(classify_train(body, side, 'held out', json_set(:small, '$.validation', 0.1)), '$.warnings')
FROM coins, json_each('[1, 2]');
SELECT rows FROM classify_evaluate(NULL, 'coins');

-- From 1,000 rows on one in ten says enough.
WITH n(rows) AS (VALUES (999), (1000))
SELECT rows, json_extract(classify_train(body, category, 'n' || rows,
       '{"epochs":2,"encoder":"none","embedding":2,"subwords":false,"linear":false}'), '$.rows')
FROM n, (SELECT row_number() OVER (ORDER BY a.id, t.id) AS number, t.body || a.id AS body, t.category
         FROM tickets AS t, tickets AS a)
WHERE number <= rows GROUP BY rows;
SELECT name, json_extract(metrics, '$.validation_rows', '$.validation.folds'), json_extract(options, '$.validation')
FROM classify_models WHERE name IN ('n999', 'n1000') ORDER BY name;

-- Few rows; labels with one text, which could not be known to those who judge, and empty texts; one text in all.
SELECT json_extract(classify_train(body, category, 'few', json_remove(:small, '$.validation')), '$.rows')
FROM tickets WHERE id BETWEEN 21 AND 30;
SELECT rows FROM classify_evaluate(NULL, 'few');
CREATE TABLE odd AS SELECT body, category FROM tickets ORDER BY id;
INSERT INTO odd VALUES ('', 'billing'), ('', 'billing'), ('', 'technical'), ('hello', 'once'),
       ('bye', 'twice'), ('bye', 'twice');
SELECT json_extract(classify_train(body, category, 'odd', json_remove(:small, '$.validation')), '$.rows', '$.labels')
FROM odd;
SELECT rows FROM classify_evaluate(NULL, 'odd');
SELECT count(*) FROM classify_report(NULL, 'odd') WHERE label IN ('once', 'twice') AND support > 0;
-- Else its threshold would be where it is given to everything.
CREATE TABLE replies AS SELECT body, json_array(category) AS tags FROM tickets WHERE category <> ''
UNION ALL SELECT 'I am out of the office', '["auto"]' FROM tickets WHERE id <= 20;
SELECT json_extract(classify_train(body, tags, 'replies', json_remove(:small, '$.validation')), '$.labels') FROM replies;
SELECT sum(classify(body, 'replies') LIKE '%auto%') FROM replies;
-- Blanks and capitals make no other text.
SELECT json_extract(classify_train(body || substr('  ', 1, value), side, 'blanks',
                                   json_remove(:small, '$.validation')), '$.validation_accuracy') BETWEEN 0.35 AND 0.65
FROM coins, json_each('[0, 1, 2]');
SELECT json_extract(classify_train('always this', category, 'one text', json_remove(:small, '$.validation')), '$.rows')
FROM tickets;
SELECT rows FROM classify_evaluate(NULL, 'one text');

-- Several labels a row: thresholds are fitted on all rows, too.
SELECT json_extract(classify_train(body, iif(id % 3, json_array(category), json_array(category, 'third')), 'sets',
                                   json_remove(:small, '$.validation')), '$.rows') FROM tickets;
SELECT json_extract(metrics, '$.validation_rows', '$.validation.folds') FROM classify_models WHERE name = 'sets';
SELECT rows, lrap > 0.5 FROM classify_evaluate(NULL, 'sets');
SELECT label, support FROM classify_report(NULL, 'sets') ORDER BY label;

-- Not for a model that goes on, nor where labels are guessed; and not without time.
SELECT count(*) FROM (
  SELECT classify_train(body, category, 'on', '{"from":"folds"}') FROM tickets UNION ALL
  SELECT classify_train(body, category, 'guessed', '{"unlabelled":"SELECT body FROM tickets"}') FROM tickets UNION ALL
  SELECT classify_train(body, category, 'hurried', '{"max_seconds":0.001}') FROM tickets);
SELECT name, json_extract(metrics, '$.validation_rows', '$.validation.folds')
FROM classify_models WHERE name IN ('on', 'guessed', 'hurried') ORDER BY name;
