-- Swaps the label of every twentieth row of train for another, drawn by :seed; which
-- ones stands in damaged, and clean has the labels that they had.

CREATE TABLE IF NOT EXISTS clean AS SELECT rowid AS id, label, text FROM train;
DELETE FROM damaged;
WITH labels AS MATERIALIZED (SELECT DISTINCT label AS other FROM clean),
     drawn AS MATERIALIZED (
       SELECT id, label FROM clean ORDER BY sha3('which ' || :seed || ' ' || id) LIMIT (SELECT count(*) / 20 FROM clean)),
     swaps AS (
       SELECT id, other, row_number() OVER (PARTITION BY id ORDER BY sha3('label ' || :seed || ' ' || id || ' ' || other)) AS turn
       FROM drawn JOIN labels ON other <> label)
INSERT INTO damaged SELECT id, other FROM swaps WHERE turn = 1;

UPDATE train SET label = clean.label FROM clean WHERE clean.id = train.rowid;
UPDATE train SET label = damaged.label FROM damaged WHERE damaged.id = train.rowid;
