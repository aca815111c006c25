-- Same rows, options and seed give the same bytes with any number of threads.
.load build/classify
.read tests/sql/data/tickets.sql

WITH n(threads) AS (VALUES (1), (2), (3), (4), (16))
SELECT threads, json_extract(classify_train(body, category, 'threads ' || threads,
                                            json_set(:small, '$.threads', threads, '$.validation', 0.2)), '$.rows')
FROM n, tickets GROUP BY threads;
SELECT count(*), count(DISTINCT weights) FROM classify_models;

-- So it is without an encoder, with balanced weights, and when the batch has fewer rows than there are threads.
DELETE FROM classify_models;
WITH n(threads) AS (VALUES (1), (2), (4))
SELECT count(*) FROM (
  SELECT classify_train(body, category, 'none ' || threads,
           json_set(:small, '$.threads', threads, '$.encoder', 'none', '$.class_weight', 'balanced',
                    '$.batch_size', 3))
  FROM n, tickets GROUP BY threads);
SELECT count(*), count(DISTINCT weights) FROM classify_models;

-- Another seed gives another model.
SELECT 'trained', classify_train(body, category, 'seed 2', json_set(:small, '$.threads', 1, '$.encoder', 'none', '$.seed', 2))
       IS NOT NULL FROM tickets;
SELECT count(*), count(DISTINCT weights) FROM classify_models;

-- Nor do threads matter to texts without labels, to word vectors, or to going on from a model with rows of it.
DELETE FROM classify_models;
CREATE TABLE vectors(token, vector);
INSERT INTO vectors VALUES ('refund', '[1,0,0.5]'), ('printer', '[0,1,0.5]'), ('modem', '[0,0.9,0.4]');
SELECT 'trained', classify_train(body, category, 'before', :small) IS NOT NULL FROM tickets WHERE id % 2;
CREATE TABLE parts(name, options);
INSERT INTO parts VALUES
  ('default', '{}'),
  ('unlabelled', '{"unlabelled":"SELECT body || '' now'' FROM tickets"}'),
  ('vectors', '{"vectors":"vectors"}'),
  ('from', '{"from":{"model":"before","rows":"SELECT body, category FROM tickets WHERE id % 2"}}');
WITH n(threads) AS (VALUES (1), (2), (5))
SELECT name, count(*) FROM (
  SELECT name, classify_train(body, category, name || ' ' || threads, json_set(options, '$.threads', threads, '$.epochs', 3))
  FROM parts, n, tickets WHERE id % 2 = 0 GROUP BY name, threads) GROUP BY name ORDER BY name;
SELECT parts.name, count(*), count(DISTINCT weights)
FROM parts JOIN classify_models AS m ON m.name LIKE parts.name || ' %' GROUP BY 1 ORDER BY 1;
