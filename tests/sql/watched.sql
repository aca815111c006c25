-- classify_train() in FROM: a row per epoch, as the epoch ends.
.load build/classify
.read tests/sql/data/tickets.sql

.mode csv
.headers on
SELECT epoch, validation_loss, validation_accuracy, validation_f1, is_best
FROM classify_train('SELECT body, category FROM tickets', 'kinds', :small) WHERE epoch >= 11;
.headers off
.mode list

-- It learns.
SELECT count(*), max(train_accuracy) > 0.9, min(train_loss) < 0.1, min(learning_rate) > 0,
       min(rows_per_second) > 0, max(seconds) > 0
FROM classify_train('SELECT body, category FROM tickets', 'kinds', :small);

-- With rows held out, patience ends it early: after four epochs that are no better than the best, and one on all rows,
-- which is not judged. (What is to be learned here nothing tells.)
SELECT count(*) < 500, sum(validation_accuracy IS NULL), sum(validation_loss IS NULL), sum(validation_f1 IS NULL)
FROM classify_train('SELECT body, id * id % 7 % 2 FROM tickets', 'patient',
                    json_set(:small, '$.validation', 0.3, '$.epochs', 500, '$.patience', 4));
SELECT json_extract(metrics, '$.epochs') - json_extract(metrics, '$.best_epoch'), json_extract(metrics, '$.query')
FROM classify_models WHERE name = 'patient';

-- Without it all epochs are run; the last is on all rows, and the one before it counts as the best.
SELECT count(*), group_concat(CASE WHEN validation_accuracy IS NULL THEN epoch END),
       group_concat(CASE WHEN is_best THEN epoch END), sum(learning_rate > 0)
FROM classify_train('SELECT body, category FROM tickets', 'patient', json_set(:small, '$.validation', 0.2));
SELECT json_extract(metrics, '$.epochs', '$.best_epoch', '$.validation_accuracy')
FROM classify_models WHERE name = 'patient' AND version = 2;

-- Both forms learn the same.
SELECT 'trained', classify_train(body, category, 'aggregate', :small) IS NOT NULL FROM tickets;
SELECT count(*) FROM classify_train('SELECT body, category FROM tickets', 'from', :small);
SELECT 'different weights', count(DISTINCT weights) FROM classify_models WHERE name IN ('aggregate', 'from');

-- The model is there before the row of the last epoch is.
SELECT epoch, (SELECT count(*) FROM classify_models WHERE name = 'soon')
FROM classify_train('SELECT body, category FROM tickets', 'soon', :small) WHERE epoch > 10;

-- Stopped before that, nothing is saved.
SELECT epoch FROM classify_train('SELECT body, category FROM tickets', 'stopped', :small) LIMIT 3;
SELECT 'models', count(*) FROM classify_models WHERE name = 'stopped';

-- Model and options may be left out, as NULL or altogether.
SELECT 'trained', count(*) > 0 FROM classify_train('SELECT body, category FROM tickets');
SELECT count(*) FROM classify_train('SELECT body, category FROM tickets', NULL, :small);
SELECT name, max(version) FROM classify_models GROUP BY name ORDER BY name;

-- A join that would run it for each outer row is refused; MATERIALIZED reads it once.
SELECT count(*)
FROM (VALUES (1), (2)) CROSS JOIN classify_train('SELECT body, category FROM tickets', 'joined', :small);
WITH t AS MATERIALIZED (SELECT * FROM classify_train('SELECT body, category FROM tickets', 'once', :small))
SELECT count(*) FROM (VALUES (1), (2)) CROSS JOIN t;
SELECT 'version', max(version) FROM classify_models WHERE name = 'once';

-- A lateral join trains on a query per row.
SELECT name, count(*)
FROM (SELECT 'odd' AS name, 1 AS rest UNION ALL SELECT 'even', 0)
CROSS JOIN classify_train('SELECT body, category FROM tickets WHERE id % 2 = ' || rest, name, :small)
GROUP BY name;
