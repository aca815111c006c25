#!/bin/sh
# follow_replica.sh REPLICA DATABASE [SECONDS] -- keeps DATABASE equal to the newest state of a Litestream replica, for
# processes that only read it. It looks for a new state every second, or every SECONDS, until it is ended.
#
# To look is to list the replica's files. Only when the list has changed, the whole database is fetched: at most once
# for each commit, and a few times more when Litestream has merged files. Where these requests or bytes are paid for, or
# the database is large, give more SECONDS.
#
# Each state is restored into a new file, which takes the place of the old one by a rename. So DATABASE is whole at all
# times, also if this script is killed. A connection that is open goes on reading the old file: a reader opens DATABASE
# again when another file is there.
replica=$1 database=$2 seconds=${3:-1}
next=$database.next restored=

stop() {
  echo "$1; usage: follow_replica.sh REPLICA DATABASE [SECONDS]" >&2
  exit 2
}

# Litestream 0.5 lists the files that a restore would fetch. 0.3 does not know -dry-run, and has two lists.
list_files() {
  litestream restore -dry-run -o "$next" "$replica" 2> /dev/null ||
    { litestream snapshots "$replica" && litestream wal "$replica"; } 2> /dev/null
}

restore_next() {
  litestream restore -o "$next" "$replica" > "$database.log" 2>&1 || return
  # Without a WAL, the files -wal and -shm of one state can never meet the database file of another.
  sqlite3 -init /dev/null "$next" 'PRAGMA journal_mode = DELETE' > "$database.log" 2>&1
}

[ $# = 2 ] || [ $# = 3 ] || stop "There are $# arguments, expected 2 or 3"
[ -d "$(dirname -- "$database")" ] || stop "There is no folder for DATABASE '$database', expected one"
command -v litestream > /dev/null || stop "There is no program litestream, expected one in PATH"

while :; do
  rm -f "$next" "$next"-* "$next".tmp*
  files=$(list_files) || files= # before the restore, so that what comes meanwhile is seen the next time
  if [ -z "$files" ] || [ "$files" != "$restored" ] || [ ! -e "$database" ]; then
    if restore_next; then
      cmp -s "$next" "$database" || mv "$next" "$database"
      restored=$files
    else
      echo "$database: not restored from $replica: $(tail -n 1 "$database.log")" >&2
    fi
  fi
  sleep "$seconds" || stop "SECONDS is '$seconds', expected a number"
done
