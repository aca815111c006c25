-- The parts of the classifier: encoder, subwords, max_pool and linear, each of them on or off.
.load build/classify
.read tests/sql/data/tickets.sql

CREATE TABLE parts(name, options);
INSERT INTO parts VALUES
  ('all',          '{}'),
  ('no encoder',   '{"encoder":"none"}'),
  ('no subwords',  '{"subwords":false}'),
  ('no max_pool',  '{"max_pool":false}'),
  ('no linear',    '{"linear":false}'),
  ('attention',    '{"encoder":"none","subwords":false,"max_pool":false,"linear":false}'),
  ('bigru',        '{"subwords":false,"max_pool":false,"linear":false}'),
  ('with bias',    '{"position_bias":true}');
SELECT count(*) FROM (
  SELECT classify_train(body, category, name, json_patch(:small, json_set(parts.options, '$.compress', json('false'))))
  FROM parts, tickets GROUP BY name);

-- Each tells the tickets apart, and has the tensors of its parts.
SELECT name, (SELECT sum(classify(body, name) = category) FROM tickets) AS correct,
       instr(weights, CAST('"gru.forward.kernel"' AS BLOB)) > 0 AS encoder,
       instr(weights, CAST('"subwords"' AS BLOB)) > 0 AS subwords,
       CAST(CAST(substr(weights, instr(weights, CAST('"output.kernel"' AS BLOB)) + 40, 6) AS TEXT) AS INT) AS features,
       instr(weights, CAST('"linear.kernel"' AS BLOB)) > 0 AS linear
FROM classify_models ORDER BY name;

-- Only character n-grams tell words apart that were not in training.
SELECT name, classify_scores('zebra', name) = classify_scores('xylophone', name) FROM parts ORDER BY name;
SELECT name, classify('refunds', name), classify('printers', name)
FROM parts WHERE name IN ('all', 'no encoder', 'no linear', 'no max_pool') ORDER BY name;

-- Contributions and the bias of a label sum to its logit. So the difference of two labels' sums is that of the logarithms
-- of their probabilities, less the difference of the biases; and between two texts the biases cancel.
CREATE TABLE texts(text);
INSERT INTO texts VALUES ('my refund is late'), ('my printer is late'), ('a refnud'), ('printer printer refund'),
                         ('x y z: is late again, please ?'), ('update the login screen since monday!');
CREATE TABLE sums AS
  SELECT name, text, (SELECT sum(contribution) FROM classify_attention(text, name, 'billing'))
                   - (SELECT sum(contribution) FROM classify_attention(text, name, 'technical'))
                   - (SELECT ln(max(probability) FILTER (WHERE label = 'billing'))
                           - ln(max(probability) FILTER (WHERE label = 'technical'))
                      FROM classify_labels(text, name)) AS bias
  FROM parts, texts;
SELECT name, max(bias) - min(bias) < 0.001 FROM sums GROUP BY name ORDER BY name;

-- It is so with many labels, and in a text that is longer than the network reads.
CREATE TABLE words AS
  SELECT 'red fire ember' AS body, 'warm' AS label UNION ALL SELECT 'ember glow red lamp', 'warm' UNION ALL
  SELECT 'ice snow frost', 'cold' UNION ALL SELECT 'snow wind ice lake', 'cold' UNION ALL
  SELECT 'rain drizzle puddle', 'wet' UNION ALL SELECT 'puddle rain boots', 'wet' UNION ALL
  SELECT 'sand dust desert', 'dry' UNION ALL SELECT 'dust dry desert sand', 'dry';
SELECT json_extract(classify_train(body, label, 'words', json_set(:small, '$.max_tokens', 4, '$.epochs', 40)), '$.labels')
FROM words;
SELECT sum(classify(body, 'words') = label) FROM words;
CREATE TABLE long(text);
INSERT INTO long VALUES ('ice'), ('sand and dust in the lamp, and no rain in the desert'), ('glowing red snowballs melt into a puddle of rain');
CREATE TABLE long_sums AS
  SELECT text, label, (SELECT sum(contribution) FROM classify_attention(text, 'words', label)) - ln(probability) AS bias
  FROM long, classify_labels(text, 'words');
SELECT 'differences are one', max(difference) - min(difference) < 0.001
FROM (SELECT a.text, a.label, b.label AS other, a.bias - b.bias AS difference
      FROM long_sums AS a JOIN long_sums AS b ON a.text = b.text WHERE b.label = 'wet' AND a.label = 'cold');
SELECT 'differences are one', max(difference) - min(difference) < 0.001
FROM (SELECT a.bias - b.bias AS difference
      FROM long_sums AS a JOIN long_sums AS b ON a.text = b.text WHERE b.label = 'warm' AND a.label = 'dry');

-- What the network does not read has no weight. What it reads sums to 1.
SELECT count(*), sum(weight > 0), round(sum(weight), 4), sum(contribution <> 0) > 4
FROM classify_attention('glowing red snowballs melt into a puddle of rain', 'words');
SELECT classify('a b c d desert sand', 'words');

-- leave_one_out is what happens without the token, in all branches.
SELECT name, min(abs(leave_one_out - (classify_confidence('my refund is late', name) - classify_confidence('my is late', name))) < 1e-4
                 OR classify('my is late', name) <> 'billing')
FROM parts, classify_attention('my refund is late', name) WHERE token = 'refund' GROUP BY name ORDER BY name;

-- Each is the same again with other threads.
SELECT count(*) FROM (
  SELECT classify_train(body, category, name, json_patch(:small, json_set(parts.options, '$.threads', 3, '$.compress', json('false'))))
  FROM parts, tickets GROUP BY name);
SELECT name, count(*), count(DISTINCT weights) FROM classify_models WHERE name <> 'words' GROUP BY name ORDER BY name;
