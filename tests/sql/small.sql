-- Little to learn from: tables of a few rows, with the default options.
.load build/classify

-- 60 rows of three labels, half of them with one; a third of the words say something.
CREATE TABLE notes(id INTEGER PRIMARY KEY, body, label);
WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 119),
     words(label, k, word) AS (VALUES
       ('sick', 0, 'fever'), ('sick', 1, 'headache'), ('sick', 2, 'doctor'), ('sick', 3, 'flu'),
       ('holiday', 0, 'beach'), ('holiday', 1, 'flight'), ('holiday', 2, 'vacation'), ('holiday', 3, 'festival'),
       ('late', 0, 'traffic'), ('late', 1, 'overslept'), ('late', 2, 'train'), ('late', 3, 'puncture')),
     frames(k, frame) AS (VALUES (0, 'sorry, %s today'), (1, 'I have to tell you: %s'), (2, '%s again, see you'),
       (3, 'it is the %s, so not before noon'), (4, 'hello all, %s this week'))
INSERT INTO notes(body, label)
  SELECT printf(frame, word), words.label
  FROM n JOIN words ON words.label = CASE i % 4 WHEN 0 THEN 'sick' WHEN 1 THEN 'holiday' ELSE 'late' END AND words.k = i / 4 % 4
         JOIN frames ON frames.k = i / 3 % 5 ORDER BY i;
SELECT label, count(*) FROM notes WHERE id <= 60 GROUP BY label ORDER BY label;
SELECT json_extract(classify_train(body, label, 'sixty'), '$.rows', '$.labels', '$.epochs', '$.best_epoch') FROM notes WHERE id <= 60;
SELECT avg(classify(body, 'sixty') = label) > 0.9, avg(label = 'late') = 0.5 FROM notes WHERE id > 60;
SELECT classify('a very high fever', 'sixty'), classify('my flight was cancelled', 'sixty'), classify('TRAFFIC', 'sixty');

-- One row in ten is held out, but in the end it is learned from, too.
SELECT json_extract(metrics, '$.rows', '$.validation_rows') FROM classify_models WHERE name = 'sixty';
SELECT avg(classify(body, 'sixty') = label) FROM notes WHERE id <= 60;

-- 16 rows.
SELECT json_extract(classify_train(body, label, 'sixteen'), '$.rows', '$.labels', '$.epochs') FROM notes WHERE id <= 16;
SELECT avg(classify(body, 'sixteen') = label) FROM notes WHERE id <= 16;

-- Two rows and two labels cannot be told from ids; three rows can be learned from.
SELECT classify_train(column1, column2, 'two') FROM (VALUES ('yes please', 1), ('no thanks', 0));
SELECT classify_train(column1, column2, 'two') FROM (VALUES ('yes please', 1), ('no thanks', 1));
SELECT classify_train(column1, column2, 'two') FROM (VALUES ('yes please', 1));
SELECT json_extract(classify_train(column1, column2, 'three'), '$.rows', '$.labels', '$.validation_accuracy')
FROM (VALUES ('yes please', 1), ('yes, fine', 1), ('no thanks', 0));
SELECT classify('yes', 'three'), classify('no', 'three'), classify('thanks no', 'three');

-- Many labels, one of them with a single row: it is never held out, and it is learned.
SELECT json_extract(classify_train(body, label, 'rare'), '$.rows', '$.labels')
FROM (SELECT body, label FROM notes WHERE id <= 60 UNION ALL SELECT 'the printer is on fire', 'emergency');
SELECT classify('the printer is on fire', 'rare'), classify('fire!', 'rare'), classify('sorry, flu today', 'rare');

-- All rows the same text: the label that most of them have.
SELECT json_extract(classify_train('hello', iif(id % 3, 'a', 'b'), 'same'), '$.rows') FROM notes;
SELECT classify('hello', 'same'), classify_confidence('hello', 'same') BETWEEN 0.55 AND 0.8;

-- Nine rows in ten of one label: the other is found all the same.
SELECT json_extract(classify_train(body, label = 'sick' AND id % 3 = 0, 'seldom'), '$.rows') FROM notes
WHERE label <> 'sick' OR id % 3 = 0;
SELECT count(*), sum(classify(body, 'seldom')) FROM notes WHERE label = 'sick' AND id % 3 = 0;
SELECT 'wrong', sum(classify(body, 'seldom')) FROM notes WHERE label <> 'sick';

-- With everything held out that can be, and with nothing.
SELECT validation, json_extract(classify_train(body, label, 'split ' || validation, json_object('validation', validation)), '$.epochs')
FROM (SELECT 0 AS validation UNION ALL SELECT 0.9 UNION ALL SELECT 0.5), notes WHERE id <= 60 GROUP BY validation;
SELECT name, (SELECT avg(classify(body, name) = label) = 1 FROM notes WHERE id <= 60), json_extract(metrics, '$.validation_rows')
FROM classify_models WHERE name LIKE 'split%' ORDER BY name;
