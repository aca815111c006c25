-- How a model is named, and what is said when there is none.
.load build/classify
.read tests/sql/data/tickets.sql

-- No model at all. Asking makes no table.
SELECT classify('my refund');
SELECT classify('my refund', 'spam');
SELECT classify('my refund', 'main.spam@3');
SELECT * FROM classify_rows('SELECT 1, 2');
SELECT 'tables', count(*) FROM sqlite_master WHERE name LIKE 'classify%';

-- The only one there is needs no name, not even if it has versions.
SELECT 'version', json_extract(classify_train(body, category, 'spam', :small), '$.version') FROM tickets;
SELECT json_extract(classify_train(body, category, 'spam', :small), '$.version') FROM tickets;
SELECT classify('my refund is late');

-- Several, and none called default: one must be named.
SELECT 'version', json_extract(classify_train(body, id % 2, 'parity', :small), '$.version') FROM tickets;
SELECT classify('my refund is late');
SELECT * FROM classify_labels('my refund is late');
SELECT * FROM classify_attention('my refund is late');
SELECT * FROM classify_rows('SELECT 1, 2');
SELECT classify('my refund is late', 'spam');

-- With one called default, that is it.
SELECT json_extract(classify_train(body, upper(category)), '$.model') FROM tickets;
SELECT 'answers as default does', classify('my refund is late') IN ('BILLING', 'TECHNICAL');

-- name@version; without a version the newest.
SELECT json_extract(classify_train(body, upper(category), 'spam', :small), '$.version') FROM tickets;
SELECT classify('my refund is late', 'spam'), classify('my refund is late', 'spam@3'),
       classify('my refund is late', 'spam@1');
SELECT classify('my refund is late', 'spam@4');
SELECT classify('my refund is late', 'spam@0');
SELECT classify('my refund is late', 'spam@-1');
SELECT classify('my refund is late', 'spam@');
SELECT classify('my refund is late', 'spam@new');
SELECT classify('my refund is late', 'spam@99999999999999999999');
SELECT classify('my refund is late', 'span@1');

-- Names are compared as they are written.
SELECT classify('my refund is late', 'Spam');
SELECT classify('my refund is late', '');
SELECT classify('my refund is late', '@1');
SELECT classify('my refund is late', 'main.');

-- A database that is not there, one without models, and a name that is cut where it is quoted.
SELECT classify('my refund is late', 'zz.bank');
SELECT classify('my refund is late', 'temp.bank@2');
SELECT classify('my refund is late', printf('%.*c', 100000, 'm'));
SELECT classify('my refund is late', printf('%.*c', 100000, 'm') || '.n');
SELECT classify_train(body, category, printf('%.*c', 100000, 'm') || '@2') FROM tickets;

-- schema.name, for databases that are attached.
ATTACH ':memory:' AS other;
SELECT json_extract(classify_train(body, 'other ' || category, 'other.spam', :small), '$.model', '$.version')
FROM tickets;
SELECT json_extract(classify_train(body, 'other ' || category, 'other.guests', :small), '$.model', '$.version')
FROM tickets;
SELECT classify('my refund is late', 'other.spam'), classify('my refund is late', 'OTHER.spam@1'),
       classify('my refund is late', 'main.spam');
SELECT classify('my refund is late', 'other.parity');
SELECT classify('my refund is late', 'main.guests');
SELECT classify('my refund is late', 'other.spam@2');

-- A bare name is looked up in main, temp, attached; what is trained in temp by name comes before main.
SELECT classify('my refund is late', 'spam'), classify('my refund is late', 'guests');
SELECT json_extract(classify_train(body, 'temp ' || category, 'temp.spam', :small), '$.model') FROM tickets;
SELECT classify('my refund is late', 'spam'), classify('my refund is late', 'temp.spam'),
       classify('my refund is late', 'main.spam');
SELECT 'main', name, version FROM main.classify_models UNION ALL
SELECT 'other', name, version FROM other.classify_models UNION ALL
SELECT 'temp', name, version FROM temp.classify_models ORDER BY 1, 2, 3;

-- The first schema that has the name is it, also for a version that it lacks.
SELECT classify('my refund is late', 'spam@2');

-- The list in a message names each once.
SELECT classify('my refund is late', 'nope');

-- A name that two databases have is one name.
CREATE TEMP TABLE others AS SELECT * FROM main.classify_models WHERE name <> 'spam';
DELETE FROM main.classify_models WHERE name <> 'spam';
DELETE FROM other.classify_models WHERE name <> 'spam';
SELECT classify('my refund is late');
SELECT classify('my refund is late', 'spam@9');
INSERT INTO main.classify_models SELECT * FROM others;

-- Trained by its bare name, it is main's again that the bare name means.
SELECT json_extract(classify_train(body, category, 'spam', :small), '$.model') FROM tickets;
SELECT classify('my refund is late', 'spam'), classify('my refund is late', 'temp.spam');

-- What is put into temp by hand hides nothing.
INSERT INTO temp.classify_models SELECT 'default', 99, created, labels, options, metrics, weights
FROM temp.classify_models WHERE name = 'spam';
SELECT classify('my refund is late', 'default') LIKE 'temp%', classify('my refund is late') LIKE 'temp%';
DELETE FROM temp.classify_models WHERE name = 'default';

-- A dot without such a schema is part of the name.
SELECT json_extract(classify_train(body, category, 'v1.0 beta', :small), '$.model') FROM tickets;
SELECT classify('my refund is late', 'v1.0 beta'), classify('my refund is late', 'main.v1.0 beta@1');

-- Also when a schema of this name is attached later: neither the model nor its next version is lost.
SELECT json_extract(classify_train(body, 'org ' || category, 'example.org', :small), '$.model') FROM tickets;
SELECT json_extract(classify_train(body, 'org ' || category, 'other.example.net', :small), '$.model') FROM tickets;
ATTACH ':memory:' AS example;
SELECT classify('my refund is late', 'EXAMPLE.org');
SELECT classify('my refund is late', 'example.org'), classify('my refund is late', 'example.org@1'),
       classify('my refund is late', 'example.net');
SELECT json_extract(classify_train(body, 'org ' || category, 'example.org', :small), '$.model', '$.version')
FROM tickets;
SELECT json_extract(classify_train(body, 'new ' || category, 'example.com', :small), '$.model') FROM tickets;
SELECT json_extract(classify_train(body, 'new ' || category, 'example.net', :small), '$.model') FROM tickets;
SELECT classify('my refund is late', 'example.com'), classify('my refund is late', 'example.net'),
       classify('my refund is late', 'other.example.net');
SELECT classify('my refund is late', 'example.info');
SELECT 'example', name FROM example.classify_models ORDER BY name;

-- main and temp are always there, so a name that begins with them means them.
INSERT INTO other.classify_models SELECT 'main.example.org', 9, created, labels, options, metrics, weights
FROM other.classify_models WHERE name = 'spam' LIMIT 1;
SELECT classify('my refund is late', 'main.example.org');
DELETE FROM other.classify_models WHERE name LIKE '%example%';
DELETE FROM main.classify_models WHERE name LIKE 'example%';
DETACH example;

-- A version cannot be chosen, nor a name be empty.
SELECT classify_train(body, category, 'spam@7', :small) FROM tickets;
SELECT classify_train(body, category, 'spam@', :small) FROM tickets;
SELECT classify_train(body, category, '@', :small) FROM tickets;
SELECT classify_train(body, category, 'spam@99999999999999999999', :small) FROM tickets;
SELECT json_extract(classify_train(body, category, 'me@home', :small), '$.model') FROM tickets;
DELETE FROM main.classify_models WHERE name = 'me@home';
SELECT classify_train(body, category, '', :small) FROM tickets;
SELECT classify_train(body, category, 'main.', :small) FROM tickets;
SELECT classify_train(body, category, x'0001', :small) FROM tickets;

-- When a database is detached, so are its models.
DETACH other;
SELECT classify('my refund is late', 'guests');
SELECT classify('my refund is late', 'other.guests');

-- Options in the model's place.
SELECT classify_train('a text', 'a label', '{"epochs":1}');

-- Of many names some are listed.
ATTACH ':memory:' AS many;
CREATE TABLE many.classify_models(name, version, created, labels, options, metrics, weights);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30)
INSERT INTO many.classify_models(name, version) SELECT printf('m%02d', i), 1 FROM n;
SELECT classify('my refund is late', 'nope');
