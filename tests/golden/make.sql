-- Models as version 0.1.0 wrote them, and what they answered then: tests/sql/golden.sql holds later versions
-- against them. This made the files of this folder, with that version; it is here to be read, not to be run again:
--
--   sqlite3 :memory: ".read tests/golden/make.sql"
--
--   NAME.safetensors   the weights of a model
--   answers.csv        model, text, label, probabilities
.load build/classify
CREATE TABLE tickets(id INTEGER PRIMARY KEY, body, category);
.import --csv --skip 1 sql/examples/tickets.csv tickets
DELETE FROM tickets WHERE category = '';

.parameter init
.parameter set :small '{"embedding":4,"hidden":4,"epochs":8,"learning_rate":0.02,"max_vocabulary":300}'
SELECT classify_train(body, category, 'default', :small) IS NOT NULL FROM tickets;
SELECT classify_train(body, category, 'no encoder', json_patch(:small, '{"encoder":"none","subwords":false}'))
  IS NOT NULL FROM tickets;
SELECT classify_train(body, category, 'network alone', json_patch(:small,
  '{"linear":false,"subwords":false,"max_pool":false,"position_bias":true,"max_tokens":40}')) IS NOT NULL FROM tickets;
SELECT classify_train(body, category, 'precision int8', json_patch(:small, '{"precision":"int8","subwords":false}'))
  IS NOT NULL FROM tickets;
SELECT classify_train(body, category, 'porter', json_patch(:small, '{"tokenize":"porter","subwords":false}'))
  IS NOT NULL FROM tickets;
SELECT classify_train(body, id % 3, 'numbers as labels', json_patch(:small, '{"subwords":false,"class_weight":"balanced"}'))
  IS NOT NULL FROM tickets;

SELECT writefile('tests/golden/' || name || '.safetensors', weights) > 0 FROM classify_models;

CREATE TABLE texts(text);
INSERT INTO texts VALUES ('I was charged twice, and nobody answers'), ('where is my parcel?'),
  ('the password does not work any more'), ('PARCELS and passwords: 3 of each'), (''), ('Straße, 東京, ünïcödé');
.mode csv
.headers on
.once tests/golden/answers.csv
SELECT name AS model, text, classify(text, name) AS label, classify_scores(text, name) AS scores
FROM classify_models, texts ORDER BY name, texts.rowid;
