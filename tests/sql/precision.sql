-- precision: labelling by products of 8-bit integers, where the processor has them.
.load build/classify
.read tests/sql/data/tickets.sql

-- Two models of the same numbers: training knows nothing of it.
SELECT 'trained', classify_train(body, category, 'floats', json_set(:small, '$.hidden', 40)) IS NOT NULL FROM tickets;
SELECT 'trained', classify_train(body, category, 'integers', json_set(:small, '$.hidden', 40, '$.precision', 'int8')) IS NOT NULL
FROM tickets;
SELECT name, json_extract(options, '$.precision'), instr(weights, CAST('"precision":"int8"' AS BLOB)) > 0 FROM classify_models ORDER BY name;
SELECT count(*), count(DISTINCT json_remove(metrics, '$.seconds', '$.history')) FROM classify_models;
SELECT 'different weights', count(DISTINCT substr(weights, -20000)) FROM classify_models;

-- They agree.
SELECT count(*), sum(f.label = i.label), sum(f.label = category), sum(abs(f.confidence - i.confidence) < 0.01)
FROM classify_rows('SELECT id, body FROM tickets', 'floats') AS f
JOIN classify_rows('SELECT id, body FROM tickets', 'integers') AS i USING (id) JOIN tickets USING (id);
SELECT count(*), sum(classify(body, 'integers') = category),
       sum(abs(classify_confidence(body, 'integers') - classify_confidence(body, 'floats')) < 0.01) FROM tickets;
SELECT group_concat(label) FROM (SELECT label FROM classify_labels('my refund is late', 'integers') ORDER BY rank);

-- An empty text, one without known words, and none.
SELECT label IS NULL, abs(confidence - classify_confidence(text, 'floats')) < 0.05
FROM (SELECT 1 AS id, '' AS text UNION ALL SELECT 2, 'unheard of' UNION ALL SELECT 3, NULL) JOIN
     classify_rows('VALUES (1, ''''), (2, ''unheard of''), (3, NULL)', 'integers') USING (id) ORDER BY id;

-- Without a GRU there is no such product: the same to the last bit.
SELECT 'trained', classify_train(body, category, 'none', json_set(:small, '$.encoder', 'none')) IS NOT NULL FROM tickets;
SELECT 'trained', classify_train(body, category, 'none8', json_set(:small, '$.encoder', 'none', '$.precision', 'int8')) IS NOT NULL
FROM tickets;
SELECT sum(classify_scores(body, 'none') = classify_scores(body, 'none8')) FROM tickets;

-- A model that goes on from another has the precision that it was given.
SELECT 'trained', classify_train(body, category, 'next', '{"from":"integers","epochs":1}') IS NOT NULL FROM tickets;
SELECT 'trained', classify_train(body, category, 'next8', '{"from":"floats","epochs":1,"precision":"int8"}') IS NOT NULL FROM tickets;
SELECT name, json_extract(options, '$.precision') FROM classify_models WHERE name LIKE 'next%' ORDER BY name;

-- Reasons are worked out in floats.
SELECT sum(abs(i.weight - f.weight) < 1e-5), count(*)
FROM classify_attention('my refund is late', 'integers') AS i JOIN classify_attention('my refund is late', 'floats') AS f
  USING (position);
