-- Models from elsewhere that read padding, the ends of texts, or known words only. 'byhand' averages
-- its words' numbers (free 4, offer 2.5, now 1.5, and 0.125, meeting -4, any other 0, padding too); each
-- copy of it differs in what stands in the metadata.
.load build/classify
.read tests/sql/data/byhand.sql
CREATE TEMP TABLE readings(id INTEGER PRIMARY KEY, name, metadata);
INSERT INTO readings(name, metadata) VALUES
  ('post', '"max_tokens":"8","padded_length":"4"'),
  ('pre', '"max_tokens":"8","padded_length":"4","padding":"pre"'),
  ('skip', '"max_tokens":"8","padded_length":"4","attention_padding":"skip"'),
  ('last', '"max_tokens":"2","padded_length":"2","truncating":"pre"'),
  ('known', '"max_tokens":"8","padded_length":"0","unknown":"skip"'),
  ('damaged', '"max_tokens":"8","padded_length":"4","padding":"left"');
INSERT INTO classify_models
SELECT name, 1, '', '[]', '{}', '{}', CAST(substr(weights, 1, 8) || CAST(printf('%-768s',
  replace(rtrim(header), '"max_tokens":"256","padded_length":"0"', metadata)) AS BLOB) || substr(weights, 777) AS BLOB)
FROM (SELECT CAST(substr(weights, 9, 768) AS TEXT) AS header, weights FROM classify_models WHERE name = 'byhand'),
  readings;
CREATE TEMP VIEW good AS SELECT id, name FROM readings WHERE name <> 'damaged';

.print -- padding takes its share, in a row without token
SELECT name, position, token, start, length, round(weight, 4), round(contribution, 4), round(leave_one_out, 4)
FROM good, classify_attention('free, now', name, 'spam') ORDER BY id, position;
.print -- weights sum to 1, contributions to the logit
SELECT name, round(sum(weight), 6), round(sum(contribution), 4), round(max(confidence), 4)
FROM good, classify_attention('free, now', name, 'spam'), (SELECT name AS model, classify_confidence('free, now', name)
  AS confidence FROM good) WHERE model = name GROUP BY 1 ORDER BY good.id;
.print -- no token at all
SELECT name, position, token, weight, contribution FROM good, classify_attention('', name) ORDER BY id;
.print -- longer than what is read
SELECT name, token, round(weight, 4) FROM good, classify_attention('free offer and meeting now', name)
WHERE name IN ('pre', 'last') ORDER BY id, position;
.print -- a highlight has the tokens only
SELECT classify_highlight('free, now', 'post', 'html');
.print -- many rows
SELECT name, r.id, label, round(confidence, 4) FROM good, classify_rows(
  'VALUES (1, ''free, now''), (2, ''''), (3, ''meeting''), (4, ''well, meeting and now, not free'')', name) AS r
ORDER BY good.id, r.id;
.print -- the card says how a text is read
SELECT name, substr(card, begin, instr(substr(card, begin), '</dd>') - 1) FROM (
  SELECT id, name, card, instr(card, 'Reads') AS begin FROM (SELECT id, name, classify_card(name) AS card FROM good))
ORDER BY id;
SELECT instr(classify_card('byhand'), 'Reads');
.print -- training goes on from each, and keeps the way of reading
CREATE TEMP TABLE rows(body, label);
WITH n(i) AS (VALUES (1), (2), (3)) INSERT INTO rows
SELECT 'free now offer', 'spam' FROM n UNION ALL SELECT 'meeting and lunch', 'ham' FROM n;
SELECT name, json_extract((SELECT classify_train(body, label, name || '2', json_object('from', name, 'validation', 0,
  'epochs', 1)) FROM rows), '$.rows') FROM good ORDER BY id;
SELECT r.name, instr(CAST(substr(weights, 1, 4096) AS TEXT), metadata) > 0
FROM readings AS r JOIN classify_models AS m ON m.name = r.name || '2' ORDER BY r.id;
SELECT classify('lunch', 'pre2'), classify('offer', 'known2');
.print -- damage
SELECT classify('free', 'damaged');
