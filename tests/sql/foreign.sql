-- A table, or something else, that happens to be called classify_models.
.load build/classify
.read tests/sql/data/tickets.sql

-- Other columns: not trained into, not read, not touched.
CREATE TABLE classify_models(id INTEGER PRIMARY KEY, model);
INSERT INTO classify_models VALUES (1, 'mine');
SELECT classify_train(body, category, 'kinds', :small) FROM tickets;
SELECT count(*) FROM classify_train('SELECT body, category FROM tickets', 'kinds', :small);
SELECT classify('my refund', 'kinds');
SELECT classify('my refund');
SELECT * FROM classify_models;
DROP TABLE classify_models;

-- A column too few. One too many does no harm.
CREATE TABLE classify_models(name, version, created, labels, options, metrics);
SELECT classify_train(body, category, 'kinds', :small) FROM tickets;
SELECT classify('my refund', 'kinds');
DROP TABLE classify_models;
CREATE TABLE classify_models(name, version, created, labels, options, metrics, weights, notes);
SELECT json_extract(classify_train(body, category, 'kinds', :small), '$.version') FROM tickets;
SELECT classify('my refund is late', 'kinds'), notes FROM classify_models;
DROP TABLE classify_models;
DROP TABLE classify_versions;

-- One that needs a value.
CREATE TABLE classify_models(notes NOT NULL, weights, metrics, options, labels, created, version, name);
SELECT classify_train(body, category, 'kinds', :small) FROM tickets;
DROP TABLE classify_models;

-- One without numbers of rows, by which models are found.
CREATE TABLE classify_models(name, version, created, labels, options, metrics, weights, PRIMARY KEY (name, version)) WITHOUT ROWID;
SELECT classify_train(body, category, 'kinds', :small) FROM tickets;
DROP TABLE classify_models;

-- A view, even with the right columns: what it says is never run.
CREATE VIEW classify_models AS SELECT 'kinds' AS name, 1 AS version, '' AS created, '' AS labels, '' AS options,
  '' AS metrics, classify('my refund', 'kinds') AS weights;
SELECT classify_train(body, category, 'kinds', :small) FROM tickets;
SELECT classify('my refund', 'kinds');
SELECT classify('my refund');
DROP VIEW classify_models;

-- A virtual table.
CREATE VIRTUAL TABLE classify_models USING fts5(name, version, created, labels, options, metrics, weights);
SELECT classify_train(body, category, 'kinds', :small) FROM tickets;
INSERT INTO classify_models VALUES ('kinds', 1, '', '', '', '', 'weights');
SELECT classify('my refund', 'kinds');
DROP TABLE classify_models;

-- The same columns without a key are as good, and so is a table of models in another database.
CREATE TABLE classify_models(name, version, created, labels, options, metrics, weights);
SELECT 'version', json_extract(classify_train(body, category, 'kinds', :small), '$.version') FROM tickets;
SELECT json_extract(classify_train(body, category, 'kinds', :small), '$.version') FROM tickets;
SELECT classify('my refund is late', 'kinds');

-- A foreign table in one database does not hide the models of another.
ATTACH ':memory:' AS other;
CREATE TABLE other.classify_models(id);
SELECT classify('my refund is late', 'kinds');
SELECT classify('my refund is late', 'nope');
SELECT classify('my refund is late', 'other.kinds');
DETACH other;

-- Something else in place of the list of versions is left alone.
DROP TABLE classify_models;
DROP TABLE classify_versions;
CREATE VIEW classify_versions AS SELECT 'kinds' AS name, 40 AS newest;
SELECT 'version', json_extract(classify_train(body, category, 'kinds', :small), '$.version') FROM tickets;
SELECT json_extract(classify_train(body, category, 'kinds', :small), '$.version') FROM tickets;
SELECT name, version FROM classify_models ORDER BY version;
SELECT type, name FROM sqlite_master WHERE type IN ('view', 'trigger') ORDER BY name;

-- A table named as one of our functions hides this function, as SQLite has it, and no other.
CREATE TABLE classify_rows(id, body);
INSERT INTO classify_rows VALUES (1, 'my refund is late');
SELECT id, classify(body, 'kinds') FROM classify_rows;
SELECT * FROM classify_rows('SELECT 1, 2', 'kinds');
SELECT rank, label FROM classify_labels('my refund is late', 'kinds') WHERE rank = 1;

-- A table of the extension's own, which has no rows.
SELECT 'rows of the guard', count(*) FROM classify_guard;
