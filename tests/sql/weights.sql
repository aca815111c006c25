-- Weights that are not a model: an error that says so, never a crash.
.load build/classify
.read tests/sql/data/tickets.sql
SELECT 'trained', classify_train(body, category, 'kinds', :small) IS NOT NULL FROM tickets;

-- A table of models without NOT NULL, in which anything may stand.
ATTACH ':memory:' AS other;
CREATE TABLE other.classify_models(name, version, created, labels, options, metrics, weights);
INSERT INTO other.classify_models(name, version, weights) VALUES
  ('null', 1, NULL), ('integer', 1, 5), ('real', 1, 2.5), ('text', 1, 'kinds'), ('empty', 1, x''),
  ('zeros', 1, zeroblob(1000)), ('short', 1, x'10000000'), ('header', 1, x'0200000000000000' || CAST('{}' AS BLOB)),
  ('huge', 1, x'FFFFFFFFFFFFFF7F' || CAST('{}' AS BLOB));
SELECT classify('my refund', 'other.null');
SELECT classify('my refund', 'other.integer');
SELECT classify('my refund', 'other.real');
SELECT classify('my refund', 'other.text');
SELECT classify('my refund', 'other.empty');
SELECT classify('my refund', 'other.zeros');
SELECT classify('my refund', 'other.short');
SELECT classify('my refund', 'other.header');
SELECT classify('my refund', 'other.huge');

-- Cut off.
INSERT INTO other.classify_models(name, version, weights)
SELECT 'cut in the header', 1, substr(weights, 1, 100) FROM main.classify_models;
SELECT classify('my refund', 'other.cut in the header');

-- The last byte changed.
INSERT INTO other.classify_models(name, version, weights)
SELECT 'changed', 1,
       CAST(substr(weights, 1, length(weights) - 1) || iif(substr(weights, -1) = x'01', x'02', x'01') AS BLOB)
FROM main.classify_models;
SELECT classify('my refund', 'other.changed');

-- The other functions say the same, each under its name.
SELECT classify_confidence('my refund', 'other.empty');
SELECT classify_scores('my refund', 'other.empty');
SELECT * FROM classify_labels('my refund', 'other.empty');
SELECT * FROM classify_attention('my refund', 'other.empty');
SELECT * FROM classify_rows('SELECT 1, 2', 'other.empty');

-- The model that is whole still works.
SELECT classify('my refund is late', 'kinds');
