-- Labels come back in the type and with the value they had in training.
.load build/classify
.read tests/sql/data/tickets.sql

-- Integers, reals and texts, side by side.
CREATE TABLE mixed AS SELECT body, label FROM (
  SELECT id, body, CASE category WHEN 'billing' THEN 9007199254740993 ELSE -0.25 END AS label FROM tickets UNION ALL
  SELECT 100 + id, 'a quiet day, number ' || id, 'nothing' FROM tickets WHERE id <= 25) ORDER BY id;
SELECT json_extract(classify_train(body, label, 'mixed', :small), '$.labels') FROM (SELECT * FROM mixed ORDER BY rowid);
SELECT typeof(label), label FROM (
  SELECT classify('my refund is late', 'mixed') AS label UNION ALL
  SELECT classify('my printer is late', 'mixed') UNION ALL
  SELECT classify('a quiet day, number 7', 'mixed'));
SELECT labels FROM classify_models WHERE name = 'mixed';

-- In the other functions too.
SELECT typeof(label), label FROM classify_labels('my refund is late', 'mixed') ORDER BY label;
SELECT id, typeof(label), label FROM classify_rows('SELECT 1, ''my refund is late''', 'mixed');
SELECT key FROM json_each(classify_scores('my refund is late', 'mixed')) ORDER BY key;

-- 5 and 5.0 are one label; the type that came first stays.
SELECT 'trained', classify_train(body, CASE category WHEN 'billing' THEN 1 WHEN 'technical' THEN iif(id % 2, 5.0, 5) END,
                      'integer first', :small) IS NOT NULL FROM (SELECT * FROM tickets ORDER BY id);
SELECT 'trained', classify_train(body, CASE category WHEN 'billing' THEN 1 WHEN 'technical' THEN iif(id % 2, 5, 5.0) END,
                      'real first', :small) IS NOT NULL FROM (SELECT * FROM tickets ORDER BY id);
SELECT name, labels FROM classify_models WHERE name LIKE '% first' ORDER BY name;
SELECT classify('my printer is late', 'integer first'), classify('my printer is late', 'real first');

-- 5 and '5' are two. As keys of a JSON object they would be one.
SELECT 'trained', classify_train(body, CASE category WHEN 'billing' THEN 5 ELSE '5' END, 'fives', :small) IS NOT NULL
FROM tickets;
SELECT quote(classify('my refund is late', 'fives')), quote(classify('my printer is late', 'fives'));
SELECT classify_scores('my refund is late', 'fives');
SELECT rank, quote(label) FROM classify_labels('my refund is late', 'fives');

-- So would two reals that differ in the last digit.
SELECT 'trained', classify_train(body, CASE category WHEN 'billing' THEN 0.3 ELSE 0.1 + 0.2 END, 'reals', :small) IS NOT NULL
FROM tickets;
SELECT classify('my refund is late', 'reals') = 0.3, classify('my printer is late', 'reals') = 0.1 + 0.2;
SELECT count(DISTINCT value) FROM classify_models, json_each(labels) WHERE name = 'reals';
SELECT labels IN ('[0.3,0.30000000000000004]', '[0.30000000000000004,0.3]') FROM classify_models WHERE name = 'reals';
SELECT count(DISTINCT key) FROM json_each(classify_scores('my refund is late', 'reals'));

-- The ends of the number line.
SELECT 'trained', classify_train(body, CASE category WHEN 'billing' THEN -9223372036854775808 ELSE 1.7976931348623157e308 END, 'ends', :small)
       IS NOT NULL FROM tickets;
SELECT classify('my refund is late', 'ends'), classify('my printer is late', 'ends') = 1.7976931348623157e308;

-- Any text: empty, quotes, newline, backslash, a NUL in the middle.
CREATE TABLE odd AS
  SELECT 'a' || id || ' one' AS body, '' AS label FROM tickets UNION ALL
  SELECT 'b' || id || ' two', 'it''s "x"\' || char(10) FROM tickets UNION ALL
  SELECT 'c' || id || ' three', 'a' || char(0) || 'b' FROM tickets UNION ALL
  SELECT 'd' || id || ' four', 'Ärger 東京 🙂' FROM tickets;
SELECT 'trained', classify_train(body, label, 'odd', :small) IS NOT NULL FROM (SELECT * FROM odd ORDER BY rowid);
SELECT body, hex(label) FROM (SELECT 'one' AS body UNION SELECT 'two' UNION SELECT 'three' UNION SELECT 'four') AS t,
  classify_labels(t.body, 'odd') WHERE rank = 1 ORDER BY body;
SELECT classify_scores('two', 'odd') LIKE '{"it''s \"x\"\\\n":%', json_valid(classify_scores('three', 'odd'));
SELECT labels FROM classify_models WHERE name = 'odd';

-- A BLOB is no label, nor is what is not finite (NaN is NULL in SQL).
SELECT classify_train(body, CAST(category AS BLOB), 'blobs', :small) FROM tickets WHERE id = 1;
SELECT count(*) FROM classify_train('SELECT body, x''00ff00'' FROM tickets', 'blobs', :small);
SELECT classify_train(body, 9e999, 'infinite', :small) FROM tickets WHERE id = 1;
SELECT count(*) FROM classify_train('SELECT body, -9e999 FROM tickets', 'infinite', :small);
SELECT * FROM classify_evaluate('SELECT body, 9e999 FROM tickets', 'ends');
SELECT classify_train(body, 9e999 - 9e999, 'null', :small) FROM tickets WHERE id = 1;
