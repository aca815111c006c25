-- The option validation: a fraction of the rows, or a query of its own.
.load build/classify
.read tests/sql/data/tickets.sql

-- A fraction of each label's rows is held out; 0 holds out none.
WITH fractions(f) AS (VALUES (0), (0.1), (0.5), (0.9))
SELECT count(*) FROM (
  SELECT classify_train(body, category, 'fraction ' || f, json_set(:small, '$.validation', f))
  FROM fractions, tickets GROUP BY f);
SELECT name, json_extract(metrics, '$.rows', '$.validation_rows'),
       json_extract(metrics, '$.validation_accuracy') IS NULL
FROM classify_models ORDER BY name;

-- A label with one row keeps it for training.
CREATE TABLE rare AS SELECT body, category FROM tickets ORDER BY id;
INSERT INTO rare VALUES ('good morning', 'greeting');
SELECT json_extract(classify_train(body, category, 'rare', json_set(:small, '$.validation', 0.9)), '$.labels')
FROM (SELECT * FROM rare ORDER BY rowid);
SELECT labels FROM classify_models WHERE name = 'rare';

-- A query gives the rows to validate with; all others are learned from.
CREATE TABLE checks(body, category);
INSERT INTO checks VALUES ('my refund is late', 'billing'), ('my printer is late', 'technical'),
       ('your invoice ?', 'billing');
SELECT json_extract(classify_train(body, category, 'query',
                                   json_set(:small, '$.validation', 'SELECT body, category FROM checks')),
                    '$.validation_accuracy', '$.validation_f1') FROM tickets;
SELECT json_extract(metrics, '$.rows', '$.validation_rows'), json_extract(options, '$.validation')
FROM classify_models WHERE name = 'query';
SELECT max(epoch), round(max(validation_accuracy), 3), max(validation_loss) > 0
FROM classify_train('SELECT body, category FROM tickets', 'query',
                    json_set(:small, '$.validation', 'SELECT body, category FROM checks'));

-- A label that no training row has is an error of the model, but no label of it. NULLs are skipped.
INSERT INTO checks VALUES ('good morning', 'greeting'), (NULL, 'billing'), ('my refund', NULL);
SELECT round(json_extract(summary, '$.validation_accuracy'), 3), json_extract(summary, '$.labels', '$.skipped') FROM (
  SELECT classify_train(body, category, 'query',
           json_set(:small, '$.validation', 'SELECT body, category FROM checks')) AS summary
  FROM tickets);

-- Only labels that no training row has.
SELECT json_extract(classify_train(body, category, 'strange',
           json_set(:small, '$.validation', 'SELECT ''hello'', ''greeting''')),
                    '$.validation_accuracy', '$.labels') FROM (SELECT * FROM tickets ORDER BY id);

-- Words of validation rows are not learned, if the rows come from a query.
SELECT 'trained', classify_train(body, category, 'query', json_set(:small, '$.subwords', json('false'),
                      '$.validation', 'SELECT body, category FROM checks')) IS NOT NULL FROM tickets;
SELECT 'unknown words read the same', classify_scores('greetings', 'query') = classify_scores('morning', 'query');

-- Rows that were held out of the rows themselves are learned from in the last epoch, and their words are known: what is
-- left out of one training row of each label is in the model all the same.
CREATE TABLE twos(body, label);
INSERT INTO twos VALUES ('lemon', 'fruit'), ('cherry', 'fruit'), ('granite', 'stone'), ('basalt', 'stone');
SELECT json_extract(classify_train(body, label, 'twos', '{"validation":0.5,"epochs":20,"subwords":false}'),
                    '$.epochs', '$.best_epoch', '$.validation_accuracy' ) FROM twos;
SELECT sum(classify(body, 'twos') = label), count(DISTINCT classify_scores(body, 'twos')) FROM twos;
SELECT json_extract(metrics, '$.rows', '$.validation_rows'),
       json_extract(metrics, '$.history[18].validation_accuracy') IS NULL,
       json_extract(metrics, '$.history[19].validation_accuracy') IS NULL
FROM classify_models WHERE name = 'twos';

-- Not with one epoch only, nor with a query.
SELECT epoch, validation_accuracy IS NULL, is_best
FROM classify_train('SELECT body, label FROM twos', 'one', '{"validation":0.5,"epochs":1}');
SELECT epoch, validation_accuracy IS NULL, is_best
FROM classify_train('SELECT body, label FROM twos', 'one', '{"validation":"SELECT body, label FROM twos","epochs":2}');
SELECT epoch, validation_accuracy IS NULL, is_best
FROM classify_train('SELECT body, label FROM twos', 'one', '{"validation":0.5,"epochs":2}');

-- Queries that will not do; the option is checked before a row is read.
SELECT classify_train(body, category, 'bad', '{"validation":""}') FROM tickets;
SELECT classify_train(body, category, 'bad', '{"validation":"0.1"}') FROM tickets;
SELECT classify_train(body, category, 'bad', '{"validation":"SELECT body FROM checks"}') FROM tickets;
SELECT classify_train(body, category, 'bad', '{"validation":"SELECT body, category FROM nowhere"}') FROM tickets;
SELECT classify_train(body, category, 'bad', '{"validation":"SELECT body, category FROM checks WHERE 0"}')
FROM tickets;
SELECT classify_train(body, category, 'bad', '{"validation":"SELECT body, NULL FROM checks"}') FROM tickets;
SELECT classify_train(body, category, 'bad', '{"validation":"SELECT body, x''0001'' FROM checks"}') FROM tickets;
SELECT classify_train(body, category, 'bad', '{"validation":"DELETE FROM checks RETURNING body, category"}')
FROM tickets;
SELECT epoch FROM classify_train('SELECT body, category FROM tickets', 'bad',
         '{"validation":"PRAGMA table_info(tickets)"}');
SELECT epoch FROM classify_train('SELECT body, category FROM nowhere', 'bad',
         '{"validation":"SELECT body FROM checks"}');
SELECT count(*) FROM checks;
