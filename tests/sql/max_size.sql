-- max_size: how many bytes a model may have.
.load build/classify

-- 3,000 words in 600 texts of 5 labels; one word of each text tells its label.
CREATE TABLE texts AS
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 600),
  words(i, text) AS (
    SELECT n.i, (SELECT group_concat(printf('w%x', (n.i * 7919 + k.i * 104729) % 3000), ' ') FROM n AS k WHERE k.i <= 8) FROM n)
SELECT i AS id, text || ' ' || substr('redsun bluesea ironbar oakwood milkjug', 1 + 8 * (i % 5), 7) AS text, 'label ' || (i % 5) AS label
FROM words;

CREATE TABLE limits(bytes);
INSERT INTO limits VALUES (NULL), (400000), (200000), (100000), (60000);
SELECT count(*) FROM (
  SELECT classify_train(text, label, 'at most ' || ifnull(bytes, 'any'), json_object('max_size', bytes, 'epochs', 2))
  FROM limits, texts GROUP BY bytes);
SELECT bytes, length(weights) <= ifnull(bytes, 1e9) AS kept, length(weights) > ifnull(0.6 * bytes, 400000) AS used,
       json_extract(options, '$.max_size'), json_extract(options, '$.embedding'), json_extract(metrics, '$.bits.embedding')
FROM limits, classify_models WHERE name = 'at most ' || ifnull(bytes, 'any') ORDER BY bytes DESC;
SELECT bytes, (SELECT avg(classify(text, 'at most ' || ifnull(bytes, 'any')) = label) > 0.9 FROM texts) FROM limits ORDER BY bytes DESC;

-- The words that are left are those that occur most.
SELECT json_extract(metrics, '$.words') < 3000 FROM classify_models WHERE name = 'at most 60000';

-- With other parts there is room for more words.
SELECT classify_train(text, label, 'plain', '{"max_size": 60000, "epochs": 1, "subwords": false, "linear": false}') IS NOT NULL FROM texts;
SELECT length(weights) <= 60000 FROM classify_models WHERE name = 'plain';
SELECT (SELECT json_extract(metrics, '$.words') FROM classify_models WHERE name = 'plain') >
       (SELECT json_extract(metrics, '$.words') FROM classify_models WHERE name = 'at most 60000');

-- Where no model can be so small, and beside what says otherwise.
SELECT classify_train(text, label, 'none', '{"max_size": 5000}') FROM texts;
SELECT classify_train(text, label, 'least', '{"max_size": 29834, "epochs": 1}') IS NOT NULL FROM texts;
SELECT length(weights) <= 29834 FROM classify_models WHERE name = 'least';
SELECT classify_train(text, label, 'none', '{"max_size": 0}') FROM texts;
SELECT classify_train(text, label, 'none', '{"max_size": "1 MB"}') FROM texts;
SELECT classify_train(text, label, 'none', '{"max_size": 100000, "compress": false}') FROM texts;
SELECT classify_train(text, label, 'none', '{"max_size": 100000, "from": "plain"}') FROM texts;
SELECT count(*) FROM classify_models WHERE name = 'none';

-- Many labels, several a row: what is said of each label counts, too.
CREATE TABLE many AS
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 900)
SELECT 'w' || (i * 7919 % 30) || ' w' || (i * 104729 % 30) AS text, json_array('L' || (i % 300), 'L' || (i * 37 % 300)) AS labels FROM n;
SELECT classify_train(text, labels, 'many', '{"max_size": 200000, "epochs": 2}') IS NOT NULL FROM many;
SELECT classify_train(text, json_extract(labels, '$[0]'), 'one', '{"max_size": 150000, "epochs": 1, "linear": false}') IS NOT NULL FROM many;
SELECT name, length(weights) <= json_extract(options, '$.max_size'), length(weights) > 0.8 * json_extract(options, '$.max_size')
FROM classify_models WHERE name IN ('many', 'one') ORDER BY name;

-- A file that SQLite could not store is known before the first epoch.
.limit length 60000
SELECT classify_train(text, label, 'none', '{"embedding": 1024, "hidden": 512}') FROM texts;
SELECT count(*) FROM classify_train('SELECT text, label FROM texts', 'none', '{"embedding": 64, "hidden": 8, "compress": false}');
