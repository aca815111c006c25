.load build/classify
-- Comparing two versions of a model: what the new one labels differently, and whether
-- that is for the better.

CREATE TABLE calls(id INTEGER PRIMARY KEY, note TEXT, team TEXT, checked INTEGER DEFAULT 0);

-- Calls to a housing company. The first version learned these:
INSERT INTO calls(note, team) VALUES
  ('No hot water since this morning', 'heating'),
  ('The radiator in the kitchen stays cold', 'heating'),
  ('Heating makes knocking noises', 'heating'),
  ('Radiator leaks at the valve', 'heating'),
  ('The heating cannot be turned down', 'heating'),
  ('Cold radiators in the whole flat', 'heating'),
  ('Boiler shows an error and there is no heating', 'heating'),
  ('Lift is stuck on the third floor', 'lift'),
  ('Door of the lift does not close', 'lift'),
  ('The lift stops between two floors', 'lift'),
  ('Buttons in the lift are dark', 'lift'),
  ('Lift smells of burnt rubber', 'lift'),
  ('The lift has been out of order for a week', 'lift'),
  ('Somebody is stuck in the lift', 'lift'),
  ('My key is broken in the front door', 'doors'),
  ('Front door does not lock', 'doors'),
  ('I lost the key of the cellar', 'doors'),
  ('The lock of the cellar door is stiff', 'doors'),
  ('Please change the lock of my flat', 'doors'),
  ('Intercom at the front door is silent', 'doors'),
  ('The door of the bicycle cellar was forced open', 'doors');
SELECT json_extract(classify_train(note, team, 'calls'), '$.version') AS version FROM calls;

-- Since then people have sorted more of them; some are kept to check with.
INSERT INTO calls(note, team, checked) VALUES
  ('The garage door does not open with the remote control', 'doors', 0),
  ('Garage door is stuck half way', 'doors', 0),
  ('Remote control of the garage lost', 'doors', 0),
  ('The garage gate closes too soon', 'doors', 0),
  ('Water under the boiler', 'heating', 0),
  ('Water drips from the boiler at night', 'heating', 0),
  ('Brown water out of the hot tap', 'heating', 0),
  ('Hot water takes ten minutes to come', 'heating', 0),
  ('The lift door hits people', 'lift', 0),
  ('Lift door opens on the wrong floor', 'lift', 0),
  ('Garage remote control needs a battery', 'doors', 1),
  ('Water on the floor below the boiler', 'heating', 1),
  ('Only cold water in the shower', 'heating', 1),
  ('Lift door is bent', 'lift', 1),
  ('Lift does not come to the ground floor', 'lift', 1),
  ('The lock of the front door turns round and round', 'doors', 1),
  ('The garage stays dark and shut', 'doors', 1),
  ('Radiator cold, boiler error', 'heating', 1);
SELECT json_extract(classify_train(note, team, 'calls'), '$.version') AS version FROM calls WHERE NOT checked;

-- What changed, row by row: each version labels the rows once, then both are joined.
.headers on
CREATE TEMP TABLE compared AS
WITH old AS MATERIALIZED (SELECT * FROM classify_rows('SELECT id, note FROM calls WHERE checked', 'calls@1')),
     new AS MATERIALIZED (SELECT * FROM classify_rows('SELECT id, note FROM calls WHERE checked', 'calls@2'))
SELECT id, old.label AS old, new.label AS new FROM old JOIN new USING (id);

SELECT note, old, new, team AS "right" FROM compared JOIN calls USING (id) WHERE old <> new ORDER BY id;

-- For the better or for the worse?
SELECT sum(old <> team AND new = team) AS mended, sum(old = team AND new <> team) AS broken, sum(old = new) AS same
FROM compared JOIN calls USING (id);

-- And in figures, for all versions that there are:
SELECT version, rows, round(accuracy, 3) AS accuracy, round(macro_f1, 3) AS macro_f1
FROM classify_models AS m
JOIN classify_evaluate('SELECT note, team FROM calls WHERE checked', m.name || '@' || m.version)
WHERE m.name = 'calls' ORDER BY version;
