/* newer.c -- what the shell of SQLite 3.38 calls that 3.35 has not. */
#include <sqlite3.h>

sqlite3_int64 sqlite3_changes64(sqlite3 *db) { return sqlite3_changes(db); }
sqlite3_int64 sqlite3_total_changes64(sqlite3 *db) { return sqlite3_total_changes(db); }

int sqlite3_error_offset(sqlite3 *db) {
  (void)db;
  return -1; /* not known */
}
