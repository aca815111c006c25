/* model_tables.h -- the tables of sql/schema.sql in a schema: what is there, and making them.
**
** A table of models may have further columns, as long as they need no value. Something else that is
** named classify_versions or classify_changes is left alone, and the triggers that would write to it are
** not made. Then versions are counted by the table of models only, or the mark of change_mark.h is unknown.
*/
#ifndef CLASSIFY_MODEL_TABLES_H
#define CLASSIFY_MODEL_TABLES_H

#include "host/schemas.h"

#define MODEL_TABLES_COLUMNS "name, version, created, labels, options, metrics, weights"

/* Versions that count are less than this, so that the next one can be written as name@version, too. */
#define MODEL_TABLES_MOST_VERSION "999999999999999999"

/* Checks that classify_models, if it is there, can take a row of ours, and that what makes the tables
** or inserts the row is allowed. Changes nothing.
*/
int model_tables_check(sqlite3 *db, const char *schema, Error *error);

/* Makes the tables that are missing. Sets *listed to whether classify_versions is the list of versions. */
int model_tables_make(sqlite3 *db, const char *schema, bool *listed, Error *error);

/* Prepares the first statement that makes them, for sqlite3_finalize(). */
int model_tables_prepare(sqlite3 *db, const char *schema, sqlite3_stmt **stmt, Error *error);

#endif
