#include "host/row_state.h"

#include <stddef.h>
#include <string.h>

bool row_state_is_deserialized(sqlite3 *db, const char *schema) {
  sqlite3_vfs *vfs = NULL;
  sqlite3_file_control(db, schema, SQLITE_FCNTL_VFS_POINTER, &vfs);
  return vfs && strcmp(vfs->zName, "memdb") == 0;
}

RowState row_state_now(sqlite3 *db, const char *schema) {
  RowState state = {.changes = sqlite3_total_changes(db), .deserialized = row_state_is_deserialized(db, schema),
                    .writing = sqlite3_txn_state(db, schema) == SQLITE_TXN_WRITE};
  sqlite3_file_control(db, schema, SQLITE_FCNTL_DATA_VERSION, &state.data_version);
  return state;
}

bool row_state_unchanged(const RowState *then, const RowState *now) {
  return !then->writing && !now->writing && then->data_version == now->data_version && !then->deserialized &&
         !now->deserialized;
}

bool row_state_is_new(sqlite3_stmt *stmt) {
  return sqlite3_stmt_status(stmt, SQLITE_STMTSTATUS_REPREPARE, 1) > 0 ||
         sqlite3_stmt_status(stmt, SQLITE_STMTSTATUS_RUN, 0) == 1;
}
