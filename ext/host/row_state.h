/* row_state.h -- whether the database of a row can have changed since the row was read.
**
** A model or an encoder that was read in full may be used again without reading its bytes only as long as nothing
** can have been written to its database. Two things tell:
**
** (1) SQLITE_FCNTL_DATA_VERSION changes with each commit to a schema, by any connection or process. It says nothing of
**     what this connection has written and not committed yet, nor of ROLLBACK. So a state in an open transaction that
**     has written is the same as no other.
** (2) The statement that finds the row is prepared anew where another database was attached under the schema's name,
**     and where the schema was changed, as by VACUUM, which gives rows other rowids: row_state_is_new(). Then
**     what was read before is forgotten.
**
** Nothing tells that sqlite3_deserialize() has put other bytes in the place of a database. So one that it made is never
** the same.
*/
#ifndef CLASSIFY_ROW_STATE_H
#define CLASSIFY_ROW_STATE_H

#include <stdbool.h>

#include "host/sqlite.h"

typedef struct RowState {
  unsigned data_version; /* of the schema's file                     */
  int changes;           /* sqlite3_total_changes()                  */
  bool deserialized;     /* or another database of the VFS memdb     */
  bool writing;          /* this connection has written, and not committed */
} RowState;

bool row_state_is_deserialized(sqlite3 *db, const char *schema);

/* The state after what was read last from the schema. */
RowState row_state_now(sqlite3 *db, const char *schema);

/* Whether nothing can have been written between the two. */
bool row_state_unchanged(const RowState *then, const RowState *now);

/* To be asked after each first step of a statement: whether it was prepared since its first step before. */
bool row_state_is_new(sqlite3_stmt *stmt);

#endif
