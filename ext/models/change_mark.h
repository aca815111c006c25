/* change_mark.h -- whether this connection has changed the models of a schema.
**
** Triggers of sql/schema.sql write a new random number into the table classify_changes with each change of
** classify_models. So where the number is the one that it was, the models are those that they were, also in an
** open transaction and after ROLLBACK TO. It is trusted for what this connection did by SQL with triggers enabled, and
** only where the table and its three triggers are as sql/schema.sql has them, and no trigger is on the table: they are
** not where something else has the table's name (model_tables.h), or where the user has dropped one. A change of the
** schema itself makes the connection forget its models (row_state.h).
*/
#ifndef CLASSIFY_CHANGE_MARK_H
#define CLASSIFY_CHANGE_MARK_H

#include "host/connection.h"

/* Both fail only where SQLite has rolled back the transaction, memory is out or an interrupt came. */

/* Reads the mark; mark->known is false if there is none, or if it cannot be read. */
int change_mark_read(Connection *connection, const char *schema, ChangeMark *mark, Error *error);

/* *same: whether the mark is still the same. `committed`: something was committed since; by this connection it must
** be.
*/
int change_mark_is(Connection *connection, const char *schema, const ChangeMark *mark, bool committed, bool *same,
                   Error *error);

#endif
