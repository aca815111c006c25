-- Trains on train.tsv and judges on test.tsv, both `label<TAB>text`. Prints:
-- rows, labels, accuracy, macro-F1, seconds, epochs.

CREATE TABLE train(label TEXT, text TEXT);
CREATE TABLE test(label TEXT, text TEXT);
.import train.tsv train
.import test.tsv test

CREATE TABLE lesson AS
SELECT classify_train(text, label, 'bench', json_object('seed', :seed)) AS summary FROM train;

CREATE TABLE outcome AS
SELECT test.label AS actual, c.label AS predicted
FROM classify_rows('SELECT rowid, text FROM test', 'bench') AS c JOIN test ON test.rowid = c.id;

-- F1 of a label: twice its hits over the rows that have it and those that got it;
-- macro-F1: the mean over all labels that occur.
CREATE TABLE f1 AS
SELECT label,
       2.0 * (SELECT count(*) FROM outcome WHERE actual = label AND predicted = label) /
       ((SELECT count(*) FROM outcome WHERE actual = label) +
        (SELECT count(*) FROM outcome WHERE predicted = label)) AS f1
FROM (SELECT actual AS label FROM outcome UNION SELECT predicted FROM outcome);

.mode list
.separator " "
SELECT (SELECT count(*) FROM train),
       (SELECT count(DISTINCT label) FROM train),
       (SELECT avg(actual = predicted) FROM outcome),
       (SELECT avg(f1) FROM f1),
       json_extract(summary, '$.seconds'),
       json_extract(summary, '$.epochs')
FROM lesson;
