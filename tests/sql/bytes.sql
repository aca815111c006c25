-- Bytes that are no text: NULs, and what is not UTF-8.
.load build/classify
.read tests/sql/data/tickets.sql
SELECT 'trained', classify_train(body, category, 'kinds', :small) IS NOT NULL FROM tickets;

-- A NUL separates, like a space. The words behind it count, though substr() does not reach them.
SELECT token, start, length, quote(substr('refund' || char(0) || 'printer', start, length))
FROM classify_attention('refund' || char(0) || 'printer');
SELECT 'a NUL is like a space', classify_scores('refund' || char(0) || 'printer') = classify_scores('refund printer');
SELECT 'NULs alone are no text', classify_scores(char(0, 0)) = classify_scores('');

-- What is not UTF-8 is U+FFFD. What substr() takes for a character is one: a byte from C0 on with all of 80 to BF that
-- follow, so that each token can still be cut out. (Newer versions of SQLite take stray bytes together.)
CREATE TABLE texts(about, text);
INSERT INTO texts VALUES
  ('no lead byte',   CAST(x'61FF62'         AS TEXT)),
  ('stray bytes',    CAST(x'808061'         AS TEXT)),
  ('cut off',        CAST(x'61E4B8'         AS TEXT)),
  ('cut in between', CAST(x'61E4B862'       AS TEXT)),
  ('overlong',       CAST(x'C080'           AS TEXT)),
  ('surrogate',      CAST(x'EDA080'         AS TEXT)),
  ('too large',      CAST(x'F88880808061'   AS TEXT)),
  ('one too many',   CAST(x'C3A98061'       AS TEXT));
SELECT about, group_concat(token, ' '), group_concat(start || '+' || length, ' '),
       iif(about = 'stray bytes', '', group_concat(hex(substr(texts.text, start, length)), ' '))
FROM texts, classify_attention(texts.text) GROUP BY about ORDER BY texts.rowid;

-- Each has a label, its weights sum to 1, and it can be learned from.
SELECT count(*), sum(classify(text) IN ('billing', 'technical')), sum(json_valid(classify_scores(text))) FROM texts;
SELECT about, round(sum(weight), 4) AS sum FROM texts, classify_attention(texts.text) GROUP BY about HAVING sum <> 1;
SELECT json_extract(classify_train(text || n, n % 2, 'bytes', :small), '$.rows')
FROM texts, (SELECT id AS n FROM tickets LIMIT 4);
SELECT 'has a label', classify(CAST(x'61FF62' AS TEXT), 'bytes') IN (0, 1);

-- So are labels, and all that is compared with them.
SELECT 'trained', classify_train(body, CASE category WHEN 'billing' THEN CAST(x'FF' AS TEXT) ELSE 'a' END, 'labels', :small)
       IS NOT NULL FROM (SELECT * FROM tickets ORDER BY id);
SELECT hex(classify('my refund is late', 'labels')), (SELECT labels FROM classify_models WHERE name = 'labels');
SELECT 'the other label is less probable', json_extract(classify_scores('my refund is late', 'labels'), '$.a') < 0.5;
SELECT label, support FROM classify_report('SELECT body, CASE category WHEN ''billing'' THEN CAST(x''FF'' AS TEXT) ELSE ''a'' END
  FROM tickets', 'labels') ORDER BY label;
SELECT hex(label), hex(suggested) FROM classify_doubts('SELECT id, ''my refund is late'', CAST(x''FE'' AS TEXT) FROM tickets LIMIT 1',
  'labels');
SELECT 'its words', count(*) > 0 FROM classify_words('labels', CAST(x'80' AS TEXT));
SELECT 'validated', json_extract(classify_train(body, CASE category WHEN 'billing' THEN CAST(x'FF' AS TEXT) ELSE 'a' END, 'valid',
  json_set(:small, '$.validation', 'SELECT body, CASE category WHEN ''billing'' THEN char(65533) ELSE ''a'' END FROM tickets')),
  '$.validation_accuracy') > 0.5 FROM (SELECT * FROM tickets ORDER BY id);
SELECT hex(classify('my refund is late', 'valid'));
SELECT 'several', json_extract(classify_train(body, iif(category = 'billing', replace('["x","a"]', 'x', CAST(x'FF' AS TEXT)), '["a"]'),
  'several', :small), '$.labels') FROM (SELECT * FROM tickets ORDER BY id);
SELECT DISTINCT hex(label) FROM classify_labels('my refund is late', 'several') ORDER BY label;

-- So do the tokens of a tokenizer that takes any bytes.
SELECT 'trained', classify_train(body || ' ' || CAST(x'61E4B8' AS TEXT), category, 'ascii', json_set(:small, '$.tokenize', 'ascii'))
       IS NOT NULL FROM tickets;
SELECT hex(token), start, length FROM classify_attention('refund ' || CAST(x'61E4B8' AS TEXT), 'ascii');
SELECT count(*) > 0, sum(hex(token) LIKE '%E4B8%' AND hex(token) NOT LIKE '%EFBFBD%') FROM classify_words('ascii');
SELECT DISTINCT hex(token) FROM classify_words('ascii') WHERE token LIKE 'a' || char(65533);

-- The options as JSON are UTF-8 as well.
SELECT 'trained', classify_train(body, CASE category WHEN 'billing' THEN CAST(x'FF' AS TEXT) ELSE 'a' END, 'weights',
  replace(json_set(:small, '$.class_weight', json('{"bad":0.5}')), 'bad', CAST(x'FF' AS TEXT))) IS NOT NULL FROM tickets;
SELECT json_extract(options, '$.class_weight') FROM classify_models WHERE name = 'weights';
SELECT classify_train(body, category, 'weights', replace(replace(json_set(:small, '$.class_weight', json('{"bad":0.5,"worse":2}')),
  'bad', CAST(x'FF' AS TEXT)), 'worse', CAST(x'FE' AS TEXT)))
FROM (SELECT body, iif(category = 'billing', char(65533), 'a') AS category FROM tickets);
SELECT classify_train(body, category, 'weights', json_set(:small, '$.class_weight', json('{"\ud800":0.5}')))
FROM (SELECT body, iif(category = 'billing', char(65533), 'a') AS category FROM tickets);
