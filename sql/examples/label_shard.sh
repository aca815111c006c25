#!/bin/sh
# label_shard.sh MODELS SHARD -- labels the rows of the database SHARD that have no label, with a model of the database
# MODELS, which is only read. One worker of many, to be started by GNU parallel:
#
#   parallel --halt soon,fail=1 sql/examples/label_shard.sh models.db ::: shards/*.db
#
# The UPDATE is one transaction. Ended in the middle, even by kill -9, it leaves a journal, by which SQLite takes the
# shard back to where it was when it is opened again. So a shard has all its labels or none, and the rows without a
# label are what is left to do. A second worker on the same shard waits for the first, and finds nothing to do.
#
# CLASSIFY is the library's path, build/classify without it. Put in the names of your table, columns and model.
# A SHARD whose name begins with - is written ./-name, since sqlite3 takes it for an option.
for file in "$1" "$2"; do # sqlite3 would make an empty database of a missing one
  [ -f "$file" ] || { echo "There is no file '$file', expected MODELS and SHARD, two databases" >&2; exit 2; }
done
models=$(printf %s "$1" | sed "s/%/%25/g; s/?/%3f/g; s/#/%23/g; s/'/''/g") # as a URI in quotes wants it

sqlite3 -batch -bail -init /dev/null "$2" <<END
.load "${CLASSIFY:-build/classify}"
.timeout 600000
ATTACH 'file:$models?mode=ro' AS models;
UPDATE tickets SET category = labelled.label, confidence = labelled.confidence
FROM classify_rows('SELECT id, body FROM tickets WHERE category IS NULL AND body IS NOT NULL',
  'models.default', '{"threads": 1}') AS labelled
WHERE tickets.id = labelled.id;
END
