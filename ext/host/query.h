/* query.h -- queries that a user hands to us as text.
**
** A query is one SELECT, WITH or VALUES statement that only reads and gives the
** columns asked for; nothing may follow it.
*/
#ifndef CLASSIFY_QUERY_H
#define CLASSIFY_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "host/connection.h"

enum { QUERY_DEPTH = 16 }; /* queries that may run in one another, on one connection */

/* For the messages: `name` is what the query is called ("query", "validation
** query"), `meaning` what its `columns` columns are ("an id and a text"). The
** caller finalizes the statement.
*/
int query_prepare(Connection *connection, const char *sql, const char *name, int columns, const char *meaning,
                  sqlite3_stmt **stmt, Error *error);

/* sqlite3_step() for such a query: what it calls may not train. */
int query_step(Connection *connection, sqlite3_stmt *stmt);

/* How many rows a query gives, by running it to its end once more; it is reset then.
** Below 0: that took longer than `seconds`, or went wrong. An interrupt is an error.
** SQL's count() would be quicker, but could not be given up.
*/
int query_count(Connection *connection, sqlite3_stmt *stmt, double seconds, double *rows, Error *error);

/* A value of a query, or an argument of a function, as UTF-8 text: NULL where the
** value is NULL or was not given (a NULL pointer); a BLOB is an error. The text
** is good as long as the value is. Where length is NULL it may not hold a NUL.
*/
int query_text(sqlite3_value *value, const char *meaning, const char **text, size_t *length,
               Error *error);

#endif
