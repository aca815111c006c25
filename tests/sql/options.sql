-- Options: each is read, checked before any work, and does what it says.
.load build/classify
.read tests/sql/data/tickets.sql

-- Those given are used; the others have defaults.
SELECT 'trained', classify_train(body, category, 'kinds',
  '{"epochs":2, "batch_size":16, "learning_rate":0.01, "dropout":0, "validation":0.2, "patience":1,
  "seed":9007199254740991, "threads":1, "max_seconds":100, "max_tokens":3, "min_count":2, "max_vocabulary":8,
  "class_weight":"balanced", "encoder":"bigru", "embedding":4, "hidden":2, "position_bias":true,
  "tokenize":"porter unicode61", "keep":5, "progress":false, "subwords":false, "max_pool":false, "linear":false,
  "from":null, "unlabelled":null, "vectors":null, "precision":"int8"}') IS NOT NULL FROM tickets;
SELECT key, value FROM classify_models, json_each(options) WHERE name = 'kinds';
SELECT 'trained', classify_train(body, category) IS NOT NULL FROM tickets;
SELECT name, count(*), group_concat(CASE WHEN value IS NULL THEN key END)
FROM classify_models, json_each(options) GROUP BY name;

-- Those that are left to the rows are there as they were chosen.
SELECT group_concat(value, ' ') FROM (
  SELECT value FROM classify_models, json_each(options)
  WHERE name = 'default' AND key IN ('batch_size', 'embedding', 'encoder', 'epochs', 'hidden', 'linear', 'max_pool', 'subwords')
  ORDER BY key);

-- The options of a model are options: the next is trained as it was.
SELECT count(*) FROM classify_train('SELECT body, category FROM tickets', 'next',
                                    (SELECT options FROM classify_models WHERE name = 'default'));
SELECT count(DISTINCT weights), count(DISTINCT options) FROM classify_models WHERE name IN ('default', 'next');

-- No options: NULL, or an object without any.
SELECT 'version', json_extract(classify_train(body, category, 'none', NULL), '$.version') FROM tickets;
SELECT json_extract(classify_train(body, category, 'none', '{}'), '$.version') FROM tickets;
SELECT json_extract(classify_train(body, category, 'none', ' {"epochs" : 1 } '), '$.version') FROM tickets;

-- A null is an option that is not given.
SELECT json_extract(classify_train(body, category, 'none', '{"epochs":1, "tokenize":null, "keep":null}'), '$.version')
FROM tickets;

-- A whole number may be written as a real.
SELECT json_extract(classify_train(body, category, 'none', json_object('epochs', 1.0, 'hidden', 2e0, 'seed', 3.0, 'keep', 9.0)),
                    '$.epochs') FROM tickets;
SELECT json_extract(options, '$.hidden', '$.seed', '$.keep') FROM classify_models WHERE name = 'none' ORDER BY version DESC LIMIT 1;
SELECT count(*) FROM classify_rows('SELECT id, body FROM tickets LIMIT 3', 'none', json_object('threads', 2.0));
SELECT count(*) FROM classify_rows('SELECT id, body FROM tickets LIMIT 3', 'none', '{"threads":2.5}');

-- What is no object is refused.
SELECT classify_train(body, category, 'wrong', '') FROM tickets;
SELECT classify_train(body, category, 'wrong', 'epochs=5') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"epochs":5') FROM tickets;
SELECT classify_train(body, category, 'wrong', '[5]') FROM tickets;
SELECT classify_train(body, category, 'wrong', '"epochs"') FROM tickets;
SELECT classify_train(body, category, 'wrong', 5) FROM tickets;
SELECT classify_train(body, category, 'wrong', 'null') FROM tickets;
SELECT classify_train(body, category, 'wrong', x'7b7d') FROM tickets;

-- An option that there is not.
SELECT classify_train(body, category, 'wrong', '{"epoch":5}') FROM tickets;

-- An option that is there twice, also within another.
SELECT classify_train(body, category, 'wrong', '{"epochs":2, "epochs":3}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"epochs":null, "epochs":3}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"class_weight":{"billing":2, "billing":3}}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"from":{"model":"kinds", "model":"default"}}') FROM tickets;
SELECT * FROM classify_rows('SELECT id, body FROM tickets', 'kinds', '{"threads":2, "threads":1}') LIMIT 1;

-- A value of another type.
SELECT classify_train(body, category, 'wrong', '{"epochs":"5"}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"epochs":5.5}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"epochs":true}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"epochs":[5]}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"epochs":{"a":5}}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"learning_rate":"fast"}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"position_bias":1}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"progress":"yes"}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"subwords":1}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"max_pool":"true"}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"linear":0.5}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"vectors":["glove"]}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"unlabelled":true}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"from":3}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"encoder":"lstm"}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"encoder":1}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"precision":"int4"}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"precision":"INT8"}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"precision":8}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"tokenize":1}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"tokenize":""}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"validation":true}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"class_weight":3}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"class_weight":"even"}') FROM tickets;

-- 2e0 and 1e6 are integers, 2.5 is none.
SELECT json_extract(classify_train(body, category, 'reals', '{"epochs":2e0,"max_size":1e6,"embedding":8.0}'), '$.epochs')
FROM tickets;
DELETE FROM classify_models WHERE name = 'reals';
SELECT classify_train(body, category, 'wrong', '{"epochs":2.5}') FROM tickets;

-- A value out of range.
SELECT classify_train(body, category, 'wrong', '{"epochs":0}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"epochs":-1}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"epochs":10001}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"batch_size":0}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"learning_rate":0}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"learning_rate":11}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"dropout":1}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"dropout":-0.1}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"validation":1}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"patience":0}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"seed":-1}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"seed":9007199254740993}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"threads":0}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"threads":1000}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"max_seconds":-1}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"max_tokens":0}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"max_tokens":1000000}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"min_count":0}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"max_vocabulary":0}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"embedding":0}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"hidden":100000}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"keep":0}') FROM tickets;

-- The watched form says the same, and a bad option is raised before the query is run.
SELECT * FROM classify_train('SELECT body, category FROM nowhere', 'wrong', '{"epochs":0}');
SELECT * FROM classify_train('SELECT body, category FROM nowhere', 'wrong', '{"precision":"half"}');

-- Nothing of this left a model.
SELECT 'models', count(*) FROM classify_models WHERE name = 'wrong';
