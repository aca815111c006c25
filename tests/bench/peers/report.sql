-- What the peers and ours have measured, as Markdown. "ours is" is how many times as
-- fast ours is as the peer of the line.

CREATE TEMP VIEW figures AS
SELECT min(rowid) AS place, dataset, peer,
       max(value + 0.0) FILTER (WHERE measure = 'train_rows_s') AS train,
       max(value + 0.0) FILTER (WHERE measure = 'train_s') AS train_s,
       max(value + 0.0) FILTER (WHERE measure = 'train_mb') AS train_mb,
       max(value + 0.0) FILTER (WHERE measure = 'label_rows_s') AS label,
       max(value + 0.0) FILTER (WHERE measure = 'p50_us') AS p50,
       max(value + 0.0) FILTER (WHERE measure = 'p99_us') AS p99,
       max(value + 0.0) FILTER (WHERE measure = 'load_ms') AS load_ms,
       max(value + 0.0) FILTER (WHERE measure = 'label_mb') AS label_mb,
       max(value + 0.0) FILTER (WHERE measure = 'difference') AS difference,
       max(value) FILTER (WHERE measure = 'train_note') AS train_note,
       group_concat(value, '; ') FILTER (WHERE measure IN ('label_note', 'one_note')) AS label_note
FROM measured GROUP BY dataset, peer;

-- rows are cut to what the network reads, so tokens are the same for all
CREATE TEMP VIEW sizes AS
SELECT dataset, train_rows, train_tokens, train_tokens / train_rows AS train_length,
       test_rows, test_tokens, test_tokens / test_rows AS test_length
FROM (SELECT dataset,
             max(value + 0.0) FILTER (WHERE measure = 'train_rows') AS train_rows,
             max(value + 0.0) FILTER (WHERE measure = 'train_tokens') AS train_tokens,
             max(value + 0.0) FILTER (WHERE measure = 'test_rows') AS test_rows,
             max(value + 0.0) FILTER (WHERE measure = 'test_tokens') AS test_tokens
      FROM measured WHERE peer = 'rows' GROUP BY dataset);

CREATE TEMP VIEW roofs AS
SELECT max(value + 0.0) FILTER (WHERE measure = 'recurrent_gflops') AS recurrent,
       max(value + 0.0) FILTER (WHERE measure = 'input_gflops') AS input
FROM measured WHERE peer = 'roof';

.mode markdown
.headers on
.nullvalue -

SELECT dataset AS "set", CAST(train_rows AS INT) AS "training rows", round(train_length, 1) AS "tokens a row",
       CAST(test_rows AS INT) AS "test rows", round(test_length, 1) AS "tokens a row"
FROM sizes;

.print
.print The plain network. Training: an epoch, not the first. Load: from the file to the first label.
.print
SELECT f.dataset AS "set", f.peer,
       CAST(f.train AS INT) AS "training rows/s", CAST(f.train * train_length AS INT) AS "tokens/s",
       round(ours.train / f.train, 1) || 'x' AS "ours is", CAST(f.train_mb AS INT) AS "MB",
       CAST(f.label AS INT) AS "labelling rows/s", round(ours.label / f.label, 1) || 'x' AS "ours is",
       CAST(f.p50 AS INT) AS "one text: p50 us", round(f.p50 / ours.p50, 1) || 'x' AS "ours is",
       CAST(f.p99 AS INT) AS "p99 us", CAST(f.load_ms AS INT) AS "load ms", CAST(f.label_mb AS INT) AS "MB",
       iif(f.difference, printf('%.0e', f.difference), NULL) AS "differs by",
       f.train_note AS "how it trained", f.label_note AS "how it labelled" -- columns wrap at 60
FROM figures AS f JOIN figures AS ours USING (dataset) JOIN sizes USING (dataset)
WHERE ours.peer = 'ours plain' AND (f.peer = 'ours plain' OR f.peer LIKE 'Keras%' OR f.peer = 'ONNX')
ORDER BY f.place;

.print
.print fastText and default options. Training: whole, with all its epochs. Labelling: fastText with one thread, ours
.print with two.
.print
SELECT f.dataset AS "set", f.peer,
       round(f.train_s, 1) AS "training s", CAST(train_rows / f.train_s AS INT) AS "rows/s",
       CAST(train_tokens / f.train_s AS INT) AS "tokens/s",
       round(f.train_s / ours.train_s, 2) || 'x' AS "ours is", CAST(f.train_mb AS INT) AS "MB",
       CAST(f.label AS INT) AS "labelling rows/s", round(ours.label / f.label, 2) || 'x' AS "ours is",
       CAST(f.p50 AS INT) AS "one text: p50 us", round(f.p50 / ours.p50, 2) || 'x' AS "ours is",
       CAST(f.p99 AS INT) AS "p99 us", CAST(f.load_ms AS INT) AS "load ms", CAST(f.label_mb AS INT) AS "MB"
FROM figures AS f JOIN figures AS ours USING (dataset) JOIN sizes USING (dataset)
WHERE ours.peer = 'ours default' AND (f.peer IN ('ours default', 'ours none') OR f.peer LIKE 'fastText%')
ORDER BY f.place;

-- The products of a token, 2 operations a weight, with E = 128 and H = 64: x W is
-- 2 E 6H = 98,304 of both directions, h U is 2 (2 H 3H) = 49,152. Going back takes twice
-- what going forward does. To label, x W is read from a table. All else (gates,
-- attention, output, Adam) counts as nothing. What is computed once for all places of
-- a word counts at each, so training may be nearer to 100% than its products are.
CREATE TEMP TABLE operations AS SELECT 98304 / 1e9 AS input, 49152 / 1e9 AS recurrent;

CREATE TEMP VIEW speeds AS
SELECT place, dataset, train * train_length AS train, label * test_length AS label, 1e6 * test_length / p50 AS one
FROM figures JOIN sizes USING (dataset) WHERE peer = 'ours plain';

.print
.print Ours plain beside the products of OpenBLAS alone, on two threads: x W reaches [256,384,128], h U [64,192,64].
.print Training a token takes 3 (98,304 + 49,152) operations, labelling 49,152; share: the products' time of ours.
.print
SELECT s.dataset AS "set", round(r.input, 1) AS "x W GFLOP/s", round(r.recurrent, 1) AS "h U GFLOP/s",
       CAST(s.train AS INT) AS "training tokens/s", round(s.train * 3 * (o.input + o.recurrent), 1) AS "GFLOP/s",
       printf('%.0f%%', 300 * s.train * (o.input / r.input + o.recurrent / r.recurrent)) AS share,
       CAST(s.label AS INT) AS "labelling tokens/s", round(s.label * o.recurrent, 1) AS "GFLOP/s",
       printf('%.0f%%', 100 * s.label * o.recurrent / r.recurrent) AS share,
       round(s.one * o.recurrent, 1) AS "one text GFLOP/s"
FROM speeds AS s, operations AS o, roofs AS r ORDER BY s.place;
