-- The options teacher and labels: rows whose label is NULL get theirs from an encoder, or from vectors made elsewhere.
-- The encoder here is tiny and of random weights; what it guesses means nothing. Vectors that tell the label are given
-- further down.
.load build/classify
CREATE TABLE classify_encoders(name, config, tokenizer, weights);
WITH folders(name, folder) AS (SELECT column1, 'tests/reference/encoders/' || column1 || '/' FROM (VALUES ('bert'), ('static')))
INSERT INTO classify_encoders
  SELECT name, readfile(folder || 'config.json'), readfile(folder || 'tokenizer.json'), readfile(folder || 'model.safetensors')
  FROM folders;

-- 120 texts on three topics; ten of each have a label.
CREATE TABLE words(topic, n, word);
INSERT INTO words VALUES
  ('billing', 0, 'invoice'), ('billing', 1, 'refund'), ('billing', 2, 'payment'), ('billing', 3, 'price'), ('billing', 4, 'bank'),
  ('delivery', 0, 'parcel'), ('delivery', 1, 'courier'), ('delivery', 2, 'address'), ('delivery', 3, 'late'), ('delivery', 4, 'door'),
  ('app', 0, 'login'), ('app', 1, 'screen'), ('app', 2, 'password'), ('app', 3, 'crash'), ('app', 4, 'update');
CREATE TABLE tickets(id INTEGER PRIMARY KEY, body, topic, label);
WITH i(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM i WHERE i < 39), topics(t, topic) AS (VALUES (0, 'billing'), (1, 'delivery'), (2, 'app'))
INSERT INTO tickets(id, body, topic, label)
  SELECT 1 + 3 * i + t, printf('my %s and the %s is %d', a.word, b.word, i), topics.topic, CASE WHEN i < 10 THEN topics.topic END
  FROM topics, i JOIN words AS a ON a.topic = topics.topic AND a.n = i % 5 JOIN words AS b ON b.topic = topics.topic AND b.n = (i + 1 + i / 5) % 5
  ORDER BY 1;
SELECT count(*), count(label), count(DISTINCT body) FROM tickets;

-- Without a teacher rows without a label are left out; with one they are guessed.
SELECT json_extract(classify_train(body, label, 'alone', '{"epochs":2, "hidden":2}'), '$.rows', '$.skipped', '$.labels') FROM tickets;
SELECT json_extract(classify_train(body, label, 'taught', '{"epochs":2, "hidden":2, "teacher":"static", "threads":1}'), '$.rows', '$.skipped', '$.labels') FROM tickets;
SELECT name, json_extract(options, '$.teacher', '$.labels', '$.validation', '$.embedding'),
       json_extract(metrics, '$.rows', '$.validation_rows', '$.guessed')
FROM classify_models ORDER BY name;
CREATE VIEW label_rows AS
SELECT name, version, group_concat(label || ' ' || rows, ', ') AS rows
FROM (SELECT name, version, l.value AS label, r.value AS rows
      FROM classify_models, json_each(labels) AS l, json_each(metrics, '$.label_rows') AS r
      WHERE r.key = l.key ORDER BY name, version, label)
GROUP BY name, version;
SELECT name, rows FROM label_rows ORDER BY name;
SELECT sum(classify(body, 'taught') IN ('billing', 'delivery', 'app')) FROM tickets;

-- The same with any number of threads, and in FROM; not with another seed.
SELECT json_extract(classify_train(body, label, 'taught', '{"epochs":2, "hidden":2, "teacher":"static", "threads":3}'), '$.version') FROM tickets;
SELECT count(*), max(is_best) FROM classify_train('SELECT body, label FROM tickets', 'taught', '{"epochs":2, "hidden":2, "teacher":"main.static"}');
SELECT count(*), count(DISTINCT weights) FROM classify_models WHERE name = 'taught';
SELECT json_extract(classify_train(body, label, 'taught', '{"epochs":2, "hidden":2, "teacher":"static", "seed":2}'), '$.version') FROM tickets;
SELECT count(*), count(DISTINCT weights) FROM classify_models WHERE name = 'taught';
SELECT json_extract(classify_train(body, label, 'by bert', '{"epochs":1, "hidden":2, "teacher":"bert"}'), '$.rows') FROM tickets;

-- Vectors made elsewhere.
CREATE TABLE vectors(text PRIMARY KEY, vector);
INSERT INTO vectors
  SELECT body, CAST(CASE topic WHEN 'billing' THEN x'0000803f' ELSE x'0000003e' END || CASE topic WHEN 'delivery' THEN x'0000803f' ELSE x'0000003d' END ||
                    CASE topic WHEN 'app' THEN x'0000803f' ELSE x'0000803d' END || CASE id % 2 WHEN 0 THEN x'000080be' ELSE x'0000803e' END AS BLOB)
  FROM tickets;
SELECT count(*), min(length(vector)), max(length(vector)), count(DISTINCT vector) FROM vectors;
SELECT json_extract(classify_train(body, label, 'given', '{"epochs":4, "encoder":"none", "learning_rate":0.02, "teacher":"SELECT text, vector FROM vectors", "threads":1}'), '$.rows', '$.labels') FROM tickets;
SELECT json_extract(classify_train(body, label, 'given', '{"epochs":4, "encoder":"none", "learning_rate":0.02, "teacher":" with v as (select * from vectors) select * from v", "threads":3}'), '$.rows', '$.labels') FROM tickets;
SELECT count(DISTINCT weights), min(json_extract(metrics, '$.guessed')) FROM classify_models WHERE name = 'given';
SELECT avg(classify(body, 'given') = topic) > 0.95 FROM tickets WHERE label IS NULL;
SELECT json_extract(options, '$.teacher') FROM classify_models WHERE name = 'given' ORDER BY version;

-- Vectors of other texts are left out; texts without one are guessed by their words, and so are empty ones.
SELECT json_extract(classify_train(body, label, 'some', '{"epochs":1, "hidden":2, "teacher":"SELECT text, vector FROM vectors WHERE rowid % 2 UNION ALL SELECT text || 0, zeroblob(16) FROM vectors UNION ALL SELECT NULL, x''00'' UNION ALL SELECT text, NULL FROM vectors"}'), '$.rows') FROM tickets;
SELECT json_extract(metrics, '$.guessed') FROM classify_models WHERE name = 'some';
SELECT json_extract(classify_train(body, label, 'empty', '{"epochs":1, "hidden":2, "teacher":"static"}'), '$.rows', '$.skipped')
FROM (SELECT body, label FROM tickets UNION ALL SELECT '', NULL UNION ALL SELECT '', NULL UNION ALL SELECT ' ', NULL UNION ALL SELECT NULL, NULL UNION ALL SELECT NULL, 'app');
SELECT json_extract(metrics, '$.guessed') FROM classify_models WHERE name = 'empty';
-- A text of 100,000 words.
SELECT json_extract(classify_train(body, label, 'long', '{"epochs":1, "hidden":2, "teacher":"bert"}'), '$.rows')
FROM (SELECT body, label FROM tickets UNION ALL SELECT replace(hex(zeroblob(100000)), '00', 'late '), NULL);

-- With the option unlabelled the teacher labels its texts, and rows without a label are left out.
SELECT json_extract(classify_train(body, label, 'beside', '{"epochs":1, "hidden":2, "teacher":"static", "unlabelled":"SELECT body FROM tickets WHERE label IS NULL AND id % 2"}'), '$.rows', '$.skipped') FROM tickets;
SELECT json_extract(metrics, '$.guessed') FROM classify_models WHERE name = 'beside';

-- Rows to validate with keep their labels for themselves.
SELECT json_extract(classify_train(body, label, 'tenth', '{"epochs":1, "hidden":2, "teacher":"static", "validation":0.2}'), '$.rows') FROM tickets;
SELECT json_extract(classify_train(body, label, 'query', '{"epochs":1, "hidden":2, "teacher":"static", "validation":"SELECT body, topic FROM tickets WHERE label IS NULL"}'), '$.rows') FROM tickets;
SELECT name, json_extract(metrics, '$.validation_rows', '$.guessed'), json_extract(options, '$.validation') FROM classify_models WHERE name IN ('tenth', 'query') ORDER BY name;

-- Without work for a teacher a tenth of the rows is held out, as ever.
SELECT json_extract(classify_train(body, topic, 'all labelled', '{"epochs":1, "hidden":2, "teacher":"static"}'), '$.rows') FROM tickets;
SELECT json_extract(metrics, '$.validation_rows', '$.guessed'), json_extract(options, '$.validation') FROM classify_models WHERE name = 'all labelled';

-- Going on from a model, and other options.
SELECT json_extract(classify_train(body, label, 'further', '{"epochs":1, "hidden":2, "teacher":"static", "from":"alone"}'), '$.rows', '$.labels') FROM tickets;
SELECT json_extract(classify_train(body, label, 'further', '{"epochs":1, "hidden":2, "teacher":"static", "from":{"model":"alone", "rows":"SELECT body, topic FROM tickets WHERE id < 40"}}'), '$.rows', '$.labels') FROM tickets;
SELECT json_extract(metrics, '$.guessed') FROM classify_models WHERE name = 'further';
SELECT json_extract(classify_train(body, label, 'parts', '{"epochs":1, "hidden":2, "teacher":"static", "linear":false, "class_weight":"balanced", "tokenize":"porter"}'), '$.rows') FROM tickets;
SELECT json_extract(classify_train(body, label, 'parts', '{"epochs":1, "hidden":2, "teacher":"static", "encoder":"none", "max_pool":false, "subwords":false, "precision":"int8"}'), '$.rows') FROM tickets;

-- A model for each group.
SELECT part, json_extract(classify_train(body, label, 'part ' || part, '{"epochs":1, "hidden":2, "teacher":"static"}'), '$.rows', '$.labels')
FROM (SELECT body, label, id % 2 AS part FROM tickets) GROUP BY part;

-- ---- labels ------------------------------------------------------------------------------------------

-- Names, for labels without rows too; of descriptions and phrases each may be missing.
SELECT json_extract(classify_train(body, label, 'names', '{"epochs":1, "hidden":2, "teacher":"static", "labels":["app", "card_arrival"]}'), '$.rows', '$.labels') FROM tickets;
SELECT json_extract(classify_train(body, label, 'names', '{"epochs":1, "hidden":2, "teacher":"static", "labels":{"app":"the app does not open", "a/b":["late", "parcel is late"], "x":null, "y":[null, "wrong"]}}'), '$.rows', '$.labels') FROM tickets;
SELECT json_extract(options, '$.labels') FROM classify_models WHERE name = 'names' ORDER BY version;
SELECT rows FROM label_rows WHERE name = 'names' ORDER BY version;
SELECT json_extract(classify_train(body, label, 'no names', '{"epochs":1, "hidden":2, "teacher":"static", "labels":[]}'), '$.labels') FROM tickets;
SELECT json_extract(classify_train(body, label, 'no names', '{"epochs":1, "hidden":2, "teacher":"static", "labels":{}}'), '$.labels') FROM tickets;
SELECT json_extract(classify_train(body, label, 'no names', '{"epochs":1, "hidden":2, "teacher":"static", "labels":null}'), '$.labels') FROM tickets;

-- Names alone, of which vectors made elsewhere tell enough; there is no labelled row.
INSERT INTO vectors VALUES ('delivery', (SELECT vector FROM vectors WHERE text LIKE '%parcel%' ORDER BY text LIMIT 1)), ('money matters', (SELECT vector FROM vectors WHERE text LIKE '%invoice%' ORDER BY text LIMIT 1)),
  ('i cannot sign in', (SELECT vector FROM vectors WHERE text LIKE '%password%' ORDER BY text LIMIT 1)), ('it crashes', (SELECT vector FROM vectors WHERE text LIKE '%crash%' ORDER BY text LIMIT 1));
SELECT json_extract(classify_train(body, NULL, 'by names', json_object('epochs', 4, 'encoder', 'none', 'learning_rate', 0.02, 'teacher', 'SELECT text, vector FROM vectors',
  'labels', json('{"billing":"money matters", "delivery":null, "app":["i cannot sign in", "it crashes"]}'))), '$.rows', '$.skipped', '$.labels') FROM tickets;
SELECT avg(classify(body, 'by names') = topic) > 0.95 FROM tickets;
SELECT json_extract(metrics, '$.guessed'), rows FROM classify_models JOIN label_rows USING (name, version) WHERE name = 'by names';
SELECT json_extract(classify_train(body, NULL, 'by names', '{"epochs":1, "hidden":2, "teacher":"bert", "labels":["yes", "no"]}'), '$.rows') FROM tickets;

-- A label that only validation rows have stays apart from those that only have a name.
SELECT json_extract(classify_train(body, label, 'apart', '{"epochs":1, "hidden":2, "teacher":"static", "labels":["first", "second"], "validation":"SELECT body, ''strange'' FROM tickets WHERE id < 10 UNION ALL SELECT body, ''second'' FROM tickets WHERE id < 5 UNION ALL SELECT body, topic FROM tickets WHERE id = 1"}'), '$.labels') FROM tickets;
SELECT json_extract(metrics, '$.validation_rows'), rows FROM classify_models JOIN label_rows USING (name, version) WHERE name = 'apart';

-- ---- what will not do -------------------------------------------------------------------------------------

SELECT classify_train(body, label, 'bad', '{"teacher":"gpt"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":""}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":5}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"SELECT"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"SELECT text FROM vectors"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"SELECT text, vector FROM nowhere"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"select text, vector from vectors; select 1"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"WITH a AS (SELECT 1) DELETE FROM vectors RETURNING text, vector"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"SELECT text, substr(vector, 2) FROM vectors ORDER BY text"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"SELECT text, hex(vector) FROM vectors ORDER BY text"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"SELECT text, x'''' FROM vectors ORDER BY text"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"SELECT text, 5 FROM vectors ORDER BY text"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"SELECT x''00'', vector FROM vectors"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"SELECT ''a'', zeroblob(8) UNION ALL SELECT ''b'', zeroblob(12)"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"SELECT ''a'', zeroblob(8) UNION ALL SELECT ''b'', zeroblob(4)"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"SELECT ''a'', x''00''"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"SELECT ''a'', x''0000803f0000c07f''"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"SELECT ''a'', x''0000807f0000803f''"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"SELECT text || ''!'', vector FROM vectors"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"SELECT text, vector FROM vectors WHERE 0"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"SELECT text, NULL FROM vectors"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"SELECT text, abs(-9223372036854775808) FROM vectors"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"SELECT text, vector FROM vectors", "labels":["billing", "delivery"]}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"SELECT text, vector FROM vectors", "labels":{"billing":"no such phrase"}}') FROM tickets;
SELECT classify_train(body, NULL, 'bad', '{"teacher":"static"}') FROM tickets;
SELECT classify_train(body, NULL, 'bad', '{"teacher":"static", "labels":["app"]}') FROM tickets;
SELECT classify_train(body, 'app', 'bad', '{"teacher":"static"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static"}') FROM tickets WHERE label = 'app' OR label IS NULL;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "labels":["app", "billing"]}') FROM tickets WHERE 0;
SELECT classify_train(NULL, label, 'bad', '{"teacher":"static", "labels":["app", "billing"]}') FROM tickets;
SELECT * FROM classify_train('SELECT body, NULL FROM tickets', 'bad', '{"teacher":"static"}');
SELECT * FROM classify_train('SELECT body, label FROM tickets', 'bad', '{"teacher":"gpt"}');

SELECT classify_train(body, label, 'bad', '{"labels":["app", "billing"]}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "labels":"app"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "labels":5}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "labels":["a", "b", "a"]}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "labels":{"a":"x", "b":"y", "a":"z"}}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "labels":["a", ""]}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "labels":{"":"words"}}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "labels":{"a":" "}}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "labels":{"a":["words", ""]}}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "labels":[1, 2]}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "labels":["a", null]}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "labels":["a", true]}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "labels":["a", ["b"]]}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "labels":[[]]}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "labels":{"a":[]}}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "labels":{"a":1.5}}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "labels":{"a":false}}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "labels":{"a":{"b":"c"}}}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "labels":{"a":["b", ["c"]]}}') FROM tickets;
SELECT count(*) FROM classify_models WHERE name = 'bad';

-- Names that are blank once `_` and `/` are, too, or once what has no width is left out. Halves of characters, a NUL.
CREATE TABLE blank(names);
INSERT INTO blank VALUES ('["_", "/"]'), ('["a", "_/ "]'), ('["\u00a0", "b"]'), ('["\u200b", "b"]'), ('["\n", "b"]'), ('{"_": "words", "/": " \u2003"}'),
  ('["\ud800", "b"]'), ('{"a": "x\udfff"}'), ('["a\u0000b", "a"]'), ('{"a": ["b", "\u0000"]}');
SELECT classify_train(body, label, 'bad', json_object('teacher', 'static', 'labels', json(names))) FROM tickets, blank WHERE blank.rowid = 1;
SELECT classify_train(body, label, 'bad', json_object('teacher', 'static', 'labels', json(names))) FROM tickets, blank WHERE blank.rowid = 2;
SELECT classify_train(body, label, 'bad', json_object('teacher', 'static', 'labels', json(names))) FROM tickets, blank WHERE blank.rowid = 3;
SELECT classify_train(body, label, 'bad', json_object('teacher', 'static', 'labels', json(names))) FROM tickets, blank WHERE blank.rowid = 4;
SELECT classify_train(body, label, 'bad', json_object('teacher', 'static', 'labels', json(names))) FROM tickets, blank WHERE blank.rowid = 5;
SELECT classify_train(body, label, 'bad', json_object('teacher', 'static', 'labels', json(names))) FROM tickets, blank WHERE blank.rowid = 6;
SELECT classify_train(body, label, 'bad', json_object('teacher', 'static', 'labels', json(names))) FROM tickets, blank WHERE blank.rowid = 7;
SELECT classify_train(body, label, 'bad', json_object('teacher', 'static', 'labels', json(names))) FROM tickets, blank WHERE blank.rowid = 8;
SELECT classify_train(body, label, 'bad', json_object('teacher', 'static', 'labels', json(names))) FROM tickets, blank WHERE blank.rowid = 9;
SELECT classify_train(body, label, 'bad', json_object('teacher', 'static', 'labels', json(names))) FROM tickets, blank WHERE blank.rowid = 10;

-- Labels that nothing tells apart.
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "labels":{"a":"money and invoices", "b":"money and invoices"}}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "labels":{"a":["one", "two"], "b":["two", "one", "one"], "c":"three"}}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "labels":["card_arrival", "card/arrival"]}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "labels":{"a":null, "b":"a"}}') FROM tickets;
SELECT json_extract(classify_train(body, label, 'nearly', '{"epochs":1, "hidden":2, "teacher":"static", "labels":{"a":["one", "two"], "b":"one", "c_d":"e", "c/d":"c d"}}'), '$.labels') FROM tickets;

-- What a teacher may be: comments before a query; an encoder whose name reads like a query.
SELECT json_extract(classify_train(body, label, 'commented', '{"epochs":1, "hidden":2, "teacher":"-- all\n/* of them */ SELECT text, vector FROM vectors"}'), '$.rows') FROM tickets;
INSERT INTO classify_encoders SELECT 'select me', config, tokenizer, weights FROM classify_encoders WHERE name = 'static';
SELECT json_extract(classify_train(body, label, 'commented', '{"epochs":1, "hidden":2, "teacher":"select me"}'), '$.rows') FROM tickets;
DELETE FROM classify_encoders WHERE name = 'select me';
SELECT classify_train(body, label, 'bad', '{"teacher":"select me"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"INSERT INTO vectors VALUES (1, 2)"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"SELECT vector, text FROM vectors"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "unlabelled":"SELECT x''00''"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "validation":"SELECT x''00'', 1"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"main.gpt"}') FROM tickets;

-- Vectors of many numbers.
SELECT classify_train(body, label, 'bad', '{"teacher":"SELECT text, zeroblob(4 * 65537) FROM vectors ORDER BY text"}') FROM tickets;
SELECT json_extract(classify_train(body, label, 'wide', '{"epochs":1, "hidden":2, "teacher":"SELECT text, CAST(vector || zeroblob(4 * 1020) AS BLOB) FROM vectors"}'), '$.rows') FROM tickets;

-- Weights that are finite, and vectors that are not: one number of embeddings.LayerNorm.weight is 8.5e37. All zero.
INSERT INTO classify_encoders SELECT 'damaged', config, tokenizer, CAST(substr(weights, 1, 3856) || x'0000807e' || substr(weights, 3861) AS BLOB)
FROM classify_encoders WHERE name = 'bert';
INSERT INTO classify_encoders SELECT 'zero', config, tokenizer, CAST(substr(weights, 1, 80) || zeroblob(5856) AS BLOB) FROM classify_encoders WHERE name = 'static';
SELECT classify_train(body, label, 'bad', '{"teacher":"damaged"}') FROM tickets;
SELECT classify_train(body, label, 'bad', '{"teacher":"damaged", "from":"alone"}') FROM tickets;
CREATE VIEW warnings AS SELECT name, value AS warning FROM classify_models, json_each(metrics, '$.warnings');
SELECT json_extract(classify_train(body, label, 'zero', '{"epochs":1, "hidden":2, "teacher":"zero"}'), '$.rows') FROM tickets;
SELECT warning FROM warnings WHERE name = 'zero' AND warning LIKE '%zero%';
SELECT json_extract(classify_train(body, label, 'zeros', '{"epochs":1, "hidden":2, "teacher":"SELECT text, zeroblob(96) FROM vectors"}'), '$.rows') FROM tickets;
SELECT warning FROM warnings WHERE name = 'zeros' AND warning LIKE '%zero%';

-- A name that is not UTF-8 is that of the rows, also with other such bytes, and may not be there twice.
CREATE VIEW damaged AS SELECT body, iif(label = 'app', CAST(x'6170FE' AS TEXT), label) AS label,
  replace('{"epochs":1, "hidden":2, "teacher":"static", "labels":["x", "never one"]}', 'x', CAST(x'6170FF' AS TEXT)) AS options FROM tickets;
SELECT json_extract(classify_train(body, label, 'damaged', options), '$.labels') FROM damaged;
SELECT json_extract(options, '$.labels'), (SELECT group_concat(hex(value)) FROM json_each(labels) WHERE value LIKE 'ap%') FROM classify_models WHERE name = 'damaged';
SELECT classify_train(body, label, 'bad', replace(options, 'never one', CAST(x'6170FD' AS TEXT))) FROM damaged;

-- Other warnings: texts without a vector, labels that were not learned, an empty label.
SELECT json_extract(classify_train(body, label, 'nine', '{"epochs":1, "hidden":2, "teacher":"SELECT text, vector FROM vectors JOIN tickets ON text = body WHERE id < 10"}'), '$.rows') FROM tickets;
SELECT warning FROM warnings WHERE name = 'nine' AND warning LIKE '%vector%';
SELECT json_extract(classify_train(body, topic, 'never', '{"epochs":1, "hidden":2, "teacher":"static", "labels":["never one", "billing"]}'), '$.labels') FROM tickets;
SELECT warning FROM warnings WHERE name = 'never';
SELECT json_extract(classify_train(body, id % 2, 'seven', '{"epochs":1, "hidden":2, "teacher":"static", "labels":["2","3","4","5","6","7","8"]}'), '$.labels') FROM tickets;
SELECT warning FROM warnings WHERE name = 'seven';
SELECT json_extract(classify_train(body, ifnull(label, iif(id % 2, '', NULL)), 'holes', '{"epochs":1, "hidden":2, "teacher":"static"}'), '$.labels') FROM tickets;
SELECT warning FROM warnings WHERE name = 'holes' AND warning LIKE '%NULL%';

-- A teacher has half of the time: it is left out, or reads fewer texts.
SELECT json_extract(classify_train(body, label, 'short', '{"hidden":2, "teacher":"bert", "max_seconds":0.001}'), '$.epochs') FROM tickets;
SELECT count(*) > 0 FROM warnings WHERE name = 'short' AND warning LIKE 'max_seconds left % the teacher%';

-- Names alone, and the texts to guess in a query of their own.
SELECT json_extract(classify_train(body, NULL, 'query alone', '{"epochs":1, "hidden":2, "teacher":"static", "labels":["app", "billing"], "unlabelled":"SELECT body FROM tickets WHERE id <= 50"}'), '$.rows', '$.skipped', '$.labels', '$.teacher.guessed') FROM tickets;
SELECT count(*) FROM classify_train('SELECT body, NULL FROM tickets WHERE 0', 'query alone', '{"epochs":1, "hidden":2, "teacher":"static", "labels":["app", "billing"], "unlabelled":"SELECT body FROM tickets WHERE id <= 50"}');
SELECT classify_train(body, NULL, 'bad', '{"teacher":"static", "unlabelled":"SELECT body FROM tickets"}') FROM tickets;
SELECT classify_train(body, NULL, 'bad', '{"teacher":"static", "labels":["app", "billing"], "unlabelled":"SELECT body FROM tickets WHERE 0"}') FROM tickets;
SELECT count(*) FROM classify_models WHERE name = 'bad';

-- Ended in the middle it saves nothing.
.progress 200 --quiet --once --limit 5
SELECT classify_train(body, label, 'bad', '{"teacher":"static", "epochs":10000}') FROM tickets;
.progress 0
SELECT count(*) FROM classify_models WHERE name = 'bad';

-- A database that cannot be written has encoders that can be used; the model is saved where it can be.
ATTACH ':memory:' AS frozen;
CREATE TABLE frozen.classify_encoders AS SELECT 'cold' AS name, config, tokenizer, weights FROM main.classify_encoders WHERE name = 'static';
PRAGMA query_only = 1;
SELECT length(classify_embedding('late', 'cold'));
SELECT classify_train(body, label, 'bad', '{"epochs":1, "hidden":2, "teacher":"cold"}') FROM tickets;
PRAGMA query_only = 0;
SELECT json_extract(classify_train(body, label, 'cold', '{"epochs":1, "hidden":2, "teacher":"frozen.cold"}'), '$.rows') FROM tickets;

-- A name that reads like a number of the label column is that number.
SELECT json_extract(classify_train(body, CASE label WHEN 'billing' THEN 5 WHEN 'app' THEN 6 END, 'numbers',
  '{"teacher":"bert","labels":{"5":"invoices","6":"the app"},"epochs":1,"hidden":2,"linear":false,"subwords":false}'), '$.labels') FROM tickets;
SELECT group_concat(value) FROM (SELECT value FROM classify_models, json_each(labels) WHERE name = 'numbers' ORDER BY value);
