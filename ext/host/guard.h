/* guard.h -- is told before a connection closes.
**
** Prepared statements and tokenizers keep sqlite3_close() from closing, and SQL functions
** are told only after it has closed. A connected virtual table is told before. The guard
** is one, by the name classify_guard and without rows: once it is connected, it stays so
** until the connection closes, and then has all released that would be in the way.
*/
#ifndef CLASSIFY_GUARD_H
#define CLASSIFY_GUARD_H

#include "host/failure.h"

typedef struct Guard Guard;

/* Registers the table. NULL: out of memory. The caller owes guard_free(). */
Guard *guard_new(sqlite3 *db);

/* Has everything released, and nothing from then on. */
void guard_free(Guard *guard);

/* Before something is held that keeps a connection from closing: makes sure that the
** guard is connected, and will call release(owner). Called again it adds nothing.
*/
int guard_watch(Guard *guard, void (*release)(void *owner), void *owner, Error *error);

#endif
