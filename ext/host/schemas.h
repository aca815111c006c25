/* schemas.h -- the schemas of a connection, and the tables of ours that each of them may have.
**
** Functions that take the name of a schema take it as the list spells it.
*/
#ifndef CLASSIFY_SCHEMAS_H
#define CLASSIFY_SCHEMAS_H

#include "host/connection.h"

enum { SCHEMAS_MOST = 128 }; /* SQLite attaches at most 125 */

typedef struct Schemas {
  char *names[SCHEMAS_MOST]; /* temp, main, then the attached ones in order */
  int count;
} Schemas;

/* Lists the schemas. On success the caller owes schemas_free(); after an error nothing is
** left to free.
*/
int schemas_list(Connection *connection, Schemas *schemas, Error *error);
void schemas_free(Schemas *schemas);

/* Returns the schema that is named by these bytes, in the spelling and memory of the list;
** NULL if there is none. Upper and lower case count the same, as in SQL.
*/
const char *schemas_find(const Schemas *schemas, const char *name, size_t length);

/* A table that the extension reads wherever a schema has one. */
typedef struct SchemasTable {
  const char *name;    /* "classify_models"                */
  const char *meaning; /* for messages: "table of models"  */
} SchemasTable;

extern const SchemasTable CLASSIFY_MODELS, CLASSIFY_CHANGES, CLASSIFY_ENCODERS;

/* Returns whether the schema has the table, as far as the connection knows. */
bool schemas_has(sqlite3 *db, const char *schema, const SchemasTable *table);

/* Prepares a statement on the table. The format's only directive is %w, for the schema.
** *stmt is a statement of connection_statement(), or NULL where the schema has no such
** table. A view of that name, and a table without the columns, are errors.
*/
int schemas_statement(Connection *connection, const SchemasTable *table, const char *format, const char *schema,
                      sqlite3_stmt **stmt, Error *error);

/* Steps such a statement. Returns SQLITE_ROW, SQLITE_DONE (also where the table has been
** dropped meanwhile) or an error. In a shared cache, where SQLite knows no timeout, it waits for
** connections that write to the table (lock_wait.h).
*/
int schemas_step(Connection *connection, const SchemasTable *table, const char *schema, sqlite3_stmt *stmt,
                 Error *error);

#endif
