-- The last step of the demo, after demo.sql: few labels, and an encoder that is the teacher. :folder is where
-- make encoder has put it.

.mode list
.headers off

.print
.print 7. Few labels, and a teacher
.print

-- The encoder's files go into a table. Its name and columns are all that matters.

CREATE TABLE classify_encoders(name, config, tokenizer, weights);
INSERT INTO classify_encoders VALUES ('minilm', readfile(:folder || '/config.json'),
  readfile(:folder || '/tokenizer.json'), readfile(:folder || '/model.safetensors'));

-- Of each label 8 rows keep it; the other rows of the sample have none. The order is random, but the same each time.
-- What is held out is not used.

CREATE TABLE few AS
SELECT text, iif(place <= 8, label, NULL) AS label
FROM (SELECT text, label, id * 2654435761 % 4294967296 AS random,
             row_number() OVER (PARTITION BY label ORDER BY id * 2654435761 % 4294967296) AS place
      FROM texts WHERE label IS NOT NULL AND id % 10 <> 0)
ORDER BY place > 8, random LIMIT 6000;

SELECT printf('%d packages with a section, at most 8 of each section, and %d without', count(label),
              count(*) - count(label)) FROM few;
.print

-- Rows without a label are skipped. With a teacher they are not: it guesses their labels from what the texts mean,
-- and the model learns from its guesses.

CREATE TEMP TABLE times(step, day);
INSERT INTO times VALUES ('begin', julianday('now'));
CREATE TEMP TABLE without AS SELECT classify_train(text, label, 'few') FROM few;
INSERT INTO times VALUES ('without', julianday('now'));

CREATE TEMP VIEW took AS
SELECT step, 86400 * (day - lag(day) OVER (ORDER BY day)) AS seconds FROM times;

SELECT printf('without a teacher   %4.1f %% right   after %.1f s', 100 * avg(h.label = c.label),
              (SELECT seconds FROM took WHERE step = 'without'))
FROM classify_rows('SELECT id, text FROM held_out', 'few') AS c JOIN held_out AS h USING (id);

INSERT INTO times VALUES ('between', julianday('now'));
CREATE TEMP TABLE taught AS
SELECT classify_train(text, label, 'few_with_teacher', '{"teacher": "minilm"}') FROM few;
INSERT INTO times VALUES ('taught', julianday('now'));

SELECT printf('with a teacher      %4.1f %% right   after %.1f s', 100 * avg(h.label = c.label),
              (SELECT seconds FROM took WHERE step = 'taught'))
FROM classify_rows('SELECT id, text FROM held_out', 'few_with_teacher') AS c JOIN held_out AS h USING (id);
