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
SELECT classify_train(body, category, 'seed 2', json_set(:small, '$.threads', 1, '$.encoder', 'none', '$.seed', 2))
       IS NOT NULL FROM tickets;
SELECT count(*), count(DISTINCT weights) FROM classify_models;
