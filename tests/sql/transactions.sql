-- Models take part in transactions, and what is loaded is never out of date.
.load build/classify
.read tests/sql/data/tickets.sql

-- A training that is rolled back leaves nothing: no model, no table.
BEGIN;
SELECT 'version', json_extract(classify_train(body, category, 'kinds', :small), '$.version') FROM tickets;
SELECT classify('my refund is late', 'kinds');
ROLLBACK;
SELECT classify('my refund is late', 'kinds');
SELECT 'tables', count(*) FROM sqlite_master WHERE name LIKE 'classify%';

-- The number is free again, and may come to mean another model: which one is asked at each statement.
SELECT 'version', json_extract(classify_train(body, upper(category), 'kinds', :small), '$.version') FROM tickets;
SELECT classify('my refund is late', 'kinds@1');
BEGIN;
SELECT json_extract(classify_train(body, 'second ' || category, 'kinds', :small), '$.version') FROM tickets;
SELECT classify('my refund is late', 'kinds'), classify('my refund is late', 'kinds@2');
ROLLBACK;
SELECT classify('my refund is late', 'kinds');
SELECT json_extract(classify_train(body, 'third ' || category, 'kinds', :small), '$.version') FROM tickets;
SELECT classify('my refund is late', 'kinds'), classify('my refund is late', 'kinds@2');

-- Within a transaction: savepoints.
BEGIN;
SAVEPOINT one;
SELECT count(*) FROM classify_train('SELECT body, ''fourth '' || category FROM tickets', 'kinds', :small);
SELECT classify('my refund is late', 'kinds');
ROLLBACK TO one;
SELECT classify('my refund is late', 'kinds');
DELETE FROM classify_models WHERE version = 2;
SELECT classify('my refund is late', 'kinds');
COMMIT;
SELECT classify('my refund is late', 'kinds');
SELECT name, version FROM classify_models;

-- Deleted, retrained, changed in place: seen at the next statement.
SELECT json_extract(classify_train(body, category, 'kinds', :small), '$.version') FROM tickets;
SELECT classify('my refund is late', 'kinds');
UPDATE classify_models SET weights = (SELECT weights FROM classify_models WHERE version = 1) WHERE version = 3;
SELECT classify('my refund is late', 'kinds');
DELETE FROM classify_models;
SELECT classify('my refund is late', 'kinds');

-- A training that fails leaves no model.
BEGIN;
SELECT classify_train(body, 'same', 'fails', :small) FROM tickets;
SELECT epoch FROM classify_train('SELECT body, category FROM tickets', 'stopped', :small) LIMIT 2;
COMMIT;
SELECT 'models', count(*) FROM classify_models;

-- A statement that writes may train: what it writes and the model are committed together.
CREATE TABLE log(line UNIQUE);
INSERT INTO log SELECT json_extract(classify_train(body, category, 'logged', :small), '$.model') FROM tickets;
SELECT line, classify('my refund is late', line) FROM log;
INSERT INTO log SELECT json_extract(classify_train(body, category, 'logged', :small), '$.model') FROM tickets;
SELECT name, count(*) FROM classify_models GROUP BY name;
