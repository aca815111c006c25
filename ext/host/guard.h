/* guard.h -- releases what would keep a connection from closing.
**
** sqlite3_close() fails while there are prepared statements or tokenizers, and the destructors
** of SQL functions run only after it has succeeded. A connected virtual table, however, is
** disconnected first. The guard is such a table: it has the name classify_guard and no rows,
** stays connected until the connection closes, and then calls the release functions that
** were registered with guard_watch().
*/
#ifndef CLASSIFY_GUARD_H
#define CLASSIFY_GUARD_H

#include "host/failure.h"

typedef struct Guard Guard;

/* Registers the table. Returns NULL if memory is out. */
Guard *guard_new(sqlite3 *db);

/* Calls all release functions now, and none later. NULL is legal. */
void guard_free(Guard *guard);

/* Registers release(owner), to be called once before the connection closes. A second call with
** the same two arguments before that changes nothing.
*/
int guard_watch(Guard *guard, void (*release)(void *owner), void *owner, Error *error);

#endif
