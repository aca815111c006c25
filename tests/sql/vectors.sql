-- The option vectors: a table of word vectors that others have trained.
.load build/classify
.read tests/sql/data/tickets.sql

-- The words of the tickets, and some that no ticket has. Half of the numbers are those of a word's topic; the
-- others are its own, and smaller.
CREATE TABLE vectors(token TEXT, vector);
WITH words(topic, word) AS (VALUES
       (1, 'invoice'), (1, 'payment'), (1, 'refund'), (1, 'charge'), (1, 'receipt'), (1, 'dinero'), (1, 'Geld'),
       (2, 'screen'), (2, 'login'), (2, 'printer'), (2, 'update'), (2, 'cable'), (2, 'kable'), (2, 'мышь'),
       (3, 'my'), (4, 'is'), (5, 'again'), (6, 'late')),
     k(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM k WHERE k < 31)
INSERT INTO vectors
  SELECT word, json_group_array(iif(k % 2, topic * (k + 3) * 7919 % 101 / 50.0 - 1,
                                    (unicode(word) + unicode(substr(word, -2))) * (k + 3) * 7919 % 101 / 150.0 - 0.3))
  FROM words, k GROUP BY topic, word ORDER BY topic, word;

-- The size of the vectors is that of the embedding, whatever else is said.
SELECT 'trained', classify_train(body, category, 'with', json_set(:small, '$.vectors', 'vectors')) IS NOT NULL FROM tickets;
SELECT 'trained', classify_train(body, category, 'without', :small) IS NOT NULL FROM tickets;
SELECT json_extract(options, '$.embedding', '$.vectors'), json_extract(metrics, '$.words')
FROM classify_models ORDER BY name;
SELECT sum(classify(body, 'with') = category) FROM tickets;

-- A word that was not in training has the meaning that its vector has, in capitals or not.
SELECT 'trained', classify_train(body, category, 'network', '{"vectors":"vectors","linear":false,"validation":0}') IS NOT NULL FROM tickets;
SELECT column1, classify(column1, 'network', 0.6)
FROM (VALUES ('my dinero is late'), ('GELD'), ('мышь'), ('Kable'), ('no such word'));

-- As BLOBs of float32.
CREATE TABLE blobs(vector, token, more);
INSERT INTO blobs(token, vector)
  SELECT lower(token), CAST(CASE WHEN json_extract(vector, '$[1]') = json_extract(invoice, '$[1]') THEN x'0000803F000080BF'
                                 WHEN json_extract(vector, '$[1]') = json_extract(screen, '$[1]') THEN x'000080BF0000803F'
                                 ELSE x'0000003E0000803E' END || x'0000003E000080BE' AS BLOB)
  FROM vectors, (SELECT vector AS invoice FROM vectors WHERE token = 'invoice'),
       (SELECT vector AS screen FROM vectors WHERE token = 'screen');
SELECT length(vector), count(*) FROM blobs GROUP BY vector;
SELECT 'trained', classify_train(body, category, 'blobs', '{"vectors":"blobs","linear":false,"validation":0,"learning_rate":0.01}')
       IS NOT NULL FROM tickets;
SELECT json_extract(options, '$.embedding'), classify('my dinero is late', 'blobs'), classify('Geld', 'blobs'),
       classify('my kable', 'blobs')
FROM classify_models WHERE name = 'blobs';

-- Both in one table are fine, and JSON may have blanks, exponents and signs.
CREATE TABLE mixed(token, vector);
INSERT INTO mixed VALUES ('invoice', ' [ 1 , -0.5e0,' || char(10) || '+0, 1E-3 ] '), ('screen', x'0000803F000080BF0000000000000000');
SELECT 'trained', classify_train(body, category, 'mixed', json_set(:small, '$.vectors', 'mixed')) IS NOT NULL FROM tickets;

-- In a schema, temp or attached; a view will do; the name may be one that must be quoted.
ATTACH ':memory:' AS "word ""store";
CREATE TABLE "word ""store"."glove 4d"(token, vector);
INSERT INTO "word ""store"."glove 4d" SELECT token, vector FROM vectors ORDER BY rowid;
CREATE TEMP VIEW seen AS SELECT token, vector FROM vectors WHERE token > 'a';
SELECT json_extract(classify_train(body, category, 'far', json_set(:small, '$.vectors', 'word "store.glove 4d')), '$.rows')
FROM tickets;
SELECT json_extract(classify_train(body, category, 'far', json_set(:small, '$.vectors', 'temp.seen')), '$.version') FROM tickets;
SELECT json_extract(classify_train(body, category, 'far', json_set(:small, '$.vectors', 'main.vectors')), '$.version') FROM tickets;
SELECT count(*), count(DISTINCT weights) FROM classify_models WHERE (name, version) IN (VALUES ('far', 1), ('far', 3), ('with', 1));

-- The first vector of a word counts. What is not one word is left out, and so is a NULL token.
CREATE TABLE odd(token, vector);
INSERT INTO odd SELECT token, vector FROM vectors ORDER BY rowid;
INSERT INTO odd SELECT column1, vector FROM vectors, (VALUES ('Dinero'), ('two words'), (''), (NULL)) WHERE token = 'screen';
CREATE VIEW in_order AS SELECT token, vector FROM odd ORDER BY rowid;
SELECT 'trained', classify_train(body, category, 'odd', json_set(:small, '$.vectors', 'in_order')) IS NOT NULL FROM tickets;
CREATE VIEW once AS SELECT token, vector FROM vectors ORDER BY rowid;
SELECT 'trained', classify_train(body, category, 'once', json_set(:small, '$.vectors', 'once')) IS NOT NULL FROM tickets;
SELECT 'the first vector of a word counts', count(DISTINCT weights) = 1 FROM classify_models WHERE name IN ('odd', 'once');

-- Words beyond max_vocabulary are left out: the words of the rows come first.
SELECT 'trained', classify_train(body, category, 'few', json_set(:small, '$.vectors', 'vectors', '$.max_vocabulary', 20)) IS NOT NULL
FROM tickets;
SELECT json_extract(metrics, '$.words') FROM classify_models WHERE name = 'few';

-- The same with other threads, and in FROM.
SELECT count(*) FROM classify_train('SELECT body, category FROM tickets', 'with',
                                    json_set(:small, '$.vectors', 'vectors', '$.threads', 3));
SELECT count(*), count(DISTINCT weights) FROM classify_models WHERE name = 'with';

-- The model needs them no more.
DROP TABLE vectors;
SELECT classify('my dinero is late', 'network');

-- No such table, or not the columns: said before a row is read.
SELECT classify_train(body, category, 'bad', '{"vectors":"vectors"}') FROM tickets;
SELECT epoch FROM classify_train('SELECT body, category FROM nowhere', 'bad', '{"vectors":"nowhere"}');
SELECT classify_train(body, category, 'bad', '{"vectors":"tickets"}') FROM tickets;
SELECT classify_train(body, category, 'bad', '{"vectors":"nowhere.mixed"}') FROM tickets;
SELECT classify_train(body, category, 'bad', '{"vectors":""}') FROM tickets;
SELECT classify_train(body, category, 'bad', '{"vectors":"mixed; DROP TABLE mixed"}') FROM tickets;
SELECT classify_train(body, category, 'bad', '{"vectors":"mixed\" --"}') FROM tickets;
SELECT classify_train(body, category, 'bad', '{"vectors":"SELECT token, vector FROM mixed"}') FROM tickets;

-- Vectors that are none.
CREATE TABLE bad(token, vector);
SELECT classify_train(body, category, 'bad', '{"vectors":"bad"}') FROM tickets;
INSERT INTO bad VALUES ('refund', '[1,2'); SELECT classify_train(body, category, 'bad', '{"vectors":"bad"}') FROM tickets;
UPDATE bad SET vector = NULL; SELECT classify_train(body, category, 'bad', '{"vectors":"bad"}') FROM tickets;
UPDATE bad SET vector = 5; SELECT classify_train(body, category, 'bad', '{"vectors":"bad"}') FROM tickets;
UPDATE bad SET vector = ''; SELECT classify_train(body, category, 'bad', '{"vectors":"bad"}') FROM tickets;
UPDATE bad SET vector = x''; SELECT classify_train(body, category, 'bad', '{"vectors":"bad"}') FROM tickets;
UPDATE bad SET vector = x'0000803F00'; SELECT classify_train(body, category, 'bad', '{"vectors":"bad"}') FROM tickets;
UPDATE bad SET vector = zeroblob(4100); SELECT classify_train(body, category, 'bad', '{"vectors":"bad"}') FROM tickets;
UPDATE bad SET vector = '[]'; SELECT classify_train(body, category, 'bad', '{"vectors":"bad"}') FROM tickets;
UPDATE bad SET vector = '[1,"2"]'; SELECT classify_train(body, category, 'bad', '{"vectors":"bad"}') FROM tickets;
UPDATE bad SET vector = '[1,[2]]'; SELECT classify_train(body, category, 'bad', '{"vectors":"bad"}') FROM tickets;
UPDATE bad SET vector = '[1,2,]'; SELECT classify_train(body, category, 'bad', '{"vectors":"bad"}') FROM tickets;
UPDATE bad SET vector = '[1,2] 3'; SELECT classify_train(body, category, 'bad', '{"vectors":"bad"}') FROM tickets;
UPDATE bad SET vector = '1,2'; SELECT classify_train(body, category, 'bad', '{"vectors":"bad"}') FROM tickets;
UPDATE bad SET vector = '{"a":1}'; SELECT classify_train(body, category, 'bad', '{"vectors":"bad"}') FROM tickets;
UPDATE bad SET vector = '[1,1e99]'; SELECT classify_train(body, category, 'bad', '{"vectors":"bad"}') FROM tickets;
UPDATE bad SET vector = '[1,nan]'; SELECT classify_train(body, category, 'bad', '{"vectors":"bad"}') FROM tickets;
UPDATE bad SET vector = x'0000C07F'; SELECT classify_train(body, category, 'bad', '{"vectors":"bad"}') FROM tickets;
UPDATE bad SET vector = '[1,2]'; INSERT INTO bad VALUES ('payment', '[1]');
CREATE VIEW both AS SELECT token, vector FROM bad ORDER BY rowid;
SELECT classify_train(body, category, 'bad', '{"vectors":"both"}') FROM tickets;
UPDATE bad SET vector = '[1,2,3]' WHERE token = 'payment';
SELECT classify_train(body, category, 'bad', '{"vectors":"both"}') FROM tickets;
UPDATE bad SET vector = (WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1025) SELECT json_group_array(i) FROM n);
SELECT classify_train(body, category, 'bad', '{"vectors":"both"}') FROM tickets;

-- Nothing of this left a model. All zeros are vectors.
SELECT 'models', count(*) FROM classify_models WHERE name = 'bad';
UPDATE bad SET token = 'refund', vector = zeroblob(8);
SELECT json_extract(classify_train(body, category, 'zeros', json_set(:small, '$.vectors', 'bad')), '$.rows') FROM tickets;
