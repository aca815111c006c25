-- From 20,000 rows on all threads learn one machine of the linear branch. Rows of one label may cost far more than
-- those of another there, too: as many texts are given the label as by a model of fewer rows.
.load build/classify
CREATE TABLE noisy(i INTEGER PRIMARY KEY, body, label);
WITH RECURSIVE n(i, a) AS (SELECT 1, 12345 UNION ALL SELECT i + 1, (a * 1103515245 + 12345) % 2147483648 FROM n WHERE i < 22000),
     d AS (SELECT i, a >> 9 AS a, (a >> 25) % 2 AS label, (a >> 21) % 16 < 10 AS told FROM n)
INSERT INTO noisy
  SELECT i, printf('w%d v%d u%d of%d', a % 97, a / 97 % 89, a % 1009, iif(told, label, 1 - label)), label FROM d;
CREATE TABLE given(rows, share);
CREATE TABLE options AS SELECT json_object('epochs', 1, 'encoder', 'none', 'embedding', 8, 'validation', 0,
  'class_weight', json('{"0": 50}')) AS json;
SELECT classify_train(body, label, 'm', (SELECT json FROM options)) IS NOT NULL FROM noisy WHERE i <= 19000;
INSERT INTO given SELECT 19000, avg(label = 0) FROM classify_rows('SELECT i, body FROM noisy WHERE i > 20500', 'm');
SELECT classify_train(body, label, 'm', (SELECT json FROM options)) IS NOT NULL FROM noisy WHERE i <= 20500;
INSERT INTO given SELECT 20500, avg(label = 0) FROM classify_rows('SELECT i, body FROM noisy WHERE i > 20500', 'm');
SELECT max(share) - min(share) < 0.07, min(share) > 0.55, max(share) < 0.95 FROM given;
