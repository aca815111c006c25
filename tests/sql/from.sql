-- The option from: a training that goes on from a model.
.load build/classify
.read tests/sql/data/tickets.sql
SELECT 'trained', classify_train(body, category, 'kinds', json_set(:small, '$.max_tokens', 20)) IS NOT NULL
FROM (SELECT * FROM tickets ORDER BY id);

-- New rows, with a label and words that the model does not have.
CREATE TABLE news(body, category);
WITH delivery(word) AS (VALUES ('parcel'), ('courier'), ('doorbell'), ('postcode'), ('shipment')),
     ending(words) AS (VALUES ('is wrong'), ('is late'), ('again, please'), ('since monday'), ('?'))
INSERT INTO news SELECT 'my ' || word || ' ' || words, 'delivery' FROM delivery, ending ORDER BY 1;
INSERT INTO news VALUES ('my voucher is late', 'billing'), ('a voucher ?', 'billing');

-- It has the sizes, parts and labels of the model it came from, and theirs come first. Options say what else is to be done.
SELECT json_extract(classify_train(body, category, 'kinds', '{"from":"kinds","epochs":12,"learning_rate":0.03,"validation":0}'),
                    '$.version', '$.rows', '$.labels', '$.epochs') FROM news;
SELECT version, labels, json_extract(options, '$.embedding', '$.hidden', '$.max_tokens', '$.from', '$.epochs')
FROM classify_models ORDER BY version;
SELECT json_extract(b.metrics, '$.words') - json_extract(a.metrics, '$.words')
FROM classify_models AS a, classify_models AS b WHERE a.version = 1 AND b.version = 2;

-- It knows the new rows; what it has not seen again it forgets some of.
SELECT 'knows the new rows', sum(classify(body, 'kinds') = category) = count(*) FROM news;
SELECT 'has forgotten some', sum(classify(body, 'kinds') = category) < 50 FROM tickets;
SELECT classify('the courier and the parcel', 'kinds'), classify('a voucher', 'kinds@2');

-- With rows that it has learned, it does not: as many of them are drawn as there are new ones.
SELECT json_extract(classify_train(body, category, 'all', json_object('epochs', 12, 'learning_rate', 0.03, 'validation', 0, 'from',
         json_object('model', 'kinds@1', 'rows', 'SELECT body, category FROM tickets'))), '$.rows', '$.labels') FROM news;
SELECT sum(classify(body, 'all') = category) FROM tickets;
SELECT 'knows the new rows', sum(classify(body, 'all') = category) = count(*) FROM news;
SELECT json_extract(options, '$.from') FROM classify_models WHERE name = 'all';

-- The options of that model are options again.
SELECT count(*) FROM classify_train('SELECT body, category FROM news', 'all',
                                    (SELECT options FROM classify_models WHERE name = 'all'));
SELECT count(*), count(DISTINCT weights) FROM classify_models WHERE name = 'all';

-- Fewer learned rows than new ones are all taken; another seed draws others.
SELECT json_extract(classify_train(body, category, 'few', json_object('epochs', 2, 'validation', 0, 'from',
         json_object('model', 'kinds@1', 'rows', 'SELECT body, category FROM tickets LIMIT 3'))), '$.rows') FROM news;
SELECT json_extract(classify_train(body, category, 'few', json_object('epochs', 2, 'validation', 0, 'seed', 2, 'from',
         json_object('model', 'kinds@1', 'rows', 'SELECT body, category FROM tickets'))), '$.rows') FROM news;

-- A single new row, which alone could not be learned from; and new rows of one label.
SELECT json_extract(classify_train('my voucher ?', 'billing', 'one', '{"from":"kinds@1"}'), '$.rows', '$.labels');
SELECT classify('my refund is late', 'one'), classify('my printer is late', 'one'), classify('a voucher', 'one');
SELECT json_extract(classify_train(body, 'billing', 'one', '{"from":"kinds@1","epochs":1}'), '$.rows', '$.labels') FROM news;

-- With no new words and labels, and hardly learned from, it is the same.
SELECT 'trained', classify_train(body, category, 'same', '{"from":"kinds@1","epochs":1,"learning_rate":1e-9,"validation":0,"linear":true}') IS NOT NULL
FROM tickets;
SELECT sum(classify(body, 'same') = category) FROM tickets;

-- Without encoder, without parts, with a position bias or a tokenizer: taken over, whatever the options say.
CREATE TABLE kinds(name, options);
INSERT INTO kinds VALUES
  ('attention', '{"encoder":"none","subwords":false,"max_pool":false,"linear":false}'), ('no linear', '{"linear":false}'),
  ('no subwords', '{"subwords":false}'), ('no pool', '{"max_pool":false}'), ('porter', '{"tokenize":"porter unicode61"}'),
  ('position', '{"position_bias":true,"max_tokens":7}');
SELECT count(*) FROM (
  SELECT classify_train(body, category, name, json_patch(:small, options)) FROM kinds, tickets GROUP BY name);
SELECT count(*) FROM (
  SELECT classify_train(news.body, news.category, name, json_object('epochs', 12, 'learning_rate', 0.03, 'hidden', 3, 'encoder', 'bigru',
           'subwords', json('true'), 'linear', json('true'), 'tokenize', 'ascii', 'max_tokens', 3,
           'from', json_object('model', name || '@1', 'rows', 'SELECT body, category FROM tickets')))
  FROM kinds, news GROUP BY name);
SELECT name, (SELECT sum(classify(body, name) = category) FROM tickets), (SELECT sum(classify(body, name) = category) > 24 FROM news),
       json_extract(options, '$.encoder', '$.embedding', '$.subwords', '$.max_pool', '$.linear', '$.position_bias', '$.max_tokens')
FROM classify_models WHERE version = 2 AND name IN (SELECT name FROM kinds) ORDER BY name;
SELECT name, version, json_extract(options, '$.tokenize') FROM classify_models WHERE name = 'porter' ORDER BY version;
SELECT count(*), group_concat(DISTINCT token) FROM classify_attention('Refunding parcels', 'porter');

-- From a model of another database, and from one that goes on itself. The model it came from may go.
ATTACH ':memory:' AS other;
CREATE TABLE other.classify_models AS SELECT * FROM main.classify_models WHERE name = 'kinds' AND version = 1;
SELECT json_extract(classify_train(body, category, 'far', '{"from":"other.kinds@1","epochs":3}'), '$.model', '$.rows') FROM news;
DETACH other;
SELECT json_extract(classify_train(body, category, 'far', '{"from":"far","epochs":3,"keep":1}'), '$.version') FROM news;
SELECT count(*), classify('the courier', 'far') FROM classify_models WHERE name = 'far';

-- In FROM, with other threads, it is the same.
WITH n(threads) AS (VALUES (1), (2), (5))
SELECT count(*) FROM n CROSS JOIN classify_train('SELECT body, category FROM news', 'threads ' || threads,
  json_object('threads', threads, 'epochs', 3, 'from', json_object('model', 'kinds@1', 'rows', 'SELECT body, category FROM tickets')));
SELECT count(*), count(DISTINCT weights) FROM classify_models WHERE name LIKE 'threads%';

-- A model that there is not, an object that will not do, and bad queries: said before a row is read.
SELECT classify_train(body, category, 'bad', '{"from":"nowhere"}') FROM news;
SELECT classify_train(body, category, 'bad', '{"from":"kinds@9"}') FROM news;
SELECT classify_train(body, category, 'bad', '{"from":"other.kinds"}') FROM news;
SELECT classify_train(body, category, 'bad', '{"from":""}') FROM news;
SELECT classify_train(body, category, 'bad', '{"from":["kinds"]}') FROM news;
SELECT classify_train(body, category, 'bad', '{"from":{}}') FROM news;
SELECT classify_train(body, category, 'bad', '{"from":{"model":5}}') FROM news;
SELECT classify_train(body, category, 'bad', '{"from":{"model":null}}') FROM news;
SELECT classify_train(body, category, 'bad', '{"from":{"rows":"SELECT body, category FROM tickets"}}') FROM news;
SELECT classify_train(body, category, 'bad', '{"from":{"model":"kinds","row":"SELECT body, category FROM tickets"}}') FROM news;
SELECT classify_train(body, category, 'bad', '{"from":{"model":"kinds","rows":["SELECT 1, 2"]}}') FROM news;
SELECT classify_train(body, category, 'bad', '{"from":{"model":"kinds","rows":"SELECT body FROM tickets"}}') FROM news;
SELECT classify_train(body, category, 'bad', '{"from":{"model":"kinds","rows":"SELECT body, category FROM nowhere"}}') FROM news;
SELECT classify_train(body, category, 'bad', '{"from":{"model":"kinds","rows":"SELECT body, category FROM tickets WHERE 0"}}') FROM news;
SELECT classify_train(body, category, 'bad', '{"from":{"model":"kinds","rows":"DELETE FROM tickets RETURNING body, category"}}') FROM news;
SELECT classify_train(body, category, 'bad', '{"from":{"model":"kinds","rows":"SELECT body, x''00'' FROM tickets"}}') FROM news;
SELECT epoch FROM classify_train('SELECT body, category FROM nowhere', 'bad', '{"from":"nowhere"}');
SELECT classify_train(body, category, 'bad', '{"from":"kinds"}') FROM news WHERE 0;
UPDATE classify_models SET weights = x'00' WHERE name = 'few';
SELECT classify_train(body, category, 'bad', '{"from":"few"}') FROM news;
SELECT 'models', count(*) FROM classify_models WHERE name = 'bad';
