-- Probabilities: they sum to 1, mean what they say, and hold back what is doubtful.
.load build/classify
.read tests/sql/data/tickets.sql
SELECT 'validation_accuracy', json_extract(classify_train(body, category, 'kinds'), '$.validation_accuracy') FROM tickets;

-- Of all labels they sum to 1, whatever the text.
CREATE TABLE texts(text);
INSERT INTO texts SELECT body FROM tickets;
INSERT INTO texts VALUES (''), ('?'), ('refund printer'), ('qwxz vbnj'), ('the quick brown fox'), ('12 34'),
                         (replace(hex(zeroblob(2000)), '00', 'refund '));
SELECT text, round(sum(probability), 4) AS sum, min(probability) >= 0 AND max(probability) <= 1 AS fine
FROM texts, classify_labels(text, 'kinds') GROUP BY texts.rowid HAVING sum <> 1 OR NOT fine;
SELECT count(*), sum(abs(classify_confidence(text) - (SELECT max(probability) FROM classify_labels(text))) < 1e-6)
FROM texts;

-- What it was taught it is sure of; of what says nothing, it is not.
SELECT 'sure of what it was taught', min(classify_confidence(body)) > 0.9 FROM tickets;
SELECT column1, classify_confidence(column1) < 0.75
FROM (VALUES ('qwxz vbnj'), ('zebra'), (''), ('refund printer'), ('the quick brown fox'));

-- min_confidence: NULL below it.
SELECT column1, quote(classify(column1, 'kinds', 0.75))
FROM (VALUES ('my refund is late'), ('qwxz vbnj'), ('zebra'), (''), ('my printer is late'), ('refund printer'));
SELECT 'held back', count(*) FROM tickets WHERE classify(body, 'kinds', 0.9) IS NULL;

-- A model of labels that nothing tells is not sure, although the network learns them by heart.
CREATE TABLE coins(body, side);
WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
INSERT INTO coins
  SELECT printf('coin %s thrown %s from the %s hand', substr('abcdefghijklmnopqrstuvwxyz', 1 + i % 26, 1),
                CASE i % 3 WHEN 0 THEN 'high' WHEN 1 THEN 'low' ELSE 'far' END, CASE i % 5 WHEN 0 THEN 'left' ELSE 'right' END),
         iif((i * i * 7919 + i * 104729) % 1009 % 2, 'heads', 'tails') FROM n;
SELECT 'not accurate', json_extract(classify_train(body, side, 'coins'), '$.validation_accuracy') < 0.8 FROM coins;
SELECT 'not sure', avg(classify_confidence(body || ' again, number ' || rowid, 'coins')) < 0.8 FROM coins;

-- Confidence and accuracy are near each other on rows that are new: mostly told by a word, in a tenth by nothing.
CREATE TABLE noisy(id INTEGER PRIMARY KEY, body, label);
WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
INSERT INTO noisy SELECT i, t.body || ' ' || (i * 37 % 101),
    iif(i * 7919 % 613 % 10 = 0, iif(category = 'billing', 'technical', 'billing'), category)
  FROM n JOIN tickets AS t ON t.id = 1 + i * 31 % 50;
SELECT json_extract(classify_train(body, label, 'noisy'), '$.rows') FROM noisy WHERE id <= 400;
SELECT abs(avg(classify_confidence(body, 'noisy')) - avg(classify(body, 'noisy') = label)) < 0.1,
       avg(classify(body, 'noisy') = label) > 0.85
FROM noisy WHERE id > 400;

-- Two labels or five, one row each for validation or none: the same holds.
SELECT json_extract(classify_train(body, substr(body, 4, 3), 'words', json_set(:small, '$.validation', 0.1)), '$.labels')
FROM tickets;
SELECT round(sum(probability), 4), max(probability) > 0.5, min(probability) >= 0
FROM classify_labels('my receipt is late', 'words');
SELECT count(*), round(sum(value), 3) FROM json_each(classify_scores('nothing of it', 'words'));
