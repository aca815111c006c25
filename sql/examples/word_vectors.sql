.load build/classify
-- Word vectors that were learned elsewhere: words that no labelled row has are
-- known by the words they are close to.

-- Real vectors come from a file (see docs/recipes.md, "Word vectors"). These are made
-- up: 30 numbers a word, nearly the same for words of a kind.
CREATE TABLE vectors(token TEXT, vector);
WITH kinds(kind, words) AS (VALUES
  (1, '["apple", "pear", "plum", "cherry", "banana", "apricot", "melon"]'),
  (2, '["hammer", "saw", "drill", "pliers", "wrench", "chisel", "screwdriver"]'),
  (3, '["shirt", "coat", "socks", "trousers", "gloves", "jacket", "scarf"]')),
place(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM place WHERE i < 30)
INSERT INTO vectors
SELECT word.value, json_group_array((kind * kind * i * i * 7 % 19 - 9) / 10.0 + ((word.key + i) * i % 7 - 3) / 20.0)
FROM kinds, json_each(words) AS word, place
GROUP BY word.value;

-- Only the first three words of each kind are in the rows to learn from.
CREATE TABLE shopping(item TEXT, shelf TEXT);
INSERT INTO shopping VALUES
  ('an apple', 'food'), ('two pears and a plum', 'food'), ('one pear', 'food'), ('a plum, an apple', 'food'),
  ('pear or apple', 'food'), ('plum', 'food'), ('apple and pear', 'food'), ('a ripe plum', 'food'),
  ('a hammer', 'tools'), ('hammer and saw', 'tools'), ('one drill', 'tools'), ('a saw, a drill', 'tools'),
  ('drill or hammer', 'tools'), ('saw', 'tools'), ('a new saw', 'tools'), ('drill and saw', 'tools'),
  ('a shirt', 'clothes'), ('shirt and coat', 'clothes'), ('two socks', 'clothes'), ('a coat, a shirt', 'clothes'),
  ('socks or a shirt', 'clothes'), ('coat', 'clothes'), ('a warm coat', 'clothes'), ('socks and coat', 'clothes');

SELECT json_extract(classify_train(item, shelf, 'shelves', '{"vectors": "vectors"}'), '$.labels') AS labels
FROM shopping;

CREATE TEMP TABLE today(item TEXT);
INSERT INTO today VALUES ('one banana'), ('a cherry'), ('melon'), ('pliers'), ('a wrench'), ('chisel'),
  ('a jacket'), ('gloves'), ('trousers');

.headers on
SELECT classify(item, 'shelves') AS shelf, item FROM today ORDER BY rowid;
