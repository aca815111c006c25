-- Much of something: a long text, a long word, many labels; and as little as will do.
.load build/classify
.read tests/sql/data/tickets.sql
CREATE TABLE big(name, text);
INSERT INTO big VALUES
  ('1 MB of words', replace(hex(zeroblob(100000)), '00', 'my refund ')),
  ('1 MB of one word', replace(hex(zeroblob(250000)), '0', 'ab')),
  ('1 MB of marks', replace(hex(zeroblob(500000)), '0', '!')),
  ('a word of 100,000 letters', replace(hex(zeroblob(50000)), '0', 'é')),
  ('a letter with 100,000 marks', 'e' || replace(hex(zeroblob(50000)), '0', char(0x301))),
  ('100,000 zero-width joiners', '👍' || replace(hex(zeroblob(50000)), '0', char(0x200D))),
  ('1 MB of zeros', CAST(zeroblob(1000000) AS TEXT)),
  ('1 MB of FF', CAST(replace(hex(zeroblob(500000)), '0', CAST(x'FF' AS TEXT)) AS TEXT)),
  ('1 MB of blanks', printf('%1000000s', ''));

-- Learned from and labelled. The network reads the first max_tokens tokens of a text, the linear branch all.
SELECT json_extract(classify_train(text, label, 'big', :small), '$.rows', '$.labels') FROM (
  SELECT body AS text, category AS label FROM tickets UNION ALL SELECT text, 'big' FROM big);
SELECT name, length(text), classify(text, 'big') IN ('billing', 'technical', 'big'),
       (SELECT count(*) || ', ' || sum(weight > 0) || ' read by the network, ' || round(sum(weight), 4)
        FROM classify_attention(big.text, 'big')) AS tokens
FROM big ORDER BY big.rowid;
SELECT count(*), count(label) FROM classify_rows('SELECT name, text FROM big', 'big');
SELECT length, length(token) FROM big, classify_attention(big.text, 'big') WHERE name = 'a word of 100,000 letters';

-- 150 labels, and 5,000.
SELECT json_extract(classify_train('word' || (id * i), id * i, 'labels',
           '{"epochs":1,"embedding":8,"encoder":"none","batch_size":64}'), '$.labels')
FROM tickets, (SELECT 1 AS i UNION ALL SELECT 53 UNION ALL SELECT 59 UNION ALL SELECT 1 UNION ALL SELECT 53);
SELECT count(*), round(sum(probability), 3) FROM classify_labels('word53', 'labels');
CREATE TABLE labels AS WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
  SELECT 'word' || (i % 5000) AS body, i % 5000 AS label FROM n;
SELECT json_extract(classify_train(body, label, 'labels',
           '{"epochs":1,"embedding":8,"encoder":"none","batch_size":512,"linear":false}'), '$.labels')
FROM labels;
SELECT count(*), round(sum(probability), 3) FROM classify_labels('word17', 'labels');
SELECT count(*) FROM json_each(classify_scores('word17', 'labels'));
SELECT json_array_length(labels) FROM classify_models WHERE name = 'labels' ORDER BY version;

-- The least there is to learn from: three rows, two labels. A label may be seen once.
SELECT json_extract(classify_train(column1, column2, 'least', :small), '$.rows', '$.labels')
FROM (VALUES ('good', 1), ('well', 1), ('bad', 0));
SELECT 'has a label', classify('bad', 'least') IN (0, 1);
SELECT json_extract(classify_train(column1, column2, 'least', '{"epochs":1}'), '$.rows', '$.labels')
FROM (VALUES ('good', 1), ('well', 1), ('bad', 0));

-- Texts without a single token.
SELECT json_extract(classify_train('', id % 2, 'nothing', :small), '$.rows') FROM tickets;
SELECT classify('', 'nothing') IN (0, 1), classify('a word', 'nothing') IN (0, 1), round(sum(probability), 3)
FROM classify_labels('', 'nothing');

-- The smallest network, and one word.
SELECT 'epochs', json_extract(classify_train(body, category, 'small',
           '{"epochs":1,"hidden":1,"embedding":1,"max_tokens":1,"max_vocabulary":1,"batch_size":1}'),
                    '$.epochs') FROM tickets;
SELECT 'has a label', classify('my refund is late', 'small') IN ('billing', 'technical');
