-- classify() in triggers and views; what trains or runs SQL text stays out of them.
.load build/classify
.read tests/sql/data/tickets.sql
PRAGMA trusted_schema = on; -- some shells begin with off
SELECT 'trained', classify_train(body, category, 'kinds', :small) IS NOT NULL FROM tickets;

-- A trigger labels what comes in.
CREATE TRIGGER label_new AFTER INSERT ON tickets WHEN new.category IS NULL BEGIN
  UPDATE tickets SET category = classify(new.body, 'kinds') WHERE id = new.id;
END;
INSERT INTO tickets(id, body) VALUES (101, 'my refund is late'), (102, 'my printer is late'), (103, NULL);
SELECT id, category FROM tickets WHERE id > 100 ORDER BY id;

-- A view labels what is there.
CREATE VIEW doubtful AS
  SELECT id, body, classify(body, 'kinds') AS label, classify_confidence(body, 'kinds') AS confidence
  FROM tickets WHERE classify_confidence(body, 'kinds') < 0.5;
SELECT 'doubtful', count(*) FROM doubtful;
CREATE VIEW reasons AS
  SELECT id, (SELECT token FROM classify_attention(body, 'kinds') ORDER BY contribution DESC LIMIT 1) AS token,
         (SELECT label FROM classify_labels(body, 'kinds') WHERE rank = 1) AS label
  FROM tickets;
SELECT * FROM reasons WHERE id IN (101, 102) ORDER BY id;

-- With trusted_schema off they work in TEMP triggers and views alone.
PRAGMA trusted_schema = off;
INSERT INTO tickets(id, body) VALUES (104, 'my refund is late');
SELECT * FROM doubtful;
SELECT * FROM reasons WHERE id = 101;
SELECT classify('my refund is late', 'kinds');
DROP TRIGGER label_new;
CREATE TEMP TRIGGER label_new AFTER INSERT ON tickets WHEN new.category IS NULL BEGIN
  UPDATE tickets SET category = classify(new.body, 'kinds') WHERE id = new.id;
END;
INSERT INTO tickets(id, body) VALUES (105, 'my refund is late');
SELECT id, category FROM tickets WHERE id = 105;
CREATE TEMP VIEW billing AS SELECT id FROM tickets WHERE classify(body, 'kinds') = 'billing';
SELECT count(*) FROM billing WHERE id > 100;
CREATE TEMP VIEW tokens AS SELECT t.id, a.token FROM tickets AS t, classify_attention(t.body, 'kinds') AS a;
SELECT group_concat(token, ' ') FROM tokens WHERE id = 105;
PRAGMA trusted_schema = on;
DROP TRIGGER temp.label_new;

-- Training, and labelling by a query, is refused in the views and triggers of a database.
CREATE VIEW trains AS SELECT classify_train(body, category, 'hidden') AS summary FROM tickets;
SELECT * FROM trains;
CREATE VIEW watches AS SELECT * FROM classify_train('SELECT body, category FROM tickets', 'hidden');
SELECT epoch FROM watches;
CREATE VIEW labels AS SELECT * FROM classify_rows('SELECT id, body FROM tickets', 'kinds');
SELECT id FROM labels;
CREATE TABLE requests(at);
CREATE TRIGGER train_now AFTER INSERT ON requests BEGIN
  SELECT classify_train(body, category, 'hidden') FROM tickets;
END;
INSERT INTO requests VALUES ('now');
SELECT 'requests', count(*) FROM requests;
SELECT 'models', count(*) FROM classify_models WHERE name = 'hidden';

-- Models change, so nothing is deterministic; only what trains, or runs SQL text, is for direct use alone.
SELECT DISTINCT name, flags & 0x800 <> 0 AS deterministic, flags & 0x80000 <> 0 AS direct_only
FROM pragma_function_list WHERE name LIKE 'classify%' ORDER BY name;
SELECT name FROM pragma_module_list WHERE name LIKE 'classify%' ORDER BY name;
