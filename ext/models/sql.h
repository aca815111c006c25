/* sql.h -- small statements on the tables of one schema.
**
** Each takes a format that has %w or %Q for the schema up to eight times, and no other directive.
*/
#ifndef CLASSIFY_SQL_H
#define CLASSIFY_SQL_H

#include "host/connection.h"

/* Runs all statements of the format. */
int sql_run(sqlite3 *db, const char *format, const char *schema, Error *error);

/* Prepares the first statement of the format, for sqlite3_finalize(); after an error *stmt is NULL. */
int sql_prepare(sqlite3 *db, const char *format, const char *schema, sqlite3_stmt **stmt, Error *error);

/* Sets *text to the first column of the query's first row, for sqlite3_free(); to NULL if there is
** no row. `name` is bound to ?1.
*/
int sql_fetch(sqlite3 *db, const char *format, const char *schema, const char *name, char **text, Error *error);

#endif
