-- classify_models is an ordinary table, and a model is a row of it.
.load build/classify
.read tests/sql/data/tickets.sql
SELECT 'trained', classify_train(body, category, 'kinds', :small) IS NOT NULL FROM (SELECT * FROM tickets ORDER BY id);
SELECT 'trained', classify_train(body, upper(category), 'kinds', :small) IS NOT NULL FROM (SELECT * FROM tickets ORDER BY id);
SELECT name, version, created GLOB '????-??-??T??:??:??Z', labels, json_valid(options), json_valid(metrics),
       typeof(weights)
FROM classify_models ORDER BY version;

-- Deleting the newest version goes back to the one before; its number is not used again.
SELECT classify('my refund is late', 'kinds');
DELETE FROM classify_models WHERE name = 'kinds' AND version = 2;
SELECT classify('my refund is late', 'kinds');
SELECT json_extract(classify_train(body, category, 'kinds', :small), '$.version') FROM tickets;

-- Nor when all are deleted.
DELETE FROM classify_models;
SELECT classify('my refund is late', 'kinds');
SELECT json_extract(classify_train(body, category, 'kinds', :small), '$.version') FROM tickets;

-- Copying the row copies the model: to another name, another version, another database.
INSERT INTO classify_models SELECT 'copy', 7, created, labels, options, metrics, weights FROM classify_models;
SELECT classify('my refund is late', 'copy'), classify('my refund is late', 'copy@7');
SELECT json_extract(classify_train(body, category, 'copy', :small), '$.version') FROM tickets;
ATTACH ':memory:' AS other;
CREATE TABLE other.classify_models AS SELECT * FROM main.classify_models WHERE name = 'kinds';
SELECT classify('my refund is late', 'other.kinds');

-- So does renaming it.
UPDATE classify_models SET name = 'renamed' WHERE name = 'kinds';
SELECT classify('my refund is late', 'renamed');
SELECT classify('my refund is late', 'main.kinds');

-- weights alone is enough to run it; the other columns are for people.
INSERT INTO classify_models SELECT 'bare', 1, '', '', '', 'no JSON', weights
FROM classify_models WHERE name = 'renamed';
SELECT classify('my refund is late', 'bare'),
       classify_scores('my refund is late', 'bare') = classify_scores('my refund is late', 'renamed');

-- weights is a safetensors file, out and back in: eight bytes that say how long the header is, then JSON.
SELECT substr(weights, 9, 1) = CAST('{' AS BLOB), instr(weights, CAST('"__metadata__"' AS BLOB)) > 0
FROM classify_models WHERE name = 'renamed';
SELECT 'bytes written', writefile('build/kinds.safetensors', weights) = length(weights) FROM classify_models WHERE name = 'renamed';
INSERT INTO classify_models VALUES ('file', 1, '', '', '', '', readfile('build/kinds.safetensors'));
.shell rm build/kinds.safetensors
SELECT classify('my refund is late', 'file'),
       classify_scores('my refund is late', 'file') = classify_scores('my refund is late', 'renamed');

-- The table may be dropped, and comes again.
DROP TABLE main.classify_models;
DROP TABLE other.classify_models;
SELECT classify('my refund is late', 'renamed');
SELECT json_extract(classify_train(body, category, 'renamed', :small), '$.model') FROM tickets;
SELECT classify('my refund is late');
