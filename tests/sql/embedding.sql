-- classify_embedding() and classify_embeddings: vectors by an encoder out of the table classify_encoders. The three
-- encoders here are tiny and of random weights; tests/unit/encoder compares their vectors with PyTorch's.
.load build/classify
CREATE TABLE files(name, config, tokenizer, weights);
WITH folders(name, folder) AS (SELECT column1, 'tests/reference/encoders/' || column1 || '/' FROM (VALUES ('bert'), ('roberta'), ('static')))
INSERT INTO files
  SELECT name, readfile(folder || 'config.json'), readfile(folder || 'tokenizer.json'), readfile(folder || 'model.safetensors')
  FROM folders;
CREATE TABLE texts(id INTEGER PRIMARY KEY, body);
INSERT INTO texts(body) VALUES ('the parcel is late'), ('my invoice is wrong'), (NULL), (''), ('the parcel is late'), ('open the app again');

-- Without an encoder.
SELECT classify_embedding('the parcel');
SELECT classify_embedding('the parcel', 'bert');
SELECT * FROM classify_embeddings('SELECT id, body FROM texts');
SELECT classify_embedding(NULL) IS NULL;
CREATE TABLE classify_encoders(name, config, tokenizer, weights);
SELECT classify_embedding('the parcel');
SELECT classify_embedding('the parcel', 'bert');

-- The only one need not be named. Its vectors are float32 numbers and have length 1: each lies closer to 1 than
-- rounding to float allows for.
INSERT INTO classify_encoders SELECT * FROM files WHERE name = 'bert';
SELECT typeof(e), length(e) FROM (SELECT classify_embedding('the parcel is late') AS e);
SELECT classify_embedding('the parcel is late') = classify_embedding('the parcel is late', 'bert'),
       classify_embedding('the parcel is late') = classify_embedding('The PARCEL is late'),
       classify_embedding('the parcel is late') = classify_embedding('the parcel was late');
SELECT typeof(classify_embedding(NULL)), typeof(classify_embedding(NULL, 'bert')), length(classify_embedding('')),
       length(classify_embedding('', NULL));
SELECT classify_embedding(5) = classify_embedding('5'), length(classify_embedding(5.5));

-- Many at once; equal texts have equal vectors.
SELECT id, length(embedding) FROM classify_embeddings('SELECT id, body FROM texts') ORDER BY id;
SELECT count(DISTINCT embedding), count(embedding), count(*) FROM classify_embeddings('SELECT id, body FROM texts');

-- Long texts are cut.
SELECT classify_embedding(replace(hex(zeroblob(50000)), '00', 'late ')) = classify_embedding(replace(hex(zeroblob(30)), '00', 'late '));

-- Many encoders: then it must be named.
INSERT INTO classify_encoders SELECT * FROM files WHERE name <> 'bert';
SELECT classify_embedding('the parcel');
SELECT classify_embedding('the parcel', 'gpt');
SELECT classify_embedding('the parcel', '');
SELECT name, length(classify_embedding('the parcel', name)), length(classify_embedding('', name)) FROM classify_encoders ORDER BY name;
SELECT count(DISTINCT classify_embedding('the parcel', name)) FROM classify_encoders;
SELECT hex(classify_embedding('', 'static')) = hex(zeroblob(96));
-- A static encoder only adds, so that a text by itself is the same to the last bit as among others.
SELECT count(*) FROM classify_embeddings('SELECT id, body FROM texts', 'static') AS e JOIN texts USING (id)
WHERE embedding IS classify_embedding(body, 'static');

-- In other schemas. temp comes before main, main before those attached.
ATTACH ':memory:' AS other;
CREATE TABLE other.classify_encoders(name, config, tokenizer, weights);
INSERT INTO other.classify_encoders SELECT 'far', config, tokenizer, weights FROM files WHERE name = 'bert';
SELECT classify_embedding('late', 'far') = classify_embedding('late', 'bert'), classify_embedding('late', 'OTHER.far') = classify_embedding('late', 'main.bert');
SELECT classify_embedding('late', 'main.far');
SELECT classify_embedding('late', 'other.bert');
SELECT classify_embedding('late', 'temp.bert');
SELECT classify_embedding('late', 'nowhere.bert');
SELECT classify_embedding('late');
CREATE TEMP TABLE classify_encoders AS SELECT 'bert' AS name, config, tokenizer, weights FROM files WHERE name = 'static';
SELECT classify_embedding('late', 'bert') = classify_embedding('late', 'static'), classify_embedding('late', 'main.bert') = classify_embedding('late', 'far');
DROP TABLE temp.classify_encoders;
SELECT classify_embedding('late', 'bert') = classify_embedding('late', 'far');
DETACH other;
SELECT classify_embedding('late', 'far');

-- A name may have a dot, as long as no schema is called so.
UPDATE classify_encoders SET name = 'v1.5' WHERE name = 'bert';
SELECT length(classify_embedding('late', 'v1.5')), length(classify_embedding('late', 'main.v1.5'));
SELECT classify_embedding('late', 'v1');

-- Two of one name.
INSERT INTO classify_encoders SELECT * FROM classify_encoders WHERE name = 'static';
SELECT classify_embedding('late', 'static');
SELECT length(classify_embedding('late', 'v1.5'));
DELETE FROM classify_encoders;

-- Names that are no texts are no names.
INSERT INTO classify_encoders SELECT 5, config, tokenizer, weights FROM files WHERE name = 'bert';
INSERT INTO classify_encoders SELECT NULL, config, tokenizer, weights FROM files WHERE name = 'bert';
INSERT INTO classify_encoders SELECT x'6162', config, tokenizer, weights FROM files WHERE name = 'bert';
SELECT classify_embedding('late');
SELECT classify_embedding('late', 5);
INSERT INTO classify_encoders SELECT 'a' || char(0) || 'b', config, tokenizer, weights FROM files WHERE name = 'bert';
SELECT classify_embedding('late');
DELETE FROM classify_encoders;

-- A table without the columns, and a view.
DROP TABLE classify_encoders;
CREATE TABLE classify_encoders(name, weights);
SELECT classify_embedding('late', 'bert');
SELECT classify_embedding('late');
DROP TABLE classify_encoders;
CREATE VIEW classify_encoders AS SELECT * FROM files;
SELECT classify_embedding('late', 'bert');
DROP VIEW classify_encoders;
CREATE TABLE Classify_Encoders(weights BLOB, tokenizer BLOB, config TEXT, name TEXT PRIMARY KEY, more);
INSERT INTO classify_encoders(name, config, tokenizer, weights) SELECT * FROM files WHERE name = 'bert';
SELECT length(classify_embedding('late'));
DROP TABLE classify_encoders;

-- What is in the columns. Text is as good as a BLOB for the two JSON files.
CREATE TABLE classify_encoders(name, config, tokenizer, weights);
INSERT INTO classify_encoders SELECT name, CAST(config AS TEXT), CAST(tokenizer AS TEXT), weights FROM files WHERE name = 'bert';
SELECT length(classify_embedding('late'));
INSERT INTO classify_encoders
  SELECT 'no config', NULL, tokenizer, weights FROM files WHERE name = 'bert' UNION ALL
  SELECT 'no tokenizer', config, NULL, weights FROM files WHERE name = 'bert' UNION ALL
  SELECT 'no weights', config, tokenizer, NULL FROM files WHERE name = 'bert' UNION ALL
  SELECT 'a number', config, 7, weights FROM files WHERE name = 'bert' UNION ALL
  SELECT 'text', config, tokenizer, 'model.safetensors' FROM files WHERE name = 'bert' UNION ALL
  SELECT 'empty config', '', tokenizer, weights FROM files WHERE name = 'bert' UNION ALL
  SELECT 'empty tokenizer', config, x'', weights FROM files WHERE name = 'bert' UNION ALL
  SELECT 'empty weights', config, tokenizer, zeroblob(0) FROM files WHERE name = 'bert' UNION ALL
  SELECT 'a name', 'config.json', tokenizer, weights FROM files WHERE name = 'bert' UNION ALL
  SELECT 'another architecture', replace(CAST(config AS TEXT), 'bert', 'gpt2'), tokenizer, weights FROM files WHERE name = 'bert' UNION ALL
  SELECT 'larger', replace(CAST(config AS TEXT), '24', '48'), tokenizer, weights FROM files WHERE name = 'bert' UNION ALL
  SELECT 'huge', json_set(CAST(config AS TEXT), '$.hidden_size', 999999999), tokenizer, weights FROM files WHERE name = 'bert' UNION ALL
  SELECT 'as large as allowed', json_set(CAST(config AS TEXT), '$.hidden_size', 65536, '$.num_attention_heads', 1, '$.num_hidden_layers', 65536,
    '$.intermediate_size', 65536, '$.max_position_embeddings', 65536, '$.vocab_size', 10000000), tokenizer, weights FROM files WHERE name = 'bert' UNION ALL
  SELECT 'negative', json_set(CAST(config AS TEXT), '$.num_hidden_layers', -1), tokenizer, weights FROM files WHERE name = 'bert' UNION ALL
  SELECT 'more layers', json_set(CAST(config AS TEXT), '$.num_hidden_layers', 3), tokenizer, weights FROM files WHERE name = 'bert' UNION ALL
  SELECT 'cut', config, tokenizer, substr(weights, 1, length(weights) - 1) FROM files WHERE name = 'bert' UNION ALL
  SELECT 'cut in the header', config, tokenizer, substr(weights, 1, 100) FROM files WHERE name = 'bert' UNION ALL
  SELECT 'cut at once', config, tokenizer, substr(weights, 1, 1) FROM files WHERE name = 'bert' UNION ALL
  SELECT 'one byte more', config, tokenizer, CAST(weights || x'00' AS BLOB) FROM files WHERE name = 'bert' UNION ALL
  SELECT 'a pointer', config, tokenizer, CAST('version https://git-lfs.github.com/spec/v1' AS BLOB) FROM files WHERE name = 'bert' UNION ALL
  SELECT 'damaged', config, tokenizer, CAST(substr(weights, 1, 3856) || x'0000807e' || substr(weights, 3861) AS BLOB) FROM files WHERE name = 'bert' UNION ALL
  SELECT 'not a number', config, tokenizer, CAST(substr(weights, 1, length(weights) - 4) || x'0000c07f' AS BLOB) FROM files WHERE name = 'bert' UNION ALL
  SELECT 'infinite', config, tokenizer, CAST(substr(weights, 1, length(weights) - 8) || x'0000807f' || substr(weights, -4) AS BLOB) FROM files WHERE name = 'bert' UNION ALL
  SELECT 'other weights', b.config, b.tokenizer, s.weights FROM files AS b, files AS s WHERE b.name = 'bert' AND s.name = 'static' UNION ALL
  SELECT 'other tokenizer', r.config, b.tokenizer, r.weights FROM files AS b, files AS r WHERE b.name = 'bert' AND r.name = 'roberta' UNION ALL
  SELECT 'a list of words', config, CAST('[UNK]' || char(10) || '[CLS]' || char(10) || '[SEP]' || char(10) || 'late' AS BLOB), weights FROM files WHERE name = 'bert' UNION ALL
  SELECT 'no list', config, 'late', weights FROM files WHERE name = 'bert' UNION ALL
  SELECT 'cut tokenizer', config, substr(tokenizer, 1, 1000), weights FROM files WHERE name = 'bert' UNION ALL
  SELECT 'deep tokenizer', config, '{"model":' || replace(hex(zeroblob(50000)), '00', '['), weights FROM files WHERE name = 'bert' UNION ALL
  SELECT 'deep config', replace(hex(zeroblob(50000)), '00', '{"a":'), tokenizer, weights FROM files WHERE name = 'bert';
SELECT length(classify_embedding('late', 'no config'));
SELECT length(classify_embedding('late', 'no tokenizer'));
SELECT length(classify_embedding('late', 'no weights'));
SELECT length(classify_embedding('late', 'a number'));
SELECT length(classify_embedding('late', 'text'));
SELECT length(classify_embedding('late', 'empty config'));
SELECT length(classify_embedding('late', 'empty tokenizer'));
SELECT length(classify_embedding('late', 'empty weights'));
SELECT length(classify_embedding('late', 'a name'));
SELECT length(classify_embedding('late', 'another architecture'));
SELECT length(classify_embedding('late', 'larger'));
SELECT length(classify_embedding('late', 'huge'));
SELECT length(classify_embedding('late', 'as large as allowed'));
SELECT length(classify_embedding('late', 'negative'));
SELECT length(classify_embedding('late', 'more layers'));
SELECT length(classify_embedding('late', 'cut'));
SELECT length(classify_embedding('late', 'cut in the header'));
SELECT length(classify_embedding('late', 'cut at once'));
SELECT length(classify_embedding('late', 'one byte more'));
SELECT length(classify_embedding('late', 'a pointer'));
-- A number is finite, but 8.5e37: the vectors are not.
SELECT length(classify_embedding('late', 'damaged'));
SELECT count(*) FROM classify_embeddings('SELECT id, body FROM texts', 'damaged');
SELECT length(classify_embedding('late', 'not a number'));
SELECT length(classify_embedding('late', 'infinite'));
SELECT length(classify_embedding('late', 'other weights'));
SELECT length(classify_embedding('late', 'other tokenizer'));
SELECT length(classify_embedding('late', 'a list of words'));
SELECT length(classify_embedding('late', 'no list'));
SELECT length(classify_embedding('late', 'cut tokenizer'));
SELECT length(classify_embedding('late', 'deep tokenizer'));
SELECT length(classify_embedding('late', 'deep config'));
DELETE FROM classify_encoders WHERE name <> 'bert';

-- A row that changes is read anew: after an UPDATE, a rollback, another table of that name.
CREATE TABLE kept AS SELECT classify_embedding('the parcel is late') AS embedding;
SELECT iif(classify_embedding('the parcel is late') = embedding, 'as before', 'another') FROM kept;
UPDATE classify_encoders SET (config, tokenizer, weights) = (SELECT config, tokenizer, weights FROM files WHERE name = 'static');
SELECT iif(classify_embedding('the parcel is late') = embedding, 'as before', 'another') FROM kept;
BEGIN;
UPDATE classify_encoders SET (config, tokenizer, weights) = (SELECT config, tokenizer, weights FROM files WHERE name = 'bert');
SELECT iif(classify_embedding('the parcel is late') = embedding, 'as before', 'another') FROM kept;
SAVEPOINT s;
UPDATE classify_encoders SET (config, tokenizer, weights) = (SELECT config, tokenizer, weights FROM files WHERE name = 'roberta');
SELECT iif(classify_embedding('the parcel is late') = embedding, 'as before', 'another') FROM kept;
ROLLBACK TO s;
SELECT iif(classify_embedding('the parcel is late') = embedding, 'as before', 'another') FROM kept;
ROLLBACK;
SELECT iif(classify_embedding('the parcel is late') = embedding, 'as before', 'another') FROM kept;
UPDATE classify_encoders SET (config, tokenizer, weights) = (SELECT config, tokenizer, weights FROM files WHERE name = 'bert');
SELECT iif(classify_embedding('the parcel is late') = embedding, 'as before', 'another') FROM kept;

-- Also by files of the same length, and by what SQLite does not count as changes of rows.
CREATE TABLE turned AS
SELECT name, config, tokenizer, CAST(substr(weights, 1, length(weights) - 2000) || substr(weights, -1000) || substr(weights, -2000, 1000) AS BLOB) AS weights
FROM classify_encoders;
SELECT length(t.weights) = length(e.weights), t.weights = e.weights FROM turned AS t, classify_encoders AS e;
SELECT iif(classify_embedding('the parcel is late') = embedding, 'as before', 'another') FROM kept;
BEGIN;
DROP TABLE classify_encoders;
ALTER TABLE turned RENAME TO classify_encoders;
SELECT iif(classify_embedding('the parcel is late') = embedding, 'as before', 'another') FROM kept;
ROLLBACK;
SELECT iif(classify_embedding('the parcel is late') = embedding, 'as before', 'another') FROM kept;
BEGIN;
DROP TABLE classify_encoders;
CREATE TABLE classify_encoders AS SELECT * FROM turned;
SELECT iif(classify_embedding('the parcel is late') = embedding, 'as before', 'another') FROM kept;
COMMIT;
SELECT iif(classify_embedding('the parcel is late') = embedding, 'as before', 'another') FROM kept;
DROP TABLE classify_encoders;
SELECT iif(classify_embedding('the parcel is late') = embedding, 'as before', 'another') FROM kept;
CREATE TABLE classify_encoders AS SELECT * FROM files WHERE name = 'bert';
SELECT iif(classify_embedding('the parcel is late') = embedding, 'as before', 'another') FROM kept;
UPDATE classify_encoders SET name = 'bird';
SELECT iif(classify_embedding('the parcel is late') = embedding, 'as before', 'another') FROM kept;
SELECT classify_embedding('late', 'bert');
UPDATE classify_encoders SET weights = NULL;
SELECT iif(classify_embedding('the parcel is late') = embedding, 'as before', 'another') FROM kept;
DELETE FROM classify_encoders;
SELECT iif(classify_embedding('the parcel is late') = embedding, 'as before', 'another') FROM kept;
INSERT INTO classify_encoders SELECT * FROM files WHERE name = 'bert';

-- What is written while the vectors are read does not come in again.
INSERT INTO texts(body) SELECT hex(embedding) FROM classify_embeddings('SELECT id, body FROM texts');
SELECT count(*), count(body) FROM texts;
DELETE FROM texts WHERE id > 6;
CREATE TABLE vectors(id INTEGER PRIMARY KEY, embedding);
INSERT INTO vectors SELECT * FROM classify_embeddings('SELECT id, body FROM texts');
SELECT count(*), count(embedding), count(DISTINCT embedding) FROM vectors;
UPDATE vectors SET embedding = (SELECT embedding FROM classify_embeddings('SELECT id, body FROM texts') AS e WHERE e.id = vectors.id);
SELECT count(*), count(embedding), count(DISTINCT embedding) FROM vectors;

-- More rows than are read at once, with every kind of id. A LIMIT ends a query that has no end.
CREATE VIEW numbered AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 10000)
  SELECT CASE i % 4 WHEN 0 THEN i WHEN 1 THEN 'row ' || i WHEN 2 THEN i + 0.5 ELSE CAST('blob ' || i AS BLOB) END AS id,
         CASE WHEN i % 7 THEN 'the parcel ' || i % 100 END AS body FROM n;
SELECT count(*), count(embedding), count(DISTINCT id), count(DISTINCT typeof(id))
FROM classify_embeddings('SELECT * FROM numbered', NULL, '{"threads":2}');
SELECT id, length(embedding) FROM classify_embeddings('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, ''late'' FROM n') LIMIT 3;
SELECT count(*), count(embedding) FROM classify_embeddings('SELECT 1, NULL');
SELECT count(*) FROM classify_embeddings('SELECT 1, 2 WHERE 0');
SELECT id, embedding = classify_embedding('2') FROM classify_embeddings('SELECT NULL, 2');
SELECT count(DISTINCT embedding) FROM (
  SELECT embedding FROM classify_embeddings('SELECT 1, ''the parcel''', 'bert', '{"threads":1}') UNION ALL
  SELECT embedding FROM classify_embeddings('SELECT 1, ''the parcel''', 'bert', '{"threads":3}') UNION ALL
  SELECT embedding FROM classify_embeddings('SELECT 1, ''the parcel''', NULL, NULL));

-- What will not do.
SELECT * FROM classify_embeddings;
SELECT * FROM classify_embeddings(NULL);
SELECT * FROM classify_embeddings('texts');
SELECT * FROM classify_embeddings('SELECT body FROM texts');
SELECT * FROM classify_embeddings('SELECT id, body, 1 FROM texts');
SELECT * FROM classify_embeddings('SELECT 1, x''00''');
SELECT * FROM classify_embeddings('DELETE FROM texts RETURNING id, body');
SELECT * FROM classify_embeddings('SELECT 1, abs(-9223372036854775808)');
SELECT * FROM classify_embeddings('SELECT 1, 2', x'00');
SELECT * FROM classify_embeddings('SELECT 1, 2', 'gpt');
SELECT * FROM classify_embeddings('SELECT 1, 2', NULL, '{"epochs":1}');
SELECT * FROM classify_embeddings('SELECT 1, 2', NULL, '{"threads":0}');
SELECT * FROM classify_embeddings('SELECT 1, 2', NULL, 'threads');
SELECT classify_embedding(x'00');
SELECT classify_embedding('late', x'00');
SELECT count(*) FROM texts;
