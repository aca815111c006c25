-- What every report begins with. The table sets has the order of the lines; measured
-- are the figures of this build and of the peers.

CREATE TEMP TABLE measured AS
SELECT rowid AS place, * FROM results.trainings WHERE part = :part AND build IN (:build, 'peer');

INSERT INTO sets SELECT DISTINCT dataset, '-' FROM measured WHERE dataset NOT IN (SELECT dataset FROM sets);

.mode markdown
.headers on
.nullvalue -
