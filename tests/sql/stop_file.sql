-- stop_file: a training ends as soon as the file exists, and what it has learned is saved.
.load build/classify
.read tests/sql/data/tickets.sql
.shell rm -f build/stop.file

-- The file is made when the first epoch is over. Without it there would be ten thousand.
SELECT count(*) BETWEEN 2 AND 9999, sum(made) FROM (
  SELECT iif(epoch = 1, writefile('build/stop.file', 'x'), 0) AS made
  FROM classify_train('SELECT body, category FROM tickets', 'stopped',
    '{"epochs":10000, "stop_file":"build/stop.file", "embedding":4, "hidden":2, "subwords":false}'));
SELECT classify('my refund is late', 'stopped');

-- A warning says so; cross-validation is left out. The path is not kept: as options these train anew.
SELECT json_extract(metrics, '$.warnings[0]') LIKE 'stop_file ended the training: the network had %_._ of 10000 epochs',
  json_extract(metrics, '$.validation.folds') IS NULL, json_extract(options, '$.stop_file') IS NULL
FROM classify_models;

-- A file that is there before a training begins is refused, before any row is read.
SELECT classify_train(body, category, 'wrong', '{"stop_file":"build/stop.file"}') FROM tickets;
SELECT count(*) FROM classify_train('SELECT abs(-9223372036854775808), 1', 'wrong', '{"stop_file":"build/stop.file"}');
.shell rm -f build/stop.file

-- Rows without end: before the first epoch nothing is learned that could be saved.
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers)
SELECT classify_train('text', iif(n = 1000, writefile('build/stop.file', ''), n % 2), 'endless',
                      '{"stop_file":"build/stop.file"}') FROM numbers;
.shell rm -f build/stop.file
SELECT count(*) FROM classify_train('WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers)
  SELECT ''text'', iif(n = 1000, writefile(''build/stop.file'', ''''), n % 2) FROM numbers', 'endless',
  '{"stop_file":"build/stop.file"}');
.shell rm -f build/stop.file
SELECT count(*) FROM classify_train('SELECT body, category FROM tickets', 'endless', json_object('stop_file',
  'build/stop.file', 'unlabelled', 'WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers)
  SELECT iif(n = 1000, writefile(''build/stop.file'', ''''), n) FROM numbers'));
.shell rm -f build/stop.file
SELECT name FROM classify_models;

-- What is no path of a file.
SELECT classify_train(body, category, 'wrong', '{"stop_file":""}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"stop_file":true}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"stop_file":"."}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"stop_file":"build/"}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"stop_file":"build/no folder/stop"}') FROM tickets;
SELECT classify_train(body, category, 'wrong', '{"stop_file":"Makefile/stop"}') FROM tickets;
