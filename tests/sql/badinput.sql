-- What people try: wrong arguments, too few rows, too much text.
.load build/classify
.read tests/sql/data/tickets.sql

-- One argument to classify_train().
SELECT classify_train(body) FROM tickets;
SELECT classify_train('SELECT body, category FROM tickets');
SELECT classify_train(NULL);

-- Too few arguments, or too many.
SELECT classify_train();
SELECT classify_train(body, category, 'kinds', '{}', 5) FROM tickets;
SELECT classify();
SELECT classify('my refund', 'kinds', 0.5, 1);
SELECT classify_confidence();
SELECT classify_confidence(x'00');
SELECT classify_confidence('my refund', 'kinds', 0.5);
SELECT classify_scores();
SELECT classify_scores('my refund', 'kinds', 3);
SELECT * FROM classify_labels('my refund', 'kinds', 3);
SELECT * FROM classify_train;

-- Nothing to learn from.
SELECT classify_train(body, category) FROM tickets WHERE 0;
SELECT classify_train(NULL, category) FROM tickets;
SELECT classify_train(body, NULL) FROM tickets;
SELECT epoch FROM classify_train('SELECT body, category FROM tickets WHERE 0');
SELECT classify_train('my refund', 'billing');
SELECT classify_train(body, 'billing') FROM tickets;
SELECT epoch FROM classify_train('SELECT body, 1 FROM tickets');
SELECT classify_train(body, id) FROM tickets;

-- A text that is a BLOB.
SELECT classify_train(CAST(body AS BLOB), category) FROM tickets WHERE id = 1;
SELECT epoch FROM classify_train('SELECT CAST(body AS BLOB), category FROM tickets WHERE id = 1');

-- An error in the middle of the rows ends it.
SELECT classify_train(body, CASE WHEN id < 40 THEN category ELSE x'0001' END) FROM tickets;
SELECT epoch
FROM classify_train('SELECT body, CASE WHEN id < 40 THEN category ELSE abs(-9223372036854775808) END FROM tickets');

-- Nothing of this left a model.
SELECT classify('my refund');

-- What a message quotes may have come from a file: nothing of it acts on a terminal.
.read tests/sql/data/byhand.sql
SELECT classify('x', 'e' || char(27) || '[31m' || char(7, 0x9B, 0x202E) || 'mordnilap');
UPDATE classify_models SET name = 'e' || char(27) || ']0;title' || char(7) WHERE name = (SELECT min(name) FROM classify_models);
SELECT classify('x', 'nobody');

-- The only model is named, also where nobody has named it.
DELETE FROM classify_models WHERE rowid > (SELECT min(rowid) FROM classify_models);
UPDATE classify_models SET name = 'only', version = 7, weights = x'00';
SELECT classify('x');
