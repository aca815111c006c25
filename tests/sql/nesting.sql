.load build/classify
-- Queries that call themselves end in a sentence, at a depth that no sensible query reaches.
CREATE TABLE texts(id INTEGER PRIMARY KEY, body, label);
INSERT INTO texts(body, label) VALUES ('a cat', 'cat'), ('the cat', 'cat'), ('a boat', 'boat'), ('the boat', 'boat');
SELECT classify_train(body, label, 'm', '{"epochs":1,"hidden":2,"embedding":2,"validation":0}') IS NOT NULL AS trained FROM texts;

CREATE TABLE saved(q);
INSERT INTO saved VALUES ('SELECT c.id, c.label FROM saved, classify_rows(q, ''m'') AS c');
SELECT count(*) FROM saved, classify_rows(q, 'm');

CREATE TEMP VIEW endless AS SELECT id, label FROM classify_rows('SELECT id, label FROM endless', 'm');
SELECT count(*) FROM endless;

CREATE TEMP VIEW doubtful AS SELECT id, label, suggested FROM classify_doubts('SELECT id, suggested, label FROM doubtful', 'm');
SELECT count(*) FROM doubtful;

CREATE TEMP VIEW judged AS SELECT macro_f1 AS body, accuracy AS label FROM classify_evaluate('SELECT body, label FROM judged', 'm');
SELECT count(*) FROM judged;

CREATE TEMP VIEW mixed AS SELECT id, label, 'cat' AS wanted FROM classify_rows('SELECT 1, label FROM classify_report(''SELECT label, wanted FROM mixed'', ''m'')', 'm');
SELECT count(*) FROM mixed;

-- Some depth is fine, and the count is right again after an error.
SELECT id, label IS NOT NULL AS labelled FROM classify_rows('
  SELECT id, label FROM classify_rows(''
    SELECT id, label FROM classify_rows(''''SELECT id, body FROM texts'''', ''''m'''')'', ''m'')', 'm') ORDER BY id;
