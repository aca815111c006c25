/* waiting.h -- waits for the locks of other connections where SQLite does not call its busy handler:
** while the connection reads already, and in a shared cache.
**
**   double until = waiting_begin();
**   do rc = attempt(...);
**   while (waiting_again(connection, &rc, until, error));
*/
#ifndef CLASSIFY_WAITING_H
#define CLASSIFY_WAITING_H

#include "host/connection.h"

/* Returns whether it is the code of a lock that others hold, primary or extended. */
bool waiting_is_lock(int rc);

/* Returns when waiting ends: in ten seconds, as clock.h counts them. */
double waiting_begin(void);

/* Pauses and returns true if *rc is the code of a lock that may go, and there is time left. After an
** interrupt it returns false, and *rc is SQLITE_INTERRUPT.
*/
bool waiting_again(Connection *connection, int *rc, double until, Error *error);

#endif
