-- The demo, step by step. make demo runs it on a database that has
--
--   texts(id, text, label)   the rows: packages and their sections, or your own
--   samples(text)            a few texts to try
--
-- The same can be typed into the sqlite3 shell, after  .load build/classify

.mode list
.headers off

.print
.print 1. The rows
.print

SELECT printf('%d texts with %d labels, such as:', count(*), count(DISTINCT label))
FROM texts WHERE label IS NOT NULL;
.print

.mode column
.headers on
SELECT label, count(*) AS texts, substr(replace(min(text), char(10), ' '), 1, 60) AS "one of them"
FROM texts WHERE label IS NOT NULL
GROUP BY label ORDER BY texts DESC, label LIMIT 8;
.mode list
.headers off

-- One row in ten is held out. The model never sees these, so they show how it
-- does on texts that are new to it.

CREATE VIEW to_learn AS SELECT text, label FROM texts WHERE label IS NOT NULL AND id % 10 <> 0;
CREATE VIEW held_out AS SELECT id, text, label FROM texts WHERE label IS NOT NULL AND id % 10 = 0;

.print
.print 2. Training, a row for each epoch as it ends
.print

-- An epoch is one pass over all rows. In FROM, classify_train() gives a row for
-- each, while it runs. It sets some rows aside by itself, for the "validation";
-- the last epoch learns from these, too, and is not judged. The model is in the
-- database after the last row.

SELECT printf('epoch %2d   right in training %4.1f %%   %s   after %.1f s', epoch, 100 * train_accuracy,
              iif(validation_accuracy IS NULL, 'on all rows',
                  printf('on validation rows %4.1f %%', 100 * validation_accuracy)), seconds)
FROM classify_train('SELECT text, label FROM to_learn');

-- What is probably a mistake in the rows is said in the metrics of the model.

SELECT 'Warning: ' || value FROM classify_models, json_each(metrics, '$.warnings')
WHERE version = (SELECT max(version) FROM classify_models);

.print
.print 3. How often it is right
.print

-- classify_rows() is for many rows at once. The confidence is the probability of
-- the label: a model that says 0.9 should be right nine times in ten.

CREATE TEMP TABLE judged AS
SELECT held_out.label = c.label AS is_right, c.confidence
FROM classify_rows('SELECT id, text FROM held_out') AS c JOIN held_out USING (id);

SELECT iif(count(*) > 0, printf('%.1f %% of %d rows that it has never seen', 100 * avg(is_right), count(*)),
           'too few rows: none was held out') FROM judged;
SELECT printf('%.1f %% of the %d with a confidence of 0.9 or more', 100 * avg(is_right), count(*))
FROM judged WHERE confidence >= 0.9 GROUP BY 'all of them';
SELECT printf('(always answering ''%s'' would be right for %.1f %%)', label,
              100.0 * count(*) / (SELECT count(*) FROM held_out))
FROM held_out GROUP BY label ORDER BY count(*) DESC LIMIT 1;

.print
.print 4. A few texts
.print

.mode column
.headers on
SELECT classify(text) AS label, round(classify_confidence(text), 2) AS confidence,
       substr(replace(text, char(10), ' '), 1, 60) AS text
FROM samples;

.print
.print 5. Why: the words of the first one
.print

-- weight: how much attention looks at a word; the weights of a text sum to 1.
-- contribution: what the word adds to the label's score.
-- leave_one_out: how far the label's probability falls without the word.

SELECT token, round(weight, 3) AS weight, round(contribution, 3) AS contribution,
       round(leave_one_out, 3) AS leave_one_out
FROM classify_attention((SELECT text FROM samples LIMIT 1))
ORDER BY position LIMIT 12;
.mode list
.headers off

.print
.print 6. The model is a row of this database
.print

SELECT printf('%s, version %d: %.1f MB, trained in %.0f s', name, version, length(weights) / 1e6,
              json_extract(metrics, '$.seconds'))
FROM classify_models;
