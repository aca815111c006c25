/* failure.h -- how functions of ext/ fail.
**
** They return a SQLite result code. If it is not SQLITE_OK, they have written one sentence
** into the caller's Error (base/status.h). Only the last three functions below turn this
** sentence into the error of an SQL function or a virtual table. They put the name of the
** function in front:
**
**   classify(): no model named 'spma' (models: spam, triage)
*/
#ifndef CLASSIFY_FAILURE_H
#define CLASSIFY_FAILURE_H

#include <stdbool.h>

#include "base/status.h"
#include "host/sqlite.h"

/* Writes the sentence and returns `code`. */
int failure(Error *error, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Returns SQLITE_NOMEM. */
int failure_no_memory(Error *error);

/* Writes SQLite's own message for the last error on the connection, and returns `code`. */
int failure_sqlite(Error *error, sqlite3 *db, int code);

/* Returns whether a message begins with the name of one of our functions, as it does when it
** comes from a query that calls that function.
*/
bool failure_names_function(const char *message);

/* Returns the result code for a Status of model/, which has written the sentence. */
int failure_code(Status status);

void failure_result(sqlite3_context *context, const char *function, int code, const Error *error);

/* Returns the text, or the error if code is not SQLITE_OK. Frees the text with sqlite3_free().
** With SQLITE_TOOBIG the Error is not read: it is the code of a sqlite3_str that got too long.
*/
void failure_or_text(sqlite3_context *context, const char *function, int code, const Error *error, char *text);
void failure_vtab(sqlite3_vtab *vtab, const char *function, const Error *error);

#endif
