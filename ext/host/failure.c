#include "host/failure.h"

#include <stdarg.h>
#include <string.h>

#include "host/printable.h"

int failure(Error *error, int code, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  error_format(error, format, arguments);
  va_end(arguments);
  return code;
}

int failure_no_memory(Error *error) { return failure_code(error_no_memory(error)); }

int failure_sqlite(Error *error, sqlite3 *db, int code) {
  return code == SQLITE_NOMEM ? failure_no_memory(error) : failure(error, code, "%s", sqlite3_errmsg(db));
}

int failure_code(Status status) {
  switch (status) {
    case STATUS_OK: return SQLITE_OK;
    case STATUS_NO_MEMORY: return SQLITE_NOMEM;
    case STATUS_INTERRUPTED: return SQLITE_INTERRUPT;
    default: return SQLITE_ERROR;
  }
}

bool failure_names_function(const char *message) {
  return strncmp(message, "classify", 8) == 0 &&
         strncmp(message + strspn(message, "abcdefghijklmnopqrstuvwxyz_"), "(): ", 4) == 0;
}

/* A message may quote any bytes, and most hosts print it on a terminal: so it is made printable.
** Returns a text for sqlite3_free(), or NULL if memory is out.
*/
static char *full_message(const char *function, const Error *error) {
  sqlite3_str *text = sqlite3_str_new(NULL);
  if (!failure_names_function(error->message)) sqlite3_str_appendf(text, "%s(): ", function);
  printable_text(text, error->message, strlen(error->message));
  return sqlite3_str_finish(text);
}

void failure_result(sqlite3_context *context, const char *function, int code, const Error *error) {
  char *message = code == SQLITE_NOMEM ? NULL : full_message(function, error);
  if (message)
    sqlite3_result_error(context, message, -1);
  else
    sqlite3_result_error_nomem(context);
  sqlite3_free(message);
  if (message && code != SQLITE_ERROR) sqlite3_result_error_code(context, code);
}

void failure_or_text(sqlite3_context *context, const char *function, int code, const Error *error, char *text) {
  if (code == SQLITE_TOOBIG)
    sqlite3_result_error_toobig(context);
  else if (code)
    failure_result(context, function, code, error);
  else
    sqlite3_result_text(context, text, -1, sqlite3_free);
  if (code) sqlite3_free(text);
}

void failure_vtab(sqlite3_vtab *vtab, const char *function, const Error *error) {
  sqlite3_free(vtab->zErrMsg);
  vtab->zErrMsg = full_message(function, error);
}
