-- The option compress: the sizes of models, and what they say.
.load build/classify

-- 120 rows of three labels, in two languages.
CREATE TABLE notes(id INTEGER PRIMARY KEY, body, label, language);
WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 19),
     words(language, label, word) AS (VALUES
       ('en', 'sick', 'fever'), ('en', 'sick', 'headache'), ('en', 'holiday', 'vacation'), ('en', 'holiday', 'beaches'),
       ('en', 'late', 'traffic'), ('en', 'late', 'overslept'), ('de', 'sick', 'Fieber'), ('de', 'sick', 'Kopfschmerz'),
       ('de', 'holiday', 'Urlaub'), ('de', 'holiday', 'Strand'), ('de', 'late', 'Verkehr'), ('de', 'late', 'verschlafen'))
INSERT INTO notes(body, label, language)
  SELECT printf(CASE language WHEN 'en' THEN 'hello all, it is %s again, see you at %d' ELSE 'hallo, bei mir ist %s, bis um %d' END,
                word, i), label, language
  FROM n, words WHERE i % 2 = 0 ORDER BY i, word;
SELECT count(*), count(DISTINCT label) FROM notes;

-- Compressed is the default. The file is a small part of what it is with floats.
SELECT 'trained', classify_train(body, label, 'small') IS NOT NULL,
       classify_train(body, label, 'floats', '{"compress":false}') IS NOT NULL FROM (SELECT * FROM notes ORDER BY id);
SELECT name, json_extract(options, '$.compress') FROM classify_models ORDER BY name;
SELECT 'below 200,000 bytes', length(weights) < 200000 FROM classify_models WHERE name = 'small';
SELECT 'floats take more than 20 times as much', (SELECT length(weights) FROM classify_models WHERE name = 'floats') >
       20 * (SELECT length(weights) FROM classify_models WHERE name = 'small');

-- What the file has in the place of matrices of floats.
SELECT name, (SELECT group_concat(instr(weights, CAST('"' || value || '"' AS BLOB)) > 0, '') FROM
  json_each('["embedding","embedding.codes","embedding.scales","subwords.shape","linear.kernel.codes","output.kernel.codes","ngrams"]'))
FROM classify_models ORDER BY name;

-- Both say the same, and as surely, of these rows and of words that none of them has.
SELECT sum(classify(body, 'small') = label), sum(classify(body, 'floats') = label) FROM notes;
CREATE TABLE texts(text);
INSERT INTO texts VALUES ('the fever'), ('feverish headaches'), ('vacations on a beach'), ('trafic'), ('Fieberkopfschmerzen'),
                         ('see you again'), (''), ('verschlafene Verkehrsurlauber, hello'), ('zzyzx');
SELECT 'probabilities are off by less than 0.03', max(abs(small.probability - floats.probability)) < 0.03
FROM (SELECT body FROM notes UNION ALL SELECT text FROM texts), classify_labels(body, 'small') AS small, classify_labels(body, 'floats') AS floats
WHERE small.label = floats.label;
SELECT text, classify(text, 'small'), classify(text, 'floats') FROM texts
WHERE text IN ('the fever', 'feverish headaches', 'vacations on a beach', 'trafic') ORDER BY text;

-- Words without a known n-gram are one word; with buckets they have a vector each.
SELECT name, classify_scores('zzyzx', name) = classify_scores('qqqqq', name) FROM classify_models ORDER BY name;

-- Contributions and the bias of a label sum to its logit. So the difference of two labels' sums is that of the logarithms
-- of their probabilities, less the difference of the biases, which is the same for all texts.
CREATE TABLE sums AS
  SELECT name, text, (SELECT sum(contribution) FROM classify_attention(text, name, 'sick'))
                   - (SELECT sum(contribution) FROM classify_attention(text, name, 'late'))
                   - (SELECT ln(max(probability) FILTER (WHERE label = 'sick'))
                           - ln(max(probability) FILTER (WHERE label = 'late')) FROM classify_labels(text, name)) AS rest
  FROM classify_models, texts WHERE text <> '';
SELECT name, max(rest) - min(rest) < 1e-4 FROM sums GROUP BY name ORDER BY name;

-- The same again, with any number of threads and the option given or not.
SELECT 'trained', classify_train(body, label, 'small', '{"threads":3,"compress":true}') IS NOT NULL FROM (SELECT * FROM notes ORDER BY id);
SELECT count(*), count(DISTINCT weights) FROM classify_models WHERE name = 'small';

-- Going on from one: it stays as small, knows the new label, and keeps its n-grams; also from floats, and to floats.
CREATE TABLE news(body, label);
INSERT INTO news SELECT 'the ' || a.column1 || ' of the ' || b.column1, 'money' FROM
  (VALUES ('invoice'), ('payment'), ('salary')) AS a, (VALUES ('boss'), ('customer'), ('office'), ('month')) AS b;
CREATE TABLE paths(name, options);
INSERT INTO paths VALUES ('on from small', '{"from":{"model":"small","rows":"SELECT body, label FROM notes"}}'),
  ('on from floats', '{"from":{"model":"floats","rows":"SELECT body, label FROM notes"}}'),
  ('floats from small', '{"compress":false,"from":{"model":"small","rows":"SELECT body, label FROM notes"}}');
SELECT count(*) FROM (SELECT classify_train(body, label, name, json_set(options, '$.epochs', 20, '$.validation', 0))
                      FROM paths, news GROUP BY name);
SELECT name, (SELECT sum(classify(body, name) = label) FROM news), classify('an invoice for the boss', name),
       (SELECT avg(classify(body, name) = label) > 0.9 FROM notes), length(weights) < 200000,
       instr(weights, CAST('"ngrams"' AS BLOB)) > 0
FROM classify_models WHERE name IN (SELECT name FROM paths) ORDER BY name;

-- One for each group.
SELECT language, json_extract(classify_train(body, label, language), '$.rows') FROM notes GROUP BY language;
SELECT name, length(weights) < 200000, (SELECT sum(classify(body, name) = label) FROM notes WHERE language = name)
FROM classify_models WHERE name IN ('de', 'en') ORDER BY name;

-- A model of floats, whatever parts it has, has no other tensors than before.
SELECT 'trained', classify_train(body, label, 'plain', '{"compress":false,"subwords":false,"linear":false,"max_pool":false,"epochs":1}') IS NOT NULL
FROM notes;
SELECT instr(weights, CAST('.codes"' AS BLOB)), instr(weights, CAST('"ngrams"' AS BLOB)) FROM classify_models WHERE name = 'plain';

-- Other values.
SELECT 'trained', classify_train(body, label, 'plain', '{"compress":null,"epochs":1}') IS NOT NULL FROM notes;
SELECT instr(weights, CAST('.codes"' AS BLOB)) > 0 FROM classify_models WHERE name = 'plain' AND version = 2;
SELECT classify_train(body, label, 'bad', '{"compress":"yes"}') FROM notes;
SELECT classify_train(body, label, 'bad', '{"compress":8}') FROM notes;
SELECT classify_train(body, label, 'bad', '{"compress":1.5}') FROM notes;
SELECT classify_train(body, label, 'bad', '{"compress":[]}') FROM notes;
SELECT count(*) FROM classify_models WHERE name = 'bad';
