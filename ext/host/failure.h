/* failure.h -- how functions of ext/ fail.
**
** They return a SQLite result code and, when that is not SQLITE_OK, have
** written one sentence into the caller's Error (base/status.h). The last three
** functions are the only places where a sentence becomes the error of an SQL
** function or of a virtual table, with the function's name in front, once:
**
**   classify(): no model named 'spma' (models: spam, triage)
*/
#ifndef CLASSIFY_FAILURE_H
#define CLASSIFY_FAILURE_H

#include "base/status.h"
#include "host/sqlite.h"

/* Writes the sentence and returns the code. */
int failure(Error *error, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* failure() for a failed allocation: SQLITE_NOMEM. */
int failure_no_memory(Error *error);

/* SQLite's own sentence for the last error on the connection. */
int failure_sqlite(Error *error, sqlite3 *db, int code);

/* The result code for a Status of model/. */
int failure_code(Status status);

void failure_result(sqlite3_context *context, const char *function, int code, const Error *error);

/* For a text that was built by sqlite3_str, which it takes over: that text, or what
** failed. Of one that grew too long there is no sentence in the Error.
*/
void failure_or_text(sqlite3_context *context, const char *function, int code, const Error *error, char *text);
void failure_vtab(sqlite3_vtab *vtab, const char *function, const Error *error);

#endif
