/* lock_wait.h -- waits for the locks of other connections where SQLite does not call its busy handler:
** while the connection reads already, and in a shared cache.
**
**   double until = lock_wait_until();
**   do rc = attempt(...);
**   while (lock_wait_again(connection, &rc, until, error));
*/
#ifndef CLASSIFY_LOCK_WAIT_H
#define CLASSIFY_LOCK_WAIT_H

#include "host/connection.h"

/* Returns whether it is the code of a lock that others hold, primary or extended. */
bool lock_wait_is_lock(int rc);

/* Returns when waiting ends: in ten seconds, as clock.h counts them. */
double lock_wait_until(void);

/* Pauses and returns true if *rc is the code of a lock that may go, and there is time left. After an
** interrupt it returns false, and *rc is SQLITE_INTERRUPT.
*/
bool lock_wait_again(Connection *connection, int *rc, double until, Error *error);

#endif
