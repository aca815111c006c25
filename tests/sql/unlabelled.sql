-- The option unlabelled: texts without a label that help when few have one.
.load build/classify
CREATE TABLE words(topic, word);
INSERT INTO words VALUES
  ('sea', 'anchor'), ('sea', 'harbour'), ('sea', 'sail'), ('sea', 'tide'), ('sea', 'mast'), ('sea', 'crew'), ('sea', 'rudder'),
  ('sea', 'deck'), ('sea', 'wave'), ('sea', 'lighthouse'), ('sea', 'buoy'), ('sea', 'keel'),
  ('kitchen', 'oven'), ('kitchen', 'flour'), ('kitchen', 'pan'), ('kitchen', 'butter'), ('kitchen', 'spoon'), ('kitchen', 'dough'),
  ('kitchen', 'onion'), ('kitchen', 'pepper'), ('kitchen', 'stew'), ('kitchen', 'lid'), ('kitchen', 'sieve'), ('kitchen', 'yeast'),
  ('garden', 'rose'), ('garden', 'hedge'), ('garden', 'spade'), ('garden', 'soil'), ('garden', 'seed'), ('garden', 'bulb'),
  ('garden', 'lawn'), ('garden', 'weed'), ('garden', 'tulip'), ('garden', 'rake'), ('garden', 'shrub'), ('garden', 'mulch');
CREATE TABLE numbered AS SELECT row_number() OVER (PARTITION BY topic ORDER BY word) - 1 AS n, * FROM words;

-- 300 texts of three words of a topic, in a frame that says nothing. Two of each topic, with four words between
-- them, have a label.
CREATE TABLE texts(id INTEGER PRIMARY KEY, body, topic, label);
WITH i(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM i WHERE i < 99),
     topics(first_id, topic) AS (VALUES (1, 'sea'), (101, 'kitchen'), (201, 'garden'))
INSERT INTO texts(id, body, topic)
  SELECT first_id + i, printf('the %s and a %s near my %s', a.word, b.word, c.word), topics.topic
  FROM topics, i JOIN numbered AS a ON a.topic = topics.topic AND a.n = i * 5 % 12
                 JOIN numbered AS b ON b.topic = topics.topic AND b.n = (i * 7 + i / 12 + 1) % 12
                 JOIN numbered AS c ON c.topic = topics.topic AND c.n = (i + i / 5 + 2) % 12;
UPDATE texts SET label = topic WHERE id IN (SELECT min(id) + t FROM texts, (SELECT 0 AS t UNION SELECT 60) GROUP BY topic, t);
SELECT count(*), count(DISTINCT body), count(label) FROM texts;

-- With them it is right far more often.
SELECT json_extract(classify_train(body, label, 'few'), '$.rows', '$.skipped', '$.labels') FROM texts WHERE label IS NOT NULL;
SELECT json_extract(classify_train(body, label, 'many', '{"unlabelled":"SELECT body FROM texts WHERE label IS NULL"}'),
                    '$.rows', '$.skipped', '$.labels')
FROM texts WHERE label IS NOT NULL;
SELECT avg(classify(body, 'few') = topic) < 0.9, avg(classify(body, 'many') = topic) > 0.97 FROM texts WHERE label IS NULL;
SELECT name, json_extract(options, '$.unlabelled'), json_extract(metrics, '$.validation_rows', '$.skipped')
FROM classify_models ORDER BY name;

-- All words of theirs are known.
SELECT name, json_extract(metrics, '$.words') FROM classify_models ORDER BY name;

-- In FROM it is the same; so it is with other threads. Another seed draws another model.
SELECT count(*) FROM classify_train('SELECT body, label FROM texts WHERE label IS NOT NULL', 'many',
  '{"unlabelled":"SELECT body FROM texts WHERE label IS NULL", "threads":3}');
SELECT count(*), count(DISTINCT weights) FROM classify_models WHERE name = 'many';
SELECT json_extract(classify_train(body, label, 'many', '{"unlabelled":"SELECT body FROM texts WHERE label IS NULL", "seed":2}'), '$.version')
FROM texts WHERE label IS NOT NULL;
SELECT count(*), count(DISTINCT weights), (SELECT avg(classify(body, 'many') = topic) > 0.97 FROM texts)
FROM classify_models WHERE name = 'many';

-- Each part may be missing.
SELECT count(*) FROM (
  SELECT classify_train(body, label, name, json_set(parts.options, '$.unlabelled', 'SELECT body FROM texts WHERE label IS NULL'))
  FROM (SELECT 'no linear' AS name, '{"linear":false}' AS options UNION ALL SELECT 'no subwords', '{"subwords":false}' UNION ALL
        SELECT 'linear alone', '{"encoder":"none","max_pool":false,"subwords":false,"embedding":1}') AS parts, texts
  WHERE label IS NOT NULL GROUP BY name);
SELECT name, avg(classify(body, name) = topic) > 0.97 FROM texts, classify_models AS m
WHERE name IN ('no linear', 'no subwords', 'linear alone') GROUP BY name ORDER BY name;

-- NULLs are left out, empty texts are texts, and texts of words that no other has say nothing.
SELECT json_extract(classify_train(body, label, 'odd', json_object('unlabelled',
  'SELECT body FROM texts WHERE label IS NULL UNION ALL SELECT NULL UNION ALL SELECT '''' UNION ALL SELECT ''qwxz'' UNION ALL SELECT 5')),
  '$.rows', '$.skipped') FROM texts WHERE label IS NOT NULL;
SELECT 'right', avg(classify(body, 'odd') = topic) > 0.97 FROM texts;
SELECT json_extract(classify_train(body, label, 'nothing', '{"unlabelled":"SELECT ''qwxz''"}'), '$.rows')
FROM texts WHERE label IS NOT NULL;
SELECT json_extract(classify_train(body, label, 'empty', '{"unlabelled":"SELECT ''''"}'), '$.rows')
FROM texts WHERE label IS NOT NULL;

-- One text with a label of each but one: there is nothing to judge by, but it trains.
SELECT json_extract(classify_train(body, label, 'least', '{"validation":0, "unlabelled":"SELECT body FROM texts WHERE label IS NULL"}'), '$.rows', '$.labels')
FROM texts WHERE label IS NOT NULL AND id <> 1 AND id <> 101;
SELECT 'mostly right', avg(classify(body, 'least') = topic) > 0.6 FROM texts;

-- The rows that are validated with, and class_weight, are what they were.
SELECT 'validation_accuracy', json_extract(classify_train(body, label, 'checked', json_object('class_weight', 'balanced',
  'unlabelled', 'SELECT body FROM texts WHERE label IS NULL AND id % 2',
  'validation', 'SELECT body, topic FROM texts WHERE label IS NULL AND id % 2 = 0')), '$.validation_accuracy') > 0.97
FROM texts WHERE label IS NOT NULL;
SELECT json_extract(metrics, '$.validation_rows') FROM classify_models WHERE name = 'checked';

-- No texts at all, as when every row has got its label: there is nothing to guess.
SELECT json_extract(classify_train(body, label, 'none', '{"unlabelled":"SELECT body FROM texts WHERE 0"}'), '$.rows') FROM texts;
SELECT json_extract(classify_train(body, label, 'none', '{"unlabelled":"SELECT NULL"}'), '$.rows') FROM texts;
SELECT DISTINCT 'guessed', json_extract(metrics, '$.guessed') FROM classify_models WHERE name = 'none';

-- Texts that are none, and queries that will not do; said before a row is read, or as soon as it can be.
SELECT classify_train(body, label, 'bad', '{"unlabelled":"SELECT x''00''"}') FROM texts WHERE label IS NOT NULL;
SELECT classify_train(body, label, 'bad', '{"unlabelled":"SELECT body, label FROM texts"}') FROM texts;
SELECT classify_train(body, label, 'bad', '{"unlabelled":"SELECT body FROM nowhere"}') FROM texts;
SELECT classify_train(body, label, 'bad', '{"unlabelled":""}') FROM texts;
SELECT classify_train(body, label, 'bad', '{"unlabelled":"texts"}') FROM texts;
SELECT classify_train(body, label, 'bad', '{"unlabelled":"SELECT 1; SELECT 2"}') FROM texts;
SELECT classify_train(body, label, 'bad', '{"unlabelled":"DELETE FROM texts RETURNING body"}') FROM texts;
SELECT epoch FROM classify_train('SELECT body, label FROM nowhere', 'bad', '{"unlabelled":"SELECT body FROM nowhere"}');
SELECT classify_train(body, label, 'bad', '{"unlabelled":"SELECT abs(-9223372036854775808)"}') FROM texts WHERE label IS NOT NULL;

-- They are no labels: without those there is nothing to learn.
SELECT classify_train(body, label, 'bad', '{"unlabelled":"SELECT body FROM texts"}') FROM texts WHERE 0;
SELECT classify_train(body, label, 'bad', '{"unlabelled":"SELECT body FROM texts"}') FROM texts WHERE label = 'sea';
SELECT 'models', count(*) FROM classify_models WHERE name = 'bad';
