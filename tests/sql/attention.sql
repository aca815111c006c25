-- Which words decided: classify_attention().
.load build/classify
.read tests/sql/data/tickets.sql
SELECT 'trained', classify_train(body, category, 'kinds', :small) IS NOT NULL FROM (SELECT * FROM tickets ORDER BY id);

-- A row per token; start and length cut it out of the text as written.
SELECT position, token, start, length, substr('My PRINTER, again?', start, length)
FROM classify_attention('My PRINTER, again?');

-- The weights sum to 1, whatever the text.
WITH texts(text) AS (VALUES ('my refund is late'), ('?'), ('unheard of'), ('my my my my my my my'))
SELECT texts.text, round(sum(weight), 4), min(weight) > 0, count(*)
FROM texts, classify_attention(texts.text) GROUP BY 1 ORDER BY 1;

-- A contribution is for the label that is predicted, else for the one that is given.
SELECT token FROM classify_attention('my refund is late') ORDER BY contribution DESC LIMIT 1;
SELECT token FROM classify_attention('my refund is late', 'kinds', 'technical') ORDER BY contribution LIMIT 1;
SELECT (SELECT sum(contribution) FROM classify_attention('my refund is late'))
     = (SELECT sum(contribution) FROM classify_attention('my refund is late', NULL, 'billing')),
       (SELECT sum(contribution) FROM classify_attention('my refund is late', NULL, NULL))
     > (SELECT sum(contribution) FROM classify_attention('my refund is late', NULL, 'technical'));

-- With the label's bias the contributions sum to its logit. So between two texts the difference of the sums of a
-- label, less that of the other label, is the difference of the log odds: the biases cancel.
WITH texts(text) AS (VALUES ('my refund is late'), ('my printer is late')),
     odds AS (SELECT texts.text,
                (SELECT sum(contribution) FROM classify_attention(texts.text, 'kinds', 'billing')) AS billing,
                (SELECT sum(contribution) FROM classify_attention(texts.text, 'kinds', 'technical')) AS technical,
                (SELECT probability FROM classify_labels(texts.text, 'kinds') WHERE label = 'billing') AS p
              FROM texts)
SELECT abs((a.billing - a.technical) - (b.billing - b.technical) - (ln(a.p / (1 - a.p)) - ln(b.p / (1 - b.p)))) < 0.01
FROM odds AS a, odds AS b WHERE a.text LIKE '%refund%' AND b.text LIKE '%printer%';

-- leave_one_out: how much the label's probability falls without the token. It is computed by doing so.
SELECT token FROM classify_attention('my refund is late') ORDER BY leave_one_out DESC LIMIT 1;
SELECT 'leave_one_out is the fall without the token', abs(leave_one_out - (classify_confidence('my refund is late') - classify_confidence('refund is late'))) < 1e-5
FROM classify_attention('my refund is late') WHERE position = 1;
SELECT token, leave_one_out BETWEEN -1 AND 1 FROM classify_attention('refund');

-- No text, no token, no row.
SELECT 'tokens of NULL', count(*) FROM classify_attention(NULL);
SELECT 'tokens of an empty text', count(*) FROM classify_attention('');
SELECT 'tokens of blanks', count(*) FROM classify_attention('  ' || char(10));

-- The words of all rows that speak for a label most.
SELECT token FROM (
  SELECT token FROM tickets, classify_attention(body, 'kinds', 'billing')
  GROUP BY token ORDER BY avg(contribution) DESC LIMIT 5) ORDER BY token;

-- The names of the arguments are not in the way of a table's own columns.
CREATE TABLE notes(text, model, label, query, options);
INSERT INTO notes VALUES ('my refund', 'kinds', 'billing', 'SELECT 1, ''my refund''', NULL);
SELECT token FROM notes, classify_attention(text, model, label);
SELECT rank FROM notes, classify_labels(text, model);
SELECT id FROM notes, classify_rows(query, model, options);
SELECT (SELECT count(*) FROM classify_attention(text)), (SELECT count(*) FROM classify_labels(text)) FROM notes;

-- A label that the model does not have, or of another type.
SELECT * FROM classify_attention('my refund', 'kinds', 'sales');
SELECT * FROM classify_attention('my refund', 'kinds', 5);
SELECT * FROM classify_attention('my refund', 'kinds', 2.5);
SELECT * FROM classify_attention('my refund', 'kinds', x'0001');
SELECT * FROM classify_attention('my refund', 'nope');
SELECT * FROM classify_attention(x'0001');
SELECT * FROM classify_attention;

-- Rows have numbers, as SQLite has it.
SELECT 'rowids', (SELECT group_concat(rowid) FROM classify_attention('my late refund')),
       (SELECT group_concat(rowid) FROM classify_labels('my late refund'));
