-- max_memory: how many bytes a training may take. What needs more is refused before anything is learned.
.load build/classify
.read tests/sql/data/tickets.sql

-- The sentence says what the training needs, and what would lessen it below the limit.
SELECT classify_train(body, category, 'none', '{"max_memory": 40000000, "threads": 1}') FROM tickets;
SELECT classify_train(body, category, 'less', '{"max_memory": 40000000, "threads": 1, "subwords": false, "epochs": 1}') IS NOT NULL FROM tickets;
SELECT json_extract(options, '$.max_memory') FROM classify_models WHERE name = 'less';

-- In each form of a training.
SELECT count(*) FROM classify_train('SELECT body, category FROM tickets', 'none', '{"max_memory": 1e6, "threads": 1, "linear": false}');
SELECT category, classify_train(body, id % 2, 'none', '{"max_memory": 1e6, "threads": 1, "linear": false}') FROM tickets GROUP BY category;
SELECT classify_train(body, json_array(category), 'none', '{"max_memory": 1e6, "threads": 1, "linear": false}') FROM tickets;
SELECT classify_train(body, category, 'none', '{"max_memory": 1e6, "threads": 1, "linear": false, "from": "less"}') FROM tickets;
SELECT classify_train(body, category, 'none', '{"max_memory": 1e6, "threads": 1, "linear": false, "unlabelled": "SELECT body FROM tickets"}') FROM tickets;
SELECT classify_train(body, category, 'none', '{"max_memory": 1e6, "threads": 1, "linear": false, "validation": "SELECT body, category FROM tickets"}') FROM tickets;
CREATE TABLE known AS SELECT body, CAST(x'000000000000803f' AS BLOB) AS vector FROM tickets;
SELECT classify_train(body, iif(id % 2, category, NULL), 'none', '{"max_memory": 1e6, "threads": 1, "linear": false, "teacher": "SELECT body, vector FROM known"}') FROM tickets;

-- A table without end is refused while it is read, after so many rows that are the same each time.
SELECT classify_train('w' || (n % 1009) || ' w' || (n % 31) || ' w' || n, n % 2, 'none', '{"max_memory": 150e6, "threads": 1, "linear": false}')
FROM (WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers) SELECT n FROM numbers);
SELECT count(*) FROM classify_train('WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers)
  SELECT ''w'' || (n % 1009) || '' w'' || (n % 31) || '' w'' || n, n % 2 FROM numbers', 'none', '{"max_memory": 150e6, "threads": 1, "linear": false}');
SELECT classify_train(body, category, 'none', json_object('max_memory', 150e6, 'threads', 1, 'linear', json('false'), 'unlabelled',
  'WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers) SELECT ''w'' || (n % 1009) || '' w'' || n FROM numbers'))
FROM tickets;

-- Rows without a word and without a label, more than a megabyte of them.
SELECT classify_train('', '[]', 'none', '{"multilabel": true, "max_memory": 1e9, "threads": 1}')
FROM (WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT 140000) SELECT n FROM numbers);
SELECT classify_train('', NULL, 'none', '{"teacher": "SELECT body, vector FROM known", "max_memory": 1e9, "threads": 1}')
FROM (WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT 140000) SELECT n FROM numbers);

-- Nothing was saved, and all goes on.
SELECT name FROM classify_models;
SELECT classify('my refund is late', 'less') IS NOT NULL;

-- More than any machine has is a limit, too; null is none.
SELECT classify_train(body, category, 'more', '{"max_memory": 1e15, "epochs": 1}') IS NOT NULL FROM tickets;
SELECT json_extract(options, '$.max_memory') FROM classify_models WHERE name = 'more';
SELECT classify_train(body, category, 'more', '{"max_memory": null, "epochs": 1}') IS NOT NULL FROM tickets;
SELECT json_extract(options, '$.max_memory') IS NULL FROM classify_models WHERE name = 'more' AND version = 2;

-- Of few long texts fewer tokens are read.
SELECT classify_train((WITH RECURSIVE n(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n LIMIT 300000)
                       SELECT group_concat('w' || n % 100, ' ') FROM n), value % 2, 'long',
                      '{"max_tokens": 100000, "max_memory": 250e6, "threads": 1, "validation": 0}')
FROM json_each('[1, 2, 3, 4]');

-- What is no number of bytes.
SELECT classify_train(body, category, 'none', '{"max_memory": 0}') FROM tickets;
SELECT classify_train(body, category, 'none', '{"max_memory": -1}') FROM tickets;
SELECT classify_train(body, category, 'none', '{"max_memory": 1.5}') FROM tickets;
SELECT classify_train(body, category, 'none', '{"max_memory": 1e300}') FROM tickets;
SELECT classify_train(body, category, 'none', '{"max_memory": "1 GB"}') FROM tickets;
SELECT classify_train(body, category, 'none', '{"max_memory": true}') FROM tickets;
