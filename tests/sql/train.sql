-- classify_train() as an aggregate: what it returns, saves and skips.
.load build/classify
.read tests/sql/data/tickets.sql

-- One line of JSON.
SELECT group_concat(key, ' ')
FROM (SELECT classify_train(body, category, 'kinds', :small) AS summary FROM (SELECT * FROM tickets ORDER BY id)), json_each(summary);

-- Each training is a new version, under a number of its own.
SELECT json_extract(classify_train(body, category, 'kinds', :small), '$.model', '$.version', '$.rows', '$.labels')
FROM (SELECT * FROM tickets ORDER BY id);
SELECT name, version, labels FROM classify_models ORDER BY version;

-- Without a name the model is called default.
SELECT json_extract(classify_train(body, category, NULL, :small), '$.model', '$.version') FROM tickets;

-- Two arguments suffice: a tenth of the rows is held out then.
SELECT json_extract(classify_train(body, category), '$.version', '$.rows') FROM tickets;
SELECT json_extract(metrics, '$.rows', '$.validation_rows')
FROM classify_models WHERE name = 'default' AND version = 2;

-- With keep, the older versions of that name go.
SELECT json_extract(classify_train(body, category, 'kinds', json_set(:small, '$.keep', 2)), '$.version') FROM tickets;
SELECT name, version FROM classify_models ORDER BY name, version;

-- GROUP BY: a model per group. Here the words mean one thing in one shop, the other in the other.
CREATE TABLE shops AS
  SELECT 'north' AS shop, body, category FROM tickets UNION ALL
  SELECT 'south', body, CASE category WHEN 'billing' THEN 'technical' ELSE 'billing' END FROM tickets;
SELECT shop, json_extract(classify_train(body, category, shop, :small), '$.model', '$.version')
FROM shops GROUP BY shop;
SELECT shop, classify('my refund is late', shop) FROM (SELECT DISTINCT shop FROM shops) ORDER BY shop;

-- A group that cannot be learned from is an error; the groups before it are saved.
SELECT count(*) FROM (
  SELECT classify_train(body, category, CASE WHEN id <= 30 THEN 'first' ELSE 'second' END, :small)
  FROM tickets GROUP BY id > 30);
SELECT name FROM classify_models WHERE name IN ('first', 'second');
SELECT count(*) FROM (
  SELECT classify_train(iif(id > 30, CAST(body AS BLOB), body), id % 2, 'group ' || (id > 30), :small)
  FROM tickets GROUP BY id > 30);

-- Several models in one pass over the rows.
SELECT json_extract(classify_train(body, category, 'by category', :small), '$.model'),
       json_extract(classify_train(body, body LIKE '%late%', 'is late', :small), '$.model')
FROM tickets;
SELECT classify('my refund is late', 'by category'), classify('my refund is late', 'is late');

-- Rows whose text or label is NULL are skipped and counted; an empty text is a text.
CREATE TABLE gaps(body, category);
INSERT INTO gaps SELECT body, category FROM tickets UNION ALL
  VALUES (NULL, 'billing'), ('my refund', NULL), (NULL, NULL), ('', 'technical'), ('   ', 'technical');
SELECT json_extract(classify_train(body, category, 'gaps', :small), '$.rows', '$.skipped') FROM gaps;

-- FILTER and ORDER BY work as for any aggregate.
SELECT json_extract(classify_train(body, category, 'few', :small) FILTER (WHERE id % 2), '$.rows') FROM tickets;

-- What was used stands beside the weights, as JSON for people.
SELECT json_extract(options, '$.epochs', '$.hidden', '$.encoder', '$.seed'),
       json_extract(metrics, '$.rows', '$.skipped', '$.labels', '$.epochs', '$.query'),
       json_array_length(metrics, '$.history')
FROM classify_models WHERE name = 'gaps';
SELECT group_concat(key, ' ') FROM json_each((SELECT metrics FROM classify_models WHERE name = 'gaps'));
