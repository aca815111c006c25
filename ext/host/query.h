/* query.h -- queries that are the argument of a function: one SELECT, WITH or VALUES statement
** that only reads and has the expected number of columns.
*/
#ifndef CLASSIFY_QUERY_H
#define CLASSIFY_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "host/connection.h"

enum { QUERY_DEPTH = 16 }; /* how deep queries may be nested, on one connection */

/* Returns whether a text begins as a query does, behind white space and comments. */
bool query_begins(const char *sql);

/* `name` ("query", "validation query") and `meaning` of the columns ("an id and a text") are for
** error messages. The caller finalizes the statement; it is NULL after an error.
*/
int query_prepare(Connection *connection, const char *sql, const char *name, int columns, const char *meaning,
                  sqlite3_stmt **stmt, Error *error);

/* Calls sqlite3_step() and counts how deep queries are nested. */
int query_step(Connection *connection, sqlite3_stmt *stmt);

/* Writes why query_step() failed with rc, and returns rc. `name` is that of query_prepare(). */
int query_failure(Connection *connection, const char *name, int rc, Error *error);

/* Returns whether a statement of the connection is writing. An INSERT ... SELECT from a table function might add
** rows to the table that the function's query reads, without end. So then all rows are read before the first
** is returned.
*/
bool query_under_writer(const Connection *connection);

/* Runs the query to its end to count its rows, then resets it. *rows is below 0 if that took
** longer than `seconds`, or failed. An interrupt is an error. (count() would be faster, but
** could not be stopped.)
*/
int query_count(Connection *connection, sqlite3_stmt *stmt, double seconds, double *rows, Error *error);

/* Reads a value as UTF-8 text, which lives as long as the value. *text is NULL if the value is
** NULL or a NULL pointer (not given). A BLOB is an error. If `length` is a NULL pointer, a text
** with a NUL byte is an error as well.
*/
int query_text(sqlite3_value *value, const char *meaning, const char **text, size_t *length, Error *error);

#endif
