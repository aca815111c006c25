-- What a model says of one text.
.load build/classify
.read tests/sql/data/tickets.sql
SELECT 'trained', classify_train(body, category, 'kinds', :small) IS NOT NULL FROM tickets;

SELECT classify('my refund is late'), classify('MY REFUND IS LATE'), classify('Printer!', 'kinds');
SELECT 'sure', classify_confidence('my refund is late') BETWEEN 0.9 AND 1;

-- All of what it was taught, it knows.
SELECT count(*), sum(classify(body) = category) FROM tickets;

-- NULL for NULL; an empty text is a text, and so is a number.
SELECT quote(classify(NULL)), quote(classify_confidence(NULL)), quote(classify_scores(NULL)),
       (SELECT count(*) FROM classify_labels(NULL)), (SELECT count(*) FROM classify_attention(NULL));
SELECT classify('') IN ('billing', 'technical'), classify(42) IN ('billing', 'technical');
SELECT classify('') = classify('   '), classify_confidence('') = classify_confidence(char(9, 10, 160));

-- Words it has never seen are known by their character n-grams; without these they are one word.
SELECT classify('refunds'), classify('an invoicing error'), classify('printers'), classify('my logins');
SELECT 'unknown words read the same', classify_scores('refunding') = classify_scores('printing');
SELECT 'trained', classify_train(body, category, 'words', json_set(:small, '$.subwords', json('false'))) IS NOT NULL FROM tickets;
SELECT 'unknown words read the same', classify_scores('refunding', 'words') = classify_scores('printing', 'words');
DELETE FROM classify_models WHERE name = 'words';

-- A model's name, or min_confidence, that is NULL is as if it were not given.
SELECT classify('my refund is late', NULL), classify('my refund is late', NULL, NULL);

-- NULL where the confidence is below min_confidence, not where it is equal.
SELECT quote(classify('my refund printer', 'kinds', 1.0)), classify('my refund is late', 'kinds', 0.9),
       classify('my refund printer', 'kinds', classify_confidence('my refund printer')) IS NOT NULL,
       classify('my refund is late', 'kinds', '0.5'), classify('my refund is late', 'kinds', 0);
SELECT classify('my refund is late', 'kinds', 1.5);
SELECT classify('my refund is late', 'kinds', -1);
SELECT classify('my refund is late', 'kinds', 'high');
SELECT classify('my refund is late', 'kinds', x'00');
SELECT classify('my refund is late', 'kinds', 9e999);

-- Scores: a JSON object, the most probable first, that sums to 1.
SELECT group_concat(key), round(sum(value), 4), max(value) > 0.9
FROM json_each(classify_scores('my printer is late'));
SELECT group_concat(key), round(sum(value), 4), max(value) > 0.9 FROM json_each(classify_scores('my refund is late'));

-- The same as rows.
SELECT rank, label, probability > 0.5 FROM classify_labels('my printer is late');
SELECT round(sum(probability), 4), max(probability) = classify_confidence('my printer is late')
FROM classify_labels('my printer is late');
SELECT t.id, l.label, l.probability > 0.5
FROM tickets AS t, classify_labels(t.body, 'kinds') AS l WHERE t.id IN (1, 50) ORDER BY t.id, l.rank;

-- Anywhere in a query: filtering, ordering, grouping.
SELECT 'wrong', count(*) FROM tickets WHERE classify(body) <> category;
SELECT classify(body), count(*) FROM tickets GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM (SELECT id FROM tickets ORDER BY classify_confidence(body) LIMIT 5);

-- Wrong arguments.
SELECT classify(x'0102');
SELECT classify('my refund', x'6b696e6473');
SELECT * FROM classify_labels(x'0102');
SELECT classify_scores('my refund', 5);
SELECT rank FROM classify_labels;
