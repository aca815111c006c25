-- How faithful the columns of classify_attention are: whether the tokens that they
-- put first are those that the label hangs on, and those that people marked. Each
-- column gives an order of a text's tokens, the largest value first; a random order
-- is the floor. As DeYoung et al. (2020, ERASER) have it, for the predicted label:
--
--   comprehensiveness  p(text) - p(text without the first k% of its tokens)
--   sufficiency        p(text) - p(the first k% of its tokens alone)
--
-- means over k in 1, 5, 10, 20, 50, at least one token, and over the texts. Tokens
-- that decide have a large comprehensiveness and a small sufficiency.
--
-- The texts are drawn by a hash, the same for each seed; fewer where they are long,
-- for leave_one_out takes the square of the length.

DELETE FROM clock;
INSERT INTO clock VALUES (julianday('now'));

DROP TABLE IF EXISTS whole;
CREATE TABLE whole AS
WITH drawn AS MATERIALIZED (
  SELECT rowid AS id, text FROM test ORDER BY sha3('' || rowid)
  LIMIT (SELECT iif(avg(length(text)) > 1000, 200, 500) FROM test))
SELECT id, text, label, probability FROM drawn, classify_labels(text, 'bench') WHERE rank = 1;

DROP TABLE IF EXISTS tokens;
CREATE TABLE tokens AS
SELECT id, position, start, substr(text, start, length) AS word, weight, contribution, leave_one_out,
       sha3(:seed || ' ' || id || ' ' || position) AS random
FROM whole, classify_attention(text, 'bench');

-- place: equal values, such as weights past max_tokens, are in random order
DROP TABLE IF EXISTS ranked;
CREATE TABLE ranked AS
WITH valued AS (
  SELECT 'weight' AS reason, weight AS value, * FROM tokens
  UNION ALL SELECT 'contribution', contribution, * FROM tokens
  UNION ALL SELECT 'leave_one_out', leave_one_out, * FROM tokens
  UNION ALL SELECT 'random', random, * FROM tokens)
SELECT reason, id, position, word, value,
       row_number() OVER (PARTITION BY reason, id ORDER BY value DESC, random) AS place
FROM valued;
CREATE INDEX ranked_by_position ON ranked(reason, id, position);

-- ---- without them, and of them alone

DROP TABLE IF EXISTS reduced;
CREATE TABLE reduced AS
WITH
  percents(k) AS (VALUES (1), (5), (10), (20), (50)),
  cuts AS (SELECT reason, id, (count(*) * k + 99) / 100 AS first FROM ranked, percents GROUP BY reason, id, k)
SELECT reason, id,
       (SELECT group_concat(word, ' ') FROM (
          SELECT word FROM ranked AS r WHERE (r.reason, r.id) = (cuts.reason, cuts.id) AND place > first
          ORDER BY position)) AS rest,
       (SELECT group_concat(word, ' ') FROM (
          SELECT word FROM ranked AS r WHERE (r.reason, r.id) = (cuts.reason, cuts.id) AND place <= first
          ORDER BY position)) AS top
FROM cuts;

DROP TABLE IF EXISTS faithful;
CREATE TABLE faithful AS
SELECT reason, count(DISTINCT id) AS texts,
       avg(whole.probability - without.probability) AS comprehensiveness,
       avg(whole.probability - alone.probability) AS sufficiency
FROM reduced JOIN whole USING (id), classify_labels(ifnull(rest, ''), 'bench') AS without,
     classify_labels(top, 'bench') AS alone
WHERE without.label = whole.label AND alone.label = whole.label
GROUP BY reason;

-- ---- what a contribution foretells

-- How often its sign is that of leave_one_out, a token counted by the size of the
-- latter: for the predicted label and, where there are more than two, the second.
DROP TABLE IF EXISTS signs;
CREATE TABLE signs AS
WITH
  seconds AS MATERIALIZED (
    SELECT id, text, l.label FROM whole, classify_labels(text, 'bench') AS l
    WHERE l.rank = 2 AND (SELECT count(DISTINCT label) FROM train) > 2),
  explained AS (
    SELECT 1 AS rank, contribution, leave_one_out FROM tokens
    UNION ALL
    SELECT 2, contribution, leave_one_out FROM seconds, classify_attention(text, 'bench', label))
SELECT rank, sum(abs(leave_one_out) * ((contribution > 0) = (leave_one_out > 0))) / sum(abs(leave_one_out)) AS agree
FROM explained GROUP BY rank;

-- ---- what people marked

-- The word of a token is counted by the spaces before it.
DROP TABLE IF EXISTS marked;
CREATE TABLE marked AS
WITH
  spans AS (
    SELECT marks.rowid AS id, CAST(value AS INTEGER) AS begin,
           CAST(substr(value, instr(value, '-') + 1) AS INTEGER) AS end
    FROM marks, json_each('["' || replace(spans, ',', '","') || '"]')),
  words AS (
    SELECT id, position, length(before) - length(replace(before, ' ', '')) AS word
    FROM (SELECT id, position, substr(text, 1, start - 1) AS before FROM tokens JOIN whole USING (id)))
SELECT id, position, EXISTS (SELECT 1 FROM spans WHERE spans.id = words.id AND word >= begin AND word < end) AS marked
FROM words WHERE id IN (SELECT rowid FROM marks);
CREATE UNIQUE INDEX marked_by_position ON marked(id, position);

-- Average precision of a text: the mean, over its marked tokens, of the share that
-- is marked among the tokens of this value or a larger one. Once of all tokens, once
-- of those alone that the network reads.
DROP TABLE IF EXISTS agreement;
CREATE TABLE agreement AS
WITH
  limits AS (SELECT json_extract(options, '$.max_tokens') AS most FROM classify_models ORDER BY version DESC LIMIT 1),
  scopes(scope, most) AS (SELECT 'read', most FROM limits UNION ALL SELECT 'all', 1e9),
  precisions AS (
    SELECT scope, reason, id, marked,
           1.0 * sum(marked) OVER so_far / count(*) OVER so_far AS precision
    FROM ranked JOIN marked USING (id, position) JOIN scopes ON position <= most
    WINDOW so_far AS (PARTITION BY scope, reason, id ORDER BY value DESC)),
  texts AS (SELECT scope, reason, id, avg(precision) AS precision FROM precisions WHERE marked GROUP BY scope, reason, id)
SELECT scope, reason, count(*) AS texts, avg(precision) AS precision FROM texts GROUP BY scope, reason;

INSERT INTO results.faithfulness
SELECT :dataset, :seed, :build, reason, faithful.texts, comprehensiveness, sufficiency,
       iif(reason = 'contribution', (SELECT agree FROM signs WHERE rank = 1), NULL),
       iif(reason = 'contribution', (SELECT agree FROM signs WHERE rank = 2), NULL),
       every.precision, read.precision, 86400 * (julianday('now') - at)
FROM clock, faithful
  LEFT JOIN agreement AS every USING (reason)
  LEFT JOIN agreement AS read USING (reason)
WHERE ifnull(every.scope, 'all') = 'all' AND ifnull(read.scope, 'read') = 'read';

SELECT printf('    %-14s comprehensiveness %7.4f, sufficiency %7.4f', reason, comprehensiveness, sufficiency) ||
       iif(agreement IS NULL, '',
           printf('; marked by people: %.4f, of what the network reads %.4f', agreement, agreement_read)) ||
       iif(sign IS NULL, '', printf('; sign right %.4f', sign)) ||
       iif(second_sign IS NULL, '', printf(', for the second label %.4f', second_sign))
FROM results.faithfulness WHERE (dataset, seed, build) = (:dataset, :seed, :build);
