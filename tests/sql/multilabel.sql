-- Several labels a row: JSON arrays, or a text with a separator.
.load build/classify
.mode list
.separator |
.headers off

CREATE TABLE parts(label TEXT, first TEXT, second TEXT, third TEXT, fourth TEXT);
INSERT INTO parts VALUES ('billing', 'the invoice is wrong', 'I paid the invoice twice', 'refund this payment', 'my card was charged again'),
  ('login', 'I forgot my password', 'the password is refused', 'cannot sign in', 'my account is locked'),
  ('delivery', 'where is my parcel', 'the courier lost my parcel', 'the parcel is late', 'the courier did not come');
-- LIMIT keeps the order of the rows, which is that of the labels in a model.
CREATE TEMP VIEW texts AS SELECT label, value AS text, parts.rowid AS part, key
FROM parts, json_each(json_array(first, second, third, fourth)) ORDER BY parts.rowid, key LIMIT -1;
-- One subject, two, or none.
CREATE TABLE numbered(id INTEGER PRIMARY KEY, body TEXT, tags TEXT);
INSERT INTO numbered(body, tags) SELECT text || n.value, json_array(label)
FROM texts, json_each('[".", " please.", " now", ""]') AS n ORDER BY part, texts.key, n.key;
INSERT INTO numbered(body, tags) SELECT a.text || ' and ' || b.text, json_array(a.label, b.label)
FROM texts AS a, texts AS b WHERE a.label < b.label ORDER BY a.part, a.key, b.part, b.key;
INSERT INTO numbered(body, tags) SELECT 'thank you ' || value, '[]'
FROM json_each('["very much", "all", "again", "for this", "and good bye", "friends", "so much", "a lot", "for that", "kindly"]') ORDER BY key;
CREATE TEMP VIEW tickets AS SELECT * FROM numbered ORDER BY id LIMIT -1;
SELECT count(*), count(DISTINCT tags) FROM tickets;

-- By itself: an array in every row.
SELECT json_extract(j, '$.rows'), json_extract(j, '$.labels'), json_extract(j, '$.validation_accuracy') > 0.5,
       json_extract(j, '$.validation_f1') > 0.5
FROM (SELECT classify_train(body, tags, 'tags') AS j FROM tickets);
SELECT labels, json_extract(options, '$.multilabel') FROM classify_models WHERE name = 'tags';

-- Labelling.
SELECT group_concat(value) FROM (SELECT value FROM json_each(classify('the invoice is wrong and where is my parcel', 'tags')) ORDER BY value);
SELECT classify('I forgot my password', 'tags'), classify('thank you so much', 'tags'), classify(NULL, 'tags') IS NULL;
SELECT classify('I forgot my password', 'tags', 0.3), classify('my parcel or my invoice, I forgot', 'tags', 1) IS NULL;
SELECT (SELECT count(*) FROM json_each(classify_scores('the invoice is wrong', 'tags'))) AS labels,
       (SELECT total(value) > 1 FROM json_each(classify_scores('the invoice is wrong and where is my parcel', 'tags'))) AS each_by_itself;
SELECT rank, label, chosen FROM classify_labels('the invoice is wrong and I forgot my password', 'tags');
-- The confidence is the least of theirs; of none it is 1 less the largest of all.
WITH l AS (SELECT * FROM classify_labels('the invoice is wrong and where is my parcel', 'tags'))
SELECT classify_confidence('the invoice is wrong and where is my parcel', 'tags') = (SELECT min(probability) FROM l WHERE chosen);
WITH l AS (SELECT * FROM classify_labels('thank you so much', 'tags'))
SELECT abs(classify_confidence('thank you so much', 'tags') - 1 + (SELECT max(probability) FROM l)) < 1e-6, (SELECT sum(chosen) FROM l);
-- In bulk as one by one.
SELECT count(*), sum(label = classify(body, 'tags')), sum(abs(confidence - classify_confidence(body, 'tags')) < 1e-4)
FROM classify_rows('SELECT id, body FROM tickets', 'tags') AS r JOIN tickets USING (id);
SELECT id, label, confidence IS NULL FROM classify_rows('SELECT 1, NULL UNION ALL SELECT 2, ''thank you''', 'tags');
SELECT sum((SELECT group_concat(value) FROM (SELECT value FROM json_each(label) ORDER BY value)) IS
           (SELECT group_concat(value) FROM (SELECT value FROM json_each(tags) ORDER BY value))) * 1.0 / count(*) > 0.9
FROM classify_rows('SELECT id, body FROM tickets', 'tags') JOIN tickets USING (id);

-- An ordinary model has the column too: the first rank.
SELECT classify_train(text || n.column1, label, 'plain') IS NOT NULL FROM texts, (SELECT '.' AS column1) AS n;
SELECT sum(chosen), sum(chosen AND rank = 1 AND label = 'delivery') FROM classify_labels('where is my parcel', 'plain');

-- Judging.
SELECT rows, accuracy > 0.9, macro_f1 > 0.9, weighted_f1 > 0.9, log_loss < 0.3, calibration_error < 0.3, micro_f1 > 0.9, lrap > 0.9
FROM classify_evaluate('SELECT body, tags FROM tickets', 'tags');
SELECT rows > 5, accuracy BETWEEN 0 AND 1, micro_f1 BETWEEN 0 AND 1, lrap BETWEEN 0 AND 1 FROM classify_evaluate(NULL, 'tags');
SELECT rows, micro_f1 IS NULL, lrap IS NULL FROM classify_evaluate('SELECT text, label FROM texts', 'plain');
-- Rows of which all is known: none right, one label missing, one too much, one that the model does not know.
SELECT actual, predicted, count FROM classify_confusion('VALUES (''I forgot my password'', ''["login","billing"]''),
  (''where is my parcel'', ''["fish"]''), (NULL, ''["login"]''), (''I forgot my password'', NULL)', 'tags');
SELECT label, precision, recall, f1, support FROM classify_report('VALUES (''I forgot my password'', ''["login","billing"]''),
  (''where is my parcel'', ''["fish"]'')', 'tags');
SELECT rows, accuracy, round(micro_f1, 4) FROM classify_evaluate('VALUES (''I forgot my password'', ''["login"]''), (''where is my parcel'', ''[]'')', 'tags');
SELECT rows, accuracy, micro_f1, lrap FROM classify_evaluate('VALUES (''thank you so much'', ''[]'')', 'tags');
SELECT actual IS predicted, count(*) > 0 FROM classify_confusion(NULL, 'tags') WHERE actual IS predicted GROUP BY 1;
SELECT count(*) FROM classify_report(NULL, 'tags');

-- Doubts: a label that is missing, one that is wrong.
CREATE TEMP VIEW checked AS SELECT id, body, CASE id WHEN 1 THEN '["delivery"]' WHEN 60 THEN json_remove(tags, '$[0]')
  WHEN 70 THEN json_insert(tags, '$[#]', 'login') ELSE tags END AS tags FROM tickets;
SELECT tags FROM checked WHERE id IN (1, 60, 70) ORDER BY id;
SELECT id FROM (SELECT id FROM classify_doubts('SELECT id, body, tags FROM checked', 'tags') LIMIT 5) WHERE id IN (1, 60, 70) ORDER BY id;
SELECT label, (SELECT group_concat(value) FROM (SELECT value FROM json_each(suggested) ORDER BY value))
FROM classify_doubts('SELECT id, body, tags FROM checked', 'tags') WHERE id = 1;
-- Where the labels are the same, so are the texts.
SELECT count(*) > 90 FROM classify_doubts('SELECT id, body, tags FROM checked', 'tags') WHERE label = suggested;
SELECT id, label, suggested IS NULL, probability BETWEEN 0 AND 1
FROM classify_doubts('SELECT ''new'', ''a parcel and a password'', NULL UNION ALL SELECT ''none'', NULL, ''["login"]''', 'tags');

-- Why.
SELECT token FROM classify_attention('the courier forgot my password', 'tags', 'login') ORDER BY contribution DESC LIMIT 1;
SELECT token FROM classify_attention('the courier forgot my password', 'tags', 'delivery') ORDER BY contribution DESC LIMIT 1;
SELECT classify_highlight('I forgot my <password>', 'tags', 'html') LIKE '<div class="classify-highlight"><div><b><bdi>[&quot;login&quot;]</bdi></b> 0.%, marked for <b><bdi>login</bdi></b> 0.%';
SELECT replace(substr(classify_highlight('thank you so much', 'tags'), 1, 11), char(27), 'ESC');
SELECT DISTINCT label FROM classify_words('tags');
SELECT token FROM classify_words('tags', 'login') WHERE token = 'password';
SELECT length(classify_card('tags')) > 10000, classify_card('tags') LIKE '%Micro-F1%', classify_card('plain') LIKE '%Micro-F1%';
SELECT classify_card('tags') LIKE '%<h2>Mistakes</h2>%', classify_card('tags') LIKE '%<h2>Confusion</h2>%';

-- A separator; blanks are trimmed, empty parts left out, '' is none, NULL is not known.
CREATE TEMP VIEW cut AS SELECT id, body, replace(trim(replace(tags, '"', ''), '[]'), ',', ' | ') AS tags FROM tickets;
SELECT tags FROM cut WHERE id IN (1, 60, 145) ORDER BY id;
SELECT json_extract(classify_train(body, tags, 'cut', '{"multilabel": "|"}'), '$.labels') FROM cut;
SELECT json_extract(options, '$.multilabel') FROM classify_models WHERE name = 'cut';
SELECT group_concat(value) FROM (SELECT value FROM json_each(classify('the invoice is wrong and where is my parcel', 'cut')) ORDER BY value);
-- Those who judge by it cut texts in the same way, and read arrays.
SELECT rows, accuracy > 0.9 FROM classify_evaluate('SELECT body, tags FROM cut', 'cut');
SELECT rows, accuracy FROM classify_evaluate('VALUES (''I forgot my password'', ''["login"]''), (''I forgot my password'', ''| login||login '')', 'cut');
-- A number is read as a text there.
SELECT classify_train(body, iif(id % 2, 7, '7 | 8'), 'numbers', '{"multilabel": "|", "epochs": 1}') IS NOT NULL FROM tickets;
SELECT labels FROM classify_models WHERE name = 'numbers';

-- Arrays of numbers give numbers; 5 and "5" are two labels; one that is there twice counts once.
SELECT classify_train(body, iif(id % 2, '[5, 2.5]', '[5,"5",5,  9007199254740993]'), 'numbers', '{"epochs": 1}') IS NOT NULL FROM tickets;
SELECT labels, json_extract(metrics, '$.label_rows') FROM classify_models WHERE name = 'numbers' AND version = 2;
SELECT typeof(label), count(*) FROM classify_labels('x', 'numbers') GROUP BY 1 ORDER BY 1;
SELECT classify_scores('x', 'numbers');

-- One label is enough; texts with escapes.
SELECT classify_train(body, iif(tags LIKE '%login%', '["log\u00efn \"\\ \ud83d\ude00"]', '[]'), 'one', '{"epochs": 3}') IS NOT NULL FROM tickets;
SELECT labels FROM classify_models WHERE name = 'one';
SELECT classify('I forgot my password', 'one'), classify('where is my parcel', 'one');

-- GROUP BY, in FROM, a validation query with a label of its own, going on.
SELECT id % 2, json_extract(classify_train(body, tags, 'group' || (id % 2), '{"epochs": 2}'), '$.model') FROM tickets GROUP BY id % 2;
SELECT count(*), max(epoch), sum(validation_loss IS NOT NULL) FROM classify_train('SELECT body, tags FROM tickets', 'watched', '{"epochs": 3}');
SELECT json_extract(classify_train(body, tags, 'given', '{"epochs": 2, "validation": "VALUES (''my parcel'', ''[\"delivery\",\"fish\"]'')"}'), '$.labels') FROM tickets;
SELECT rows, accuracy FROM classify_evaluate(NULL, 'given');
SELECT label FROM classify_report(NULL, 'given') WHERE label = 'fish';
SELECT json_extract(classify_train('the mouse is broken', '["hardware","delivery"]', 'more', '{"from": {"model": "tags", "rows": "SELECT body, tags FROM tickets"}}'), '$.labels')
FROM tickets WHERE id < 20;
SELECT classify('I forgot my password', 'more'), classify('the mouse is broken', 'more');
SELECT json_extract(classify_train(body, tags, 'cut', '{"from": "cut", "epochs": 1}'), '$.version') FROM cut;
SELECT classify_train(body, tags, 'sure', '{"patience": 1, "epochs": 4, "precision": "int8", "position_bias": true}') IS NOT NULL FROM tickets;
SELECT classify('the password is refused', 'sure');

-- With false an array is a label like any other.
SELECT json_extract(classify_train(body, tags, 'arrays', '{"multilabel": false, "epochs": 1}'), '$.labels') FROM tickets;
SELECT json_type(classify_scores('x', 'arrays')), classify('x', 'arrays') IN (SELECT tags FROM tickets);
-- A list that is none is a label like any other.
SELECT json_extract(classify_train(body, iif(id % 2, '[a]', '["b"'), 'lists', '{"epochs": 1}'), '$.labels') FROM tickets;

-- What is refused.
SELECT classify_train(body, iif(id = 3, 'login', tags), 'bad') FROM tickets;
SELECT classify_train(body, iif(id = 3, 7, tags), 'bad') FROM tickets;
SELECT classify_train(body, iif(id = 3, x'00', tags), 'bad') FROM tickets;
SELECT classify_train(body, iif(id = 3, '["login"', tags), 'bad') FROM tickets;
SELECT classify_train(iif(id = 2, NULL, body), CASE WHEN id = 1 THEN NULL WHEN id = 5 THEN tags ELSE 'login' END, 'bad') FROM tickets;
SELECT classify_train(body, CASE WHEN id = 4 THEN '["a",null]' ELSE tags END, 'bad') FROM tickets;
SELECT classify_train(body, CASE WHEN id = 4 THEN '[["a"]]' ELSE tags END, 'bad') FROM tickets;
SELECT classify_train(body, CASE WHEN id = 4 THEN '[1e999]' ELSE tags END, 'bad') FROM tickets;
SELECT classify_train(body, 'login', 'bad', '{"multilabel": true}') FROM tickets;
SELECT classify_train(body, '[]', 'bad') FROM tickets;
SELECT classify_train(body, json_array(id), 'bad') FROM tickets;
SELECT classify_train(body, tags, 'bad', '{"multilabel": ""}') FROM tickets;
SELECT classify_train(body, tags, 'bad', '{"multilabel": 1}') FROM tickets;
SELECT classify_train(body, tags, 'bad', '{"class_weight": "balanced"}') FROM tickets;
SELECT classify_train(body, tags, 'bad', '{"class_weight": {"login": 2}, "multilabel": true}') FROM tickets;
SELECT classify_train(body, tags, 'bad', '{"unlabelled": "SELECT body FROM tickets"}') FROM tickets;
SELECT classify_train(body, tags, 'bad', '{"teacher": "SELECT body, zeroblob(8) FROM tickets"}') FROM tickets;
SELECT classify_train(body, tags, 'bad', '{"validation": "SELECT body, ''login'' FROM tickets"}') FROM tickets;
SELECT classify_train(body, tags, 'bad', '{"validation": "SELECT body, ''[]'' FROM tickets"}') FROM tickets;
SELECT classify_train(body, 'login', 'bad', '{"from": "tags"}') FROM tickets;
SELECT classify_train(body, tags, 'bad', '{"from": "tags", "multilabel": false}') FROM tickets;
SELECT classify_train(body, tags, 'bad', '{"from": "plain", "multilabel": true}') FROM tickets;
SELECT * FROM classify_evaluate('SELECT body, iif(id = 3, ''login'', tags) FROM tickets', 'tags');
SELECT * FROM classify_doubts('SELECT id, body, x''00'' FROM tickets', 'tags');
SELECT classify_scores('x', 'numbers@1') IS NOT NULL;
SELECT count(*) FROM classify_models WHERE name = 'bad';
