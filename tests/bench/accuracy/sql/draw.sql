-- Draws :rows rows of pool into train.tsv; the others go to others.tsv. The order
-- is that of a hash, so that the same seed draws the same rows everywhere. With
-- :balanced each label has its turn: all get the same number, as far as they go.

CREATE TABLE pool(label TEXT, text TEXT);
.import pool pool

CREATE TABLE drawn AS
WITH shuffled AS (SELECT rowid AS id, label, sha3(:seed || ' ' || rowid) AS place FROM pool)
SELECT id
FROM (SELECT id, place, row_number() OVER (PARTITION BY label ORDER BY place) AS turn FROM shuffled)
ORDER BY iif(:balanced, turn, 0), place
LIMIT :rows;

.output train.tsv
SELECT label, text FROM pool WHERE rowid IN (SELECT id FROM drawn) ORDER BY rowid;
.output others.tsv
SELECT label, text FROM pool WHERE rowid NOT IN (SELECT id FROM drawn) ORDER BY rowid;
.output
