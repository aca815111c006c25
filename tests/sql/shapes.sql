-- What words look like: numbers, codes and capitals that were never seen are told apart by their shape.
.load build/classify
CREATE TABLE random AS
WITH RECURSIVE r(n, x) AS (SELECT 0, 1 UNION ALL SELECT n + 1, (x * 1103515245 + 12345) & 2147483647 FROM r LIMIT 16000)
SELECT n, x >> 12 AS x FROM r;
CREATE INDEX random_n ON random(n);

-- Row i of this table has eight numbers that are drawn at random.
CREATE TABLE drawn AS
SELECT n / 8 AS i, max(iif(n % 8 = 0, x, 0)) AS a, max(iif(n % 8 = 1, x, 0)) AS b, max(iif(n % 8 = 2, x, 0)) AS c,
       max(iif(n % 8 = 3, x, 0)) AS d, max(iif(n % 8 = 4, x, 0)) AS e, max(iif(n % 8 = 5, x, 0)) AS f,
       max(iif(n % 8 = 6, x, 0)) AS g, max(iif(n % 8 = 7, x, 0)) AS h
FROM random GROUP BY n / 8;

CREATE TABLE texts(task, i, label, text);

-- Codes of eight characters, every second one with a digit.
INSERT INTO texts
SELECT 'codes', i, iif(i % 2, 'digit', 'letters'), group_concat(c, '') FROM (
  SELECT i, substr(iif(i % 2 AND n % 8 = a % 8, '23456789', iif(i % 2, 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789',
                   'ABCDEFGHJKLMNPQRSTUVWXYZ')), 1 + x % iif(i % 2 AND n % 8 = a % 8, 8, iif(i % 2, 32, 24)), 1) AS c
  FROM drawn JOIN random ON n / 8 = i WHERE i < 1000 ORDER BY n)
GROUP BY i;

-- The same sentences, in capitals or not.
CREATE TABLE words AS SELECT key AS n, value AS word FROM json_each('["we", "got", "your", "note", "about", "the",
  "parcel", "invoice", "please", "look", "into", "it", "again", "when", "you", "can", "order", "shop", "station"]');
INSERT INTO texts
SELECT 'capitals', i, iif(loud, 'loud', 'quiet'), iif(loud, upper(said), said) FROM (
  SELECT i, group_concat(word, ' ') AS said FROM (
    SELECT i, word FROM drawn JOIN random ON random.n / 8 = i AND random.n % 8 < 4 + a % 4
    JOIN words ON words.n = x % 19 WHERE i < 400 ORDER BY random.n)
  GROUP BY i), (SELECT 0 AS loud UNION ALL SELECT 1);

-- Amounts, dates and so on, each of them in some words.
WITH kind(label, text, i) AS (
  SELECT 'amount', iif(h % 2, printf('%d.%02d', a % 9999, b % 100),
                       printf('%d,%03d.%02d', 1 + a % 99, b % 1000, c % 100)), i FROM drawn
  UNION ALL
  SELECT 'date', iif(h % 2, printf('%d-%02d-%02d', 1980 + a % 50, 1 + b % 12, 1 + c % 28),
                     printf('%02d/%02d/%d', 1 + a % 28, 1 + b % 12, 1980 + c % 50)), i FROM drawn
  UNION ALL
  SELECT 'version', printf('%s%d.%d.%d', iif(h % 2, 'v', ''), a % 20, b % 30, c % 40), i FROM drawn
  UNION ALL
  SELECT 'phone', iif(h % 2, printf('(%03d) %03d-%04d', a % 1000, b % 1000, c % 10000),
                      printf('+%d %03d %07d', 1 + a % 99, b % 1000, c)), i FROM drawn
  UNION ALL
  SELECT 'IBAN', printf('%s%02d%06d%06d%06d', substr('DEFRESITNL', 1 + 2 * (h % 5), 2), a % 100, b, c, d), i FROM drawn
  UNION ALL
  SELECT 'hash', printf('%05x%05x%05x%05x%05x%05x%05x%05x', a, b, c, d, e, f, g, h), i FROM drawn)
INSERT INTO texts
SELECT 'kinds', i, label, printf('%s %s %s', first.word, text, last.word)
FROM kind JOIN words AS first ON first.n = (i * 7 + length(text)) % 19 JOIN words AS last ON last.n = i % 19
WHERE i < 120;

-- Lines of a log, of which only the template is constant.
WITH line(label, text, i) AS (
  SELECT 'login', printf('2026-%02d-%02d %02d:%02d %x from %d.%d.%d.%d', 1 + a % 12, 1 + b % 28, c % 24, d % 60, e,
                         a % 255, f % 255, g % 255, h % 255), i FROM drawn
  UNION ALL
  SELECT 'request', printf('%d.%d.%d.%d [2026-%02d-%02d %02d:%02d] %d %d', f % 255, g % 255, h % 255, a % 255,
                           1 + b % 12, 1 + c % 28, d % 24, e % 60, 100 + f % 500, g), i FROM drawn
  UNION ALL
  SELECT 'disk', printf('2026-%02d-%02d %02d:%02d /%x/%x %d%% %dG', 1 + a % 12, 1 + b % 28, c % 24, d % 60, e, f,
                        g % 100, h % 1000), i FROM drawn
  UNION ALL
  SELECT 'job', printf('2026-%02d-%02d %02d:%02d %x[%d]: %d.%03d s', 1 + a % 12, 1 + b % 28, c % 24, d % 60, e, f,
                       g % 100, h % 1000), i FROM drawn)
INSERT INTO texts SELECT 'logs', i, label, text FROM line WHERE i < 160;

-- A model for each, of three in five rows.
SELECT task, count(*), classify_train(text, label, task, '{"seed": 1}') IS NOT NULL
FROM texts WHERE i % 5 < 3 GROUP BY task;

-- How the others are labelled.
CREATE TABLE judged(task, rows, accuracy);
INSERT INTO judged SELECT 'codes', rows, accuracy
FROM classify_evaluate('SELECT text, label FROM texts WHERE task = ''codes'' AND i % 5 > 2', 'codes');
INSERT INTO judged SELECT 'capitals', rows, accuracy
FROM classify_evaluate('SELECT text, label FROM texts WHERE task = ''capitals'' AND i % 5 > 2', 'capitals');
INSERT INTO judged SELECT 'kinds', rows, accuracy
FROM classify_evaluate('SELECT text, label FROM texts WHERE task = ''kinds'' AND i % 5 > 2', 'kinds');
INSERT INTO judged SELECT 'logs', rows, accuracy
FROM classify_evaluate('SELECT text, label FROM texts WHERE task = ''logs'' AND i % 5 > 2', 'logs');
SELECT task, rows, iif(accuracy >= 0.98, 'told apart', accuracy) FROM judged ORDER BY task;

-- The token decides that has the shape, and contributions still add up.
SELECT token FROM classify_attention('your code HKQ7WXBD came', 'codes', 'digit') ORDER BY contribution DESC LIMIT 1;
SELECT token FROM classify_attention('please look into the INVOICE again', 'capitals', 'loud')
ORDER BY contribution DESC LIMIT 1;
SELECT round(sum(contribution), 3) <> 0 FROM classify_attention('PLEASE look at 3.50', 'kinds', 'amount');

-- Capitals count for words that are known, and not for tokens of a tokenizer that keeps them.
SELECT classify('please look into it', 'capitals'), classify('PLEASE LOOK INTO IT', 'capitals');
SELECT classify_scores('Refund', 'kinds') = classify_scores('Ｒｅｆｕｎｄ', 'kinds');

-- The same sentences in HTML, where a letter is a reference with capitals of its own. Capitals of tags do not count.
INSERT INTO texts
SELECT 'html', i, label, iif(i % 2, '<P CLASS="NOTE &Eacute;">', '<p class="note">') ||
       replace(replace(text, 'e', '&eacute;'), 'E', '&Eacute;') || iif(i % 3, '</P>', '</p>')
FROM texts WHERE task = 'capitals';
SELECT classify_train(text, label, 'html', '{"markup": "html", "seed": 1}') IS NOT NULL
FROM texts WHERE task = 'html' AND i % 5 < 3;
SELECT rows, accuracy
FROM classify_evaluate('SELECT text, label FROM texts WHERE task = ''html'' AND i % 5 > 2', 'html');
CREATE TABLE written(text, same); -- the same words and capitals, tags and letters written in another way
INSERT INTO written VALUES
  ('<p>PL&Eacute;AS&Eacute; look</p>', '<P>PLÉASÉ look</P>'),
  ('<p>Pl&eacute;as&eacute; look</p>', '<P ID=X>&#80;léas&#xE9; look</P>');
SELECT classify_scores(text, 'html') = classify_scores(same, 'html'),
       classify_scores(text, 'html') = classify_scores(replace(text, 'look', 'LOOK'), 'html') FROM written;
SELECT classify_scores(a.text, 'html') = classify_scores(b.text, 'html')
FROM written AS a JOIN written AS b ON a.rowid < b.rowid;

-- With other tokenizers only the tokens count.
CREATE TABLE cut AS SELECT value AS tokenize FROM json_each('["unicode61", "whitespace lower ascii"]');
SELECT classify_train(text, label, tokenize, json_object('tokenize', tokenize, 'epochs', 2)) IS NOT NULL
FROM texts JOIN cut WHERE task = 'capitals' AND i % 5 < 3 GROUP BY tokenize;
SELECT tokenize, classify_scores('please look', tokenize) = classify_scores('PLEASE LOOK', tokenize) FROM cut
ORDER BY tokenize;

-- Without n-grams there are no shapes.
SELECT classify_train(text, label, 'plain', '{"subwords": false, "seed": 1}') IS NOT NULL
FROM texts WHERE task = 'capitals' AND i % 5 < 3;
SELECT classify_scores('please look', 'plain') = classify_scores('PLEASE LOOK', 'plain');

-- A model to go on from keeps its way of reading.
SELECT classify_train(text, label, 'capitals', '{"from": "capitals", "epochs": 1, "seed": 1}') IS NOT NULL
FROM texts WHERE task = 'capitals' AND i % 5 = 3;
SELECT accuracy >= 0.98
FROM classify_evaluate('SELECT text, label FROM texts WHERE task = ''capitals'' AND i % 5 = 4', 'capitals');
SELECT name, version, instr(CAST(substr(weights, 9, 200) AS TEXT), '"shapes":"true"') > 0 FROM classify_models
ORDER BY name, version;
