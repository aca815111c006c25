/* model_tables.h -- the tables of sql/schema.sql in a schema: what is there, and making them.
**
** A table of models may have further columns, as long as they need no value. Something else that is
** named classify_versions or classify_changes is left alone: the triggers that would write to it are
** not made, and dropped where they are, since their table may have been dropped and another made. Then versions are
** counted by the table of models only, or the mark of change_mark.h is unknown.
*/
#ifndef CLASSIFY_MODEL_TABLES_H
#define CLASSIFY_MODEL_TABLES_H

#include "host/schemas.h"

/* The table of marks as SQLite keeps its statement. */
#define MODEL_TABLES_CHANGES "CREATE TABLE classify_changes(mark INTEGER)"

#define MODEL_TABLES_COLUMNS "name, version, created, labels, options, metrics, weights"

/* Versions that count are less than this, so that the next one can be written as name@version, too. */
#define MODEL_TABLES_MOST_VERSION "999999999999999999"

/* Checks that classify_models, if it is there, can take a row of ours, and that what makes the tables
** or inserts the row is allowed. Changes nothing.
*/
int model_tables_check(sqlite3 *db, const char *schema, Error *error);

/* Makes the tables and triggers that are missing. Sets *listed to whether classify_versions is the list of versions. */
int model_tables_make(sqlite3 *db, const char *schema, bool *listed, Error *error);

/* Prepares a statement that writes, for sqlite3_finalize(): one that makes the tables, or inserts no row if none is
** missing.
*/
int model_tables_prepare(sqlite3 *db, const char *schema, sqlite3_stmt **stmt, Error *error);

#endif
