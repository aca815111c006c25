-- A database that may not be written: models run, and training is refused before anything is learned.
.load build/classify
.read tests/sql/data/tickets.sql

PRAGMA query_only = on;
SELECT classify_train(body, category, 'kinds', :small) FROM tickets;
SELECT epoch FROM classify_train('SELECT body, category FROM tickets', 'kinds', :small);
PRAGMA query_only = off;

.shell rm -f build/models.db build/empty.db
ATTACH 'build/models.db' AS models;
ATTACH 'build/empty.db' AS empty;
SELECT json_extract(classify_train(body, category, 'models.kinds', :small), '$.model') FROM tickets;
CREATE TABLE empty.notes(x);
DETACH models;
DETACH empty;

ATTACH 'file:build/models.db?mode=ro' AS models;
SELECT classify('my refund is late'), classify('my refund is late', 'models.kinds');
SELECT id, label FROM classify_rows('SELECT id, body FROM tickets ORDER BY id LIMIT 1');
SELECT classify_train(body, category, 'models.kinds', :small) FROM tickets;
SELECT epoch FROM classify_train('SELECT body, category FROM tickets', 'models.other', :small);
DELETE FROM models.classify_models;

-- One without a table of models.
ATTACH 'file:build/empty.db?mode=ro' AS empty;
SELECT classify_train(body, category, 'empty.kinds', :small) FROM tickets;
SELECT classify('my refund is late', 'empty.kinds');
SELECT classify('my refund is late');

-- main may be written all the same.
SELECT json_extract(classify_train(body, category, 'kinds', :small), '$.model') FROM tickets;
DETACH models;
DETACH empty;

-- With main read-only, a SELECT cannot train in temp, nor in an attached :memory:. Who may make the table decides.
.open file:build/models.db?mode=ro
.load build/classify
ATTACH ':memory:' AS memory;
SELECT classify_train('my refund ' || value, 'temp ' || (value % 2), 'temp.kinds', '{"epochs":1}')
FROM json_each('[1,2,3,4,5,6]');
SELECT classify_train('my refund ' || value, 'temp ' || (value % 2), 'memory.kinds', '{"epochs":1}')
FROM json_each('[1,2,3,4,5,6]');
CREATE TABLE temp.classify_models(name, version, created, labels, options, metrics, weights,
                                  PRIMARY KEY (name, version));
SELECT json_extract(classify_train('my refund ' || value, 'temp ' || (value % 2), 'temp.kinds', '{"epochs":1}'), '$.model')
FROM json_each('[1,2,3,4,5,6]');
SELECT classify('my refund is late', 'main.kinds'), classify('my refund', 'temp.kinds') LIKE 'temp%';
.shell rm -f build/models.db build/empty.db
