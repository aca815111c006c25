.load build/classify
-- From nothing: no row has a label, and the names of the labels are all that is known. A first model, the ten
-- rows that are best labelled by hand, a better model.

CREATE TABLE tickets(id INTEGER PRIMARY KEY, body TEXT, category TEXT);
.import --csv --skip 1 sql/examples/tickets.csv tickets
DELETE FROM tickets WHERE category = '';

-- What a person would say. The training does not see it.
CREATE TABLE person AS SELECT id, category FROM tickets;
UPDATE tickets SET category = NULL;

-- This encoder is a tiny one of random numbers, so that this script runs anywhere. It knows nothing, and so the
-- labels that it guesses are of no use. For a real one run `make encoder`, and write build/encoder in the place of
-- tests/reference/encoders/bert.
CREATE TABLE classify_encoders AS SELECT 'teacher' AS name,
  readfile('tests/reference/encoders/bert/config.json') AS config,
  readfile('tests/reference/encoders/bert/tokenizer.json') AS tokenizer,
  readfile('tests/reference/encoders/bert/model.safetensors') AS weights;

-- The first model. A label may have a description or phrases in the place of its name.
CREATE TEMP TABLE options AS SELECT json_object('teacher', 'teacher', 'labels', json_object(
  'billing', 'invoices, payments and refunds', 'delivery', 'parcels and couriers',
  'login', json_array('I forgot my password', 'I cannot sign in'))) AS json;
CREATE TEMP TABLE answer AS
SELECT classify_train(body, category, 'tickets', (SELECT json FROM options)) AS json FROM tickets;
.headers on
SELECT json_extract(json, '$.rows') AS labelled, json_extract(json, '$.teacher.guessed') AS guessed FROM answer;
SELECT value AS warning FROM answer, json_each(answer.json, '$.warnings');

-- What to label next: the rows whose two most probable labels are closest come first.
CREATE TEMP TABLE queue AS
SELECT id, suggested FROM classify_doubts('SELECT id, body, category FROM tickets', 'tickets') LIMIT 10;

-- A person reads these, and says what is right. With a real encoder most of the suggestions are.
-- SELECT id, suggested, body FROM queue JOIN tickets USING (id);
UPDATE tickets SET category = person.category FROM person
WHERE person.id = tickets.id AND tickets.id IN (SELECT id FROM queue);

-- The next model learns from these ten and from what the teacher guesses of the others. Now the answer says how
-- often the teacher is right on rows whose labels are hidden from it.
DELETE FROM answer;
INSERT INTO answer
SELECT classify_train(body, category, 'tickets', (SELECT json FROM options)) FROM tickets;
SELECT json_extract(json, '$.version') AS version, json_extract(json, '$.rows') AS labelled,
       json_extract(json, '$.teacher.guessed') AS guessed, json_extract(json, '$.teacher.judged') AS judged FROM answer;

-- Go on until the model is good enough. Then the rest is labelled at once; no encoder is needed for that.
DROP TABLE classify_encoders;
UPDATE tickets SET category = c.label
FROM classify_rows('SELECT id, body FROM tickets WHERE category IS NULL', 'tickets') AS c WHERE c.id = tickets.id;
SELECT count(*) AS labelled FROM tickets WHERE category IN ('billing', 'delivery', 'login');
