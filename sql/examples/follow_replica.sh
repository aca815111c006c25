#!/bin/sh
# follow_replica.sh REPLICA DATABASE [SECONDS] -- keeps DATABASE equal to the newest state of a Litestream replica, for
# processes that only read it. It looks for a new state every second, or every SECONDS, until it is ended.
#
# Each state is restored into a new file, which takes the place of the old one by a rename. So DATABASE is whole at all
# times, also if this script is killed. A connection that is open goes on reading the old file: a reader opens DATABASE
# again when its inode has changed.
replica=$1 database=$2 seconds=${3:-1}
next=$database.next

restore_next() {
  rm -f "$next" "$next"-* "$next".tmp*
  litestream restore -o "$next" "$replica" > "$database.log" 2>&1 || return
  # Without a WAL, the files -wal and -shm of one state can never meet the database file of another.
  sqlite3 -init /dev/null "$next" 'PRAGMA journal_mode = DELETE' > "$database.log" 2>&1
}

while :; do
  if restore_next; then
    cmp -s "$next" "$database" || mv "$next" "$database"
  else
    echo "$database: not restored from $replica: $(tail -n 1 "$database.log")" >&2
  fi
  sleep "$seconds"
done
