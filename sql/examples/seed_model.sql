.load build/classify
-- The network that this project began with, a well-known one in Keras, trained in SQL alone:
--
--   Embedding(vocab_size, 64, mask_zero=True)
--   Bidirectional(GRU(64, return_sequences=True))
--   AttentionLayer()                                  softmax(h . W + b), b for each position
--   Dense(num_classes, activation='softmax')          categorical cross-entropy, Adam
--
-- The three parts that this extension adds to it are switched off.

CREATE TABLE tickets(id INTEGER PRIMARY KEY, body TEXT, category TEXT);
.import --csv --skip 1 sql/examples/tickets.csv tickets
CREATE TEMP TABLE options(json);
INSERT INTO options VALUES(json_object(
  'embedding', 64, 'hidden', 64, 'position_bias', json('true'), 'max_tokens', 32, -- the layers
  'subwords', json('false'), 'max_pool', json('false'), 'linear', json('false'),  -- and no more than these
  'compress', json('false'),                                                      -- all weights as floats
  'epochs', 20, 'batch_size', 8, 'learning_rate', 0.003, 'dropout', 0.0,          -- fit()
  'validation', 'SELECT body, category FROM tickets WHERE category <> '''' AND id % 4 = 0'));

-- model.fit(): a row for each epoch.
.headers on
SELECT epoch, train_accuracy > 0.9 AS learned, validation_accuracy > 0.6 AS validated
FROM classify_train('SELECT body, category FROM tickets WHERE category <> '''' AND id % 4 <> 0', 'seed',
  (SELECT json FROM options)) WHERE epoch IN (1, 20);

-- model.summary(): the shapes are those of the layers' get_weights(), for 3 labels.
WITH header(json) AS (
  SELECT CAST(substr(weights, 9, instr(weights, x'7D7D') - 7) AS TEXT) FROM classify_models WHERE name = 'seed')
SELECT key AS tensor, json_extract(value, '$.shape') AS shape
FROM header, json_each(header.json) WHERE key LIKE 'gru.forward%' OR key LIKE 'attention%' OR key LIKE 'output%';

-- model.predict(), and what the attention layer looks at.
.headers off
SELECT classify('my parcel is lost', 'seed');
SELECT count(*), round(sum(weight), 6) FROM classify_attention('my parcel is lost', 'seed');
