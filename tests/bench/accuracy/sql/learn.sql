-- Trains on the table train, with :options and :seed.

DELETE FROM clock;
INSERT INTO clock VALUES (julianday('now'));

DELETE FROM lesson;
INSERT INTO lesson(summary)
SELECT classify_train(text, label, 'bench', json_patch(:options, json_object('seed', :seed))) FROM train;

UPDATE lesson SET seconds = 86400 * (julianday('now') - (SELECT at FROM clock));
